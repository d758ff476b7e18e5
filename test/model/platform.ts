import type { Random } from '../../device-sim/random.ts';
import { createIngest, type Ingest, type IngestLimits } from '../../ingest/ingest.ts';
import { createDecodeHere } from '../../ingest/lane/decode-thread.ts';
import { createClockOffsets } from '../../ingest/offsets.ts';
import { createDeadLetters } from '../../processors/dead-letters.ts';
import { createMemoryStore, type MemoryStore } from '../../processors/memory-sink.ts';
import { createPipeline } from '../../processors/pipeline.ts';
import type { Clock } from '../../runtime/clock.ts';
import { createMemoryKvStore } from '../../runtime/kv/memory-kv.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { createMemoryLogStore } from '../../runtime/stream/memory-stream.ts';
import { createNames } from '../../schemas/names.ts';
import { createHolderTwins } from './hold-shards.ts';
import type { ModelProcess } from './process.ts';
import type { Program } from './supervisor.ts';

const SHARDS = 4;
const OFFSETS_TTL_MS = 40 * 86_400_000;

const limits: IngestLimits = {
  maxBatchBytes: 4_000,
  maxAgeMs: 30 * 86_400_000,
  maxFutureMs: 60_000,
  maxClockJumpMs: 30_000,
  maxDevices: 1_000,
  maxTaskFrames: 64,
  targetTaskBytes: 16_000,
  lingerMs: 5,
  busyLingerMs: 20,
  busyFramesPerMs: 32,
  smallLingerMs: 40,
  smallTaskBytes: 1_000,
  maxUnstoredBatches: 4,
  maxUnsettledBytes: 20_000,
  maxDeadBytesPerDeviceHour: 100_000_000,
  retryDelayMs: 300,
  slowDownMs: 1_000,
};

/** The engines' twins, which outlive every process, and the programs that run on them. */
export function createPlatform({ clock, random, onBreach, framesMaxBytes = 0, hasPoison = true }: PlatformDeps) {
  const names = createNames();
  const log = createSilentLog();
  // Short, so that a process which was stopped repeats publishes of which the log knows nothing any more.
  const shared = { maxBytes: 0, duplicateWindowMs: 5_000, metadata: {}, replicas: 1 };
  const bucket = (name: string, ttlMs = 0) =>
    createMemoryKvStore(clock, { bucket: name, ttlMs, maxBytes: 0, replicas: 1 });
  const frames = createMemoryLogStore(clock, {
    ...shared,
    name: names.framesStream,
    subjects: [names.framesFilter],
    maxBytes: framesMaxBytes,
  });
  const dead = createMemoryLogStore(clock, { name: names.deadStream, subjects: [names.deadFilter], ...shared });
  const offsets = bucket(names.offsetsBucket, OFFSETS_TTL_MS);
  const ledger = bucket(names.ledgerBucket);
  // Batches that one store can never take: the same ones whenever it is asked.
  const poisonNumber = random.integer(0, 60);
  const isPoison = (instance: string, batch: number) =>
    hasPoison && (Number.parseInt(instance.slice(0, 4), 16) + batch) % 61 === poisonNumber;
  const questdb = createMemoryStore({
    name: 'questdb',
    refuses: ({ instance, batch }) => isPoison(instance, batch),
  });
  const clickhouse = createMemoryStore({ name: 'clickhouse' });
  const holder = createHolderTwins({ clock, random, names, frames, ledger, history: clickhouse, shards: SHARDS });

  function startIngest(process: ModelProcess): Ingest {
    const ends = { frames: frames.open({ faults: process.faults }), dead: dead.open({ faults: process.faults }) };
    const kv = offsets.open(process.faults);
    return createIngest({
      ...ends,
      offsets: createClockOffsets({ kv, clock: process.clock, ttlMs: OFFSETS_TTL_MS, log }),
      createThread: () => createDecodeHere(limits),
      lanes: 2,
      shards: SHARDS,
      instance: random.boot(),
      names,
      clock: process.clock,
      limits,
      logger: log,
      turnedAway: { count: () => undefined },
      metrics: {
        stored: () => undefined,
        ended: () => undefined,
        clockJumps: () => undefined,
        publishRetried: () => undefined,
        threadFailed: (error) => onBreach(`a decoding thread failed: ${error}`),
      },
    });
  }

  function startSink(process: ModelProcess, store: MemoryStore): Program {
    const sink = store.open(process.faults);
    const pipeline = createPipeline({
      frames: frames.open({ faults: process.faults }),
      names,
      sink,
      dead: createDeadLetters({
        dead: dead.open({ faults: process.faults }),
        names,
        clock: process.clock,
        sink: sink.name,
      }),
      clock: process.clock,
      logger: log,
      options: {
        flushIntervalMs: 200,
        busyFlushIntervalMs: 200,
        busyRowsPerMs: 1_000_000,
        maxBatchRows: 500,
        maxBatchBytes: 100_000,
        maxBufferedBytes: 400_000,
        maxWritesInFlight: 2,
        ackWaitMs: 3_000,
        maxAckPending: 200,
        minBackoffMs: 50,
        maxBackoffMs: 1_000,
        healthIntervalMs: 500,
        maxRefusedInARow: 100,
      },
    });
    return { run: () => pipeline.run(), drain: () => pipeline.drain(), stop: () => pipeline.stop() };
  }

  return { names, frames, dead, ledger, questdb, clickhouse, holder, isPoison, startIngest, startSink };
}
export type Platform = ReturnType<typeof createPlatform>;

export interface PlatformDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Told of whatever must never happen. */
  onBreach(words: string): void;
  /** 0: no limit. */
  readonly framesMaxBytes?: number;
  /** Some batches are such that a store refuses them. */
  readonly hasPoison?: boolean;
}
