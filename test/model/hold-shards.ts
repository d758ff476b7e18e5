import type { Random } from '../../device-sim/random.ts';
import { createAcceptedReducers } from '../../processors/ledger/accepted.ts';
import type { MemoryStore } from '../../processors/memory-sink.ts';
import { createRollUpCounts } from '../../processors/roll-ups/counts.ts';
import { createMemoryRollUpTable } from '../../processors/roll-ups/memory-roll-up-store.ts';
import type { RollUpOptions } from '../../processors/roll-ups/options.ts';
import { createRollUps } from '../../processors/roll-ups/roll-up-reducer.ts';
import { createTrimmer } from '../../processors/trimmer.ts';
import type { Clock } from '../../runtime/clock.ts';
import { createHolder } from '../../runtime/holder/holder.ts';
import { createMemoryKvStore, type MemoryKvStore } from '../../runtime/kv/memory-kv.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { createMemoryBusHub } from '../../runtime/memory-bus.ts';
import { joinServices } from '../../runtime/service.ts';
import type { MemoryLogStore } from '../../runtime/stream/memory-stream.ts';
import type { Names } from '../../schemas/names.ts';
import type { ModelProcess } from './process.ts';
import type { Program } from './supervisor.ts';

export interface HolderTwinsDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly names: Names;
  readonly frames: MemoryLogStore;
  readonly ledger: MemoryKvStore;
  /** The store whose rows roll-ups are recomputed from. */
  readonly history: MemoryStore;
  readonly shards: number;
}

const TRIM_MIN_AGE_MS = 3_000;

/** Bounds that are reached all the time, so that buckets close, series are forgotten and hours are recomputed. */
const TIGHT: Partial<RollUpOptions> = {
  latenessMs: 15_000,
  idleMs: 20_000,
  maxOpenBuckets: 3,
  maxSeries: 16,
  maxRecomputesPerEmit: 3,
  maxRecomputeDelayMs: 5_000,
  openRowsEveryMs: 1_000,
  maxRowsPerWrite: 7,
};

/** The buckets and tables that holders of shards use, and the program that holds them. */
export function createHolderTwins(deps: HolderTwinsDeps) {
  const { clock, random, names, frames, ledger, history, shards } = deps;
  const bucket = (name: string) => createMemoryKvStore(clock, { bucket: name, ttlMs: 0, maxBytes: 0, replicas: 1 });
  const leases = bucket(names.leasesBucket);
  const checkpoints = bucket(names.checkpointsBucket);
  const hub = createMemoryBusHub(clock);
  const log = createSilentLog();
  const rollUps = createMemoryRollUpTable(() => history.rows('samples'));
  const rollUpOptions = random.chance(0.7) ? TIGHT : {};
  const counts = createRollUpCounts();
  const totals = { taken: 0, checkpoints: 0 };

  function start(process: ModelProcess): Program {
    const { faults } = process;
    const ownLog = frames.open({ faults });
    // A lease is renewed all the time; calls about it are told apart from those that carry state.
    const leaseFaults = (call: string) => faults(`lease.${call}`);
    const bus = hub.open(leaseFaults);
    process.onKilled(() => bus.disconnect());
    const holder = createHolder({
      log: ownLog,
      names,
      checkpoints: checkpoints.open(faults),
      leases: leases.open(leaseFaults),
      bus,
      shards,
      owner: process.name.replace('#', '-'),
      reducers: [
        createAcceptedReducers({ kv: ledger.open(faults), names }),
        createRollUps({
          store: rollUps.open(faults),
          names,
          sinkPosition: async () => (await ownLog.durablePosition(names.durable('clickhouse')))?.ackFloorSeq ?? 0,
          onRecomputeFailed: () => undefined,
          options: rollUpOptions,
          counts,
        }),
      ],
      clock: process.clock,
      logger: log,
      random: random.next,
      events: {
        taken: () => totals.taken++,
        saved: () => totals.checkpoints++,
      },
    });
    const trimmer = createTrimmer({
      frames: ownLog,
      checkpoints: checkpoints.open(faults),
      names,
      shards,
      sinks: ['questdb', 'clickhouse'],
      clock: process.clock,
      logger: log,
      minAgeMs: TRIM_MIN_AGE_MS,
      intervalMs: 1_000,
      isOurs: () => holder.held().some(({ shard }) => shard === 0),
    });
    const both = joinServices('holder', [holder, trimmer]);
    return { run: () => both.run(), drain: () => both.drain(), stop: () => both.stop() };
  }

  return { start, loseWatches: () => leases.loseWatches(), rollUps: () => rollUps.rows(), counts, totals };
}
