import { createNames, keys } from '../../schemas/names.ts';
import { createManualClock, type ManualClock } from '../clock.ts';
import { createMemoryKvStore } from '../kv/memory-kv.ts';
import { createSilentLog } from '../log.ts';
import { createMemoryBusHub } from '../memory-bus.ts';
import type { Fault, Faults } from '../memory-faults.ts';
import { createRandom } from '../memory-random.ts';
import type { ReducerFactory } from '../reducer.ts';
import { createMemoryLogStore } from '../stream/memory-stream.ts';
import { createHolder, type Holder } from './holder.ts';
import { readManifest } from './manifest.ts';
import type { HolderOptions } from './shard-deps.ts';

export const names = createNames();

/** A holder as a process: what becomes of its calls is decided from outside. */
export interface HolderProcess {
  readonly holder: Holder;
  readonly running: Promise<void>;
  /** SIGSTOP: every call is held back until {@link HolderProcess.resume}. */
  stop(): void;
  resume(): void;
  /** SIGCONT, with calls about leases still on their way: it does not know yet what it lost. */
  resumeUnaware(): void;
  /** kill -9: no call ever comes back, and nobody answers for it any more. */
  kill(): void;
  readonly isKilled: boolean;
  /** What share of calls fails or is late, from 0. */
  setTrouble(share: number): void;
}

export interface HolderWorldOptions {
  readonly shards: number;
  readonly seed: number;
  readonly startMs?: number;
  readonly holderOptions?: Partial<HolderOptions>;
  /** Reducers of one process. `faults` decides about the calls that they make. */
  reducers(faults: Faults, world: { clock: ManualClock }): readonly ReducerFactory[];
}

const MAX_LATE_MS = 1_500;

/** Log, buckets and bus in memory with a clock that is moved by hand, and as many holder processes as are started. */
export function createHolderWorld(options: HolderWorldOptions) {
  const { shards, seed, startMs = 1_000_000, holderOptions } = options;
  const clock = createManualClock(startMs);
  const random = createRandom(seed);
  const shared = { ttlMs: 0, maxBytes: 0, replicas: 1 };
  const leases = createMemoryKvStore(clock, { bucket: names.leasesBucket, ...shared });
  const checkpoints = createMemoryKvStore(clock, { bucket: names.checkpointsBucket, ...shared });
  const frames = createMemoryLogStore(clock, {
    name: names.framesStream,
    subjects: [names.framesFilter],
    maxBytes: 0,
    duplicateWindowMs: 120_000,
    metadata: {},
    replicas: 1,
  });
  const hub = createMemoryBusHub(clock);
  const processes: HolderProcess[] = [];

  function start(): HolderProcess {
    let gate: PromiseWithResolvers<void> | null = null;
    let leaseGate: PromiseWithResolvers<void> | null = null;
    let isKilled = false;
    let trouble = 0;
    const stop = () => {
      gate ??= Promise.withResolvers<void>();
      leaseGate ??= Promise.withResolvers<void>();
    };
    const decide = (): Fault | Promise<Fault> => {
      if (random() >= trouble) return 'ok';
      const kind = Math.floor(random() * 4);
      if (kind === 0) return 'fail_before';
      if (kind === 1) return 'fail_after';
      const late: Fault = kind === 2 ? 'ok' : 'fail_after';
      return clock.sleep(random() * MAX_LATE_MS).then(() => late);
    };
    const faults: Faults = () => (gate ? gate.promise.then(decide) : decide());
    const leaseFaults: Faults = () => (leaseGate ? leaseGate.promise.then(decide) : decide());
    const bus = hub.open(leaseFaults);
    const holder = createHolder({
      log: frames.open({ faults }),
      names,
      checkpoints: checkpoints.open(faults),
      leases: leases.open(leaseFaults),
      bus,
      shards,
      owner: `holder-${processes.length}`,
      reducers: options.reducers(faults, { clock }),
      clock,
      logger: createSilentLog(),
      options: holderOptions,
      random,
    });
    const running = holder.run();
    const process: HolderProcess = {
      holder,
      running,
      stop,
      resume() {
        process.resumeUnaware();
        if (isKilled) return;
        leaseGate?.resolve();
        leaseGate = null;
      },
      resumeUnaware() {
        if (isKilled) return;
        gate?.resolve();
        gate = null;
      },
      kill() {
        stop();
        isKilled = true;
        bus.disconnect();
      },
      get isKilled() {
        return isKilled;
      },
      setTrouble(share) {
        trouble = share;
      },
    };
    processes.push(process);
    return process;
  }

  return {
    clock,
    frames: frames.open(),
    checkpoints: checkpoints.open(),
    processes,
    start,
    loseWatches: () => leases.loseWatches(),
    /** Removes every message that the checkpoint of its shard covers. */
    async trim(): Promise<void> {
      const [log, kept] = [frames.open(), checkpoints.open()];
      let belowSeq = (await log.info()).lastSeq + 1;
      for (let shard = 0; shard < shards; shard++) {
        const manifest = await kept.get(keys.manifest(shard));
        const seq = manifest ? readManifest(manifest.value).seq : 0;
        belowSeq = Math.min(belowSeq, (await log.nextSeq(names.frames(shard), seq + 1)) ?? belowSeq);
      }
      await log.purgeBelow(belowSeq);
    },
    /** Ends the troubles of all that live, and lets time pass until `isTrue`; throws after `boundMs` of it. */
    async settle(isTrue: () => boolean, boundMs = 300_000): Promise<void> {
      for (const process of processes) {
        process.resume();
        process.setTrouble(0);
      }
      const untilMs = clock.monotonicMs() + boundMs;
      while (!isTrue()) {
        if (clock.monotonicMs() > untilMs) throw new Error(`not at rest after ${boundMs} ms`);
        await clock.advance(500);
      }
    },
    /** True when every shard is held by somebody who lives and has read all of it. */
    isCaughtUp(lastSeqOf: (shard: number) => number): boolean {
      const living = processes.filter(({ isKilled }) => !isKilled).flatMap(({ holder }) => holder.held());
      return Array.from({ length: shards }, (_, shard) => shard).every((shard) =>
        living.some((one) => one.shard === shard && one.seq >= lastSeqOf(shard) && one.trouble === ''),
      );
    },
  };
}
export type HolderWorld = ReturnType<typeof createHolderWorld>;

/** What can happen to processes, for property tests: numbers choose among those that are there. */
export type HolderStep =
  | { do: 'advance'; ms: number }
  | { do: 'start' }
  | { do: 'loseWatches' }
  | { do: 'trim' }
  | { do: 'stop' | 'resume' | 'resumeUnaware' | 'kill' | 'drain'; which: number }
  | { do: 'trouble'; which: number; share: number };

const MAX_PROCESSES = 6;

/** Does one step to the world. Steps that do not apply are left out. */
export async function takeStep(world: HolderWorld, step: HolderStep): Promise<void> {
  if (step.do === 'advance') return world.clock.advance(step.ms);
  if (step.do === 'loseWatches') return world.loseWatches();
  if (step.do === 'trim') return world.trim();
  const living = world.processes.filter(({ isKilled }) => !isKilled);
  if (step.do === 'start') {
    if (living.length < MAX_PROCESSES) world.start();
    return;
  }
  const process = living[step.which % Math.max(1, living.length)];
  if (!process) return;
  if (step.do === 'trouble') process.setTrouble(step.share);
  // Nobody waits here: draining goes on, or hangs, while other things happen.
  else if (step.do === 'drain') void process.holder.drain().then(() => process.kill());
  else process[step.do]();
}
