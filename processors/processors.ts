import { systemClock } from '../runtime/clock.ts';
import { LATENCY_BUCKETS_MS, type Metrics } from '../runtime/metrics.ts';
import { joinServices, type Service, StartError } from '../runtime/service.ts';
import { createBehindWatch, gaugeBehind } from './behind-watch.ts';
import { createClickHouseSink } from './clickhouse/sink.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createBoardServices } from './hold-boards.ts';
import { createShardServices } from './hold-shards.ts';
import { SINKS } from './options.ts';
import { createPipeline, type PipelineEvents, type PipelineOptions } from './pipeline.ts';
import type { ProcessorsDeps } from './processors-deps.ts';
import { createQuestDbSink } from './questdb/sink.ts';
import type { Sink } from './sink.ts';

const MIB = 1024 * 1024;

const PIPELINE: Omit<PipelineOptions, 'flushIntervalMs' | 'busyFlushIntervalMs' | 'maxBatchRows'> = {
  // About what two cores take: a store is then asked for the biggest batches, as late as it may be.
  busyRowsPerMs: 200,
  maxBatchBytes: 32 * MIB,
  maxBufferedBytes: 128 * MIB,
  maxWritesInFlight: 2,
  // What a killed sink held comes again after this; held messages are extended three times as often.
  ackWaitMs: 10_000,
  maxAckPending: 20_000,
  minBackoffMs: 250,
  maxBackoffMs: 5_000,
  healthIntervalMs: 2_000,
  maxRefusedInARow: 100,
};
const BEHIND = { everyMs: 5_000, maxBehindMs: 30_000 };
type SinkName = (typeof SINKS)[number];
const MAX_WAL_LAG_TRANSACTIONS = 1_000;

/**
 * A pipeline for each store that this process writes, each with its own durable, so that none waits for another; and
 * the holder of shards with the trimmer. Throws StartError when neither is asked for.
 */
export async function createProcessors(deps: ProcessorsDeps): Promise<Service> {
  const { options, platform, health, metrics, log } = deps;
  const frames = await platform.frames();
  const dead = await platform.dead();
  const events = createEvents(metrics);
  const sinks = SINKS.filter((name) => options.sinks.includes(name));
  if (sinks.length === 0 && !options.holdShards) {
    throw new StartError('nothing to do: --sinks names no store and --no-hold-shards leaves out the rest');
  }
  const pipelines = sinks.map((name) => {
    const sink = createSink(name, deps);
    const pipeline = createPipeline({
      frames,
      names: platform.names,
      sink,
      dead: createDeadLetters({ dead, names: platform.names, clock: systemClock, sink: name }),
      clock: systemClock,
      logger: log,
      options: { ...PIPELINE, ...batchOptionsOf(name, options) },
      events: events(name),
    });
    health.register(name, () => {
      const now = pipeline.health();
      return now.ok ? { ok: true } : { ok: false, detail: now.reason };
    });
    return pipeline;
  });
  // A sink that is dead cannot say that it is behind, so who holds shards watches those of the whole deployment.
  const watched = new Set([...sinks, ...(options.holdShards ? options.deploymentSinks : [])]);
  const watches = new Map(
    [...watched].map((store) => {
      const durable = platform.names.durable(store);
      const watch = createBehindWatch({ ...BEHIND, frames, durable, store, clock: systemClock, logger: log });
      return [store, watch] as const;
    }),
  );
  gaugeBehind(metrics, watches);
  const holding = options.holdShards ? await createShardServices({ ...deps, frames }) : [];
  const boards = options.holdShards ? await createBoardServices(deps) : [];
  return joinServices('processors', [...pipelines, ...watches.values(), ...holding, ...boards]);
}

function batchOptionsOf(name: SinkName, options: ProcessorsDeps['options']) {
  return name === 'questdb'
    ? {
        flushIntervalMs: options.questdbFlushIntervalMs,
        busyFlushIntervalMs: options.questdbBusyFlushIntervalMs,
        maxBatchRows: options.questdbBatchRows,
      }
    : {
        flushIntervalMs: options.clickhouseFlushIntervalMs,
        busyFlushIntervalMs: options.clickhouseBusyFlushIntervalMs,
        maxBatchRows: options.clickhouseBatchRows,
      };
}

function createSink(name: SinkName, { options }: ProcessorsDeps): Sink {
  if (name === 'clickhouse') return createClickHouseSink({ url: options.clickhouseUrl, clock: systemClock });
  return createQuestDbSink({
    url: options.questdbUrl,
    clock: systemClock,
    hotRetentionMs: options.hotRetentionMs,
    maxWalLagTransactions: MAX_WAL_LAG_TRANSACTIONS,
  });
}

function createEvents(metrics: Metrics): (store: string) => PipelineEvents {
  const labels = ['store'] as const;
  const rows = metrics.counter({ name: 'sink_rows_total', help: 'Rows stored, repeats included.', labels });
  const expired = metrics.counter({ name: 'sink_expired_total', help: 'Rows older than the store keeps.', labels });
  const refused = metrics.counter({ name: 'sink_refused_total', help: 'Samples that a store refused.', labels });
  const retried = metrics.counter({ name: 'sink_retried_total', help: 'Messages given back to try later.', labels });
  const latency = metrics.histogram({
    name: 'sink_latency_ms',
    help: 'From the arrival of a frame until its store has it, ms.',
    buckets: LATENCY_BUCKETS_MS,
    labels,
  });
  return (store) => ({
    stored(messages, result, nowMs) {
      rows.add(result.rows, { store });
      expired.add(result.expired, { store });
      for (const { receivedMs } of messages) latency.observe(nowMs - receivedMs, { store });
    },
    refused: ({ samples }) => refused.add(samples, { store }),
    retried: (count) => retried.add(count, { store }),
  });
}
