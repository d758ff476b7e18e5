import { createBackoff } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { type KeyValue, KvUnavailableError } from '../kv/kv.ts';
import type { Term } from '../lease.ts';
import type { Logger } from '../log.ts';
import type { ReducerFactory } from '../reducer.ts';
import { LogUnavailableError, type MessageLog } from '../stream/stream.ts';
import { FenceLostError, takeCheckpoint } from './checkpoint.ts';
import { createShardState } from './shard-state.ts';
import { createTicks, type TickDeps } from './ticks.ts';

export interface HolderOptions {
  /** How often what followed from the messages is sent out. */
  readonly emitIntervalMs: number;
  /** What is urgent is sent out before that, but not sooner after the last time. */
  readonly leastRoundGapMs: number;
  /** How often the state is kept; a successor reads again what came since. */
  readonly checkpointIntervalMs: number;
  /** What a process that holds all shards may write; a shard with more than its share is kept less often … */
  readonly checkpointBytesPerS: number;
  /** … but at least so often. */
  readonly maxCheckpointIntervalMs: number;
  /** A caught-up shard without messages for this long gets a tick, if a reducer wants one. */
  readonly tickAfterMs: number;
  /** Waits after emissions or checkpoints that failed. */
  readonly retryDelaysMs: readonly number[];
  /** Waits before a shard that stopped begins again from its checkpoint. */
  readonly restDelaysMs: readonly number[];
}

export interface ShardDeps extends TickDeps {
  readonly log: MessageLog;
  readonly checkpoints: KeyValue;
  readonly reducers: readonly ReducerFactory[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly owner: string;
  /** Of the deployment. */
  readonly shards: number;
  readonly options: HolderOptions;
  readonly events: HolderEvents;
  readonly random: () => number;
  /** Runs one piece of work of the process at a time: the bytes of one checkpoint are in memory, not those of all. */
  oneAtATime<T>(work: () => Promise<T>): Promise<T>;
  /** Whether such work is being done or waits. */
  isAnyAtWork(): boolean;
}

/** For metrics. */
export interface HolderEvents {
  taken(term: Term): void;
  saved(shard: number, saved: SavedShard): void;
  saveFailed(shard: number): void;
  emitFailed(shard: number): void;
  /** Something threw that a repeat does not mend at once; the shard begins again from its checkpoint. */
  stopped(shard: number): void;
}

export interface SavedShard {
  readonly parts: number;
  readonly bytes: number;
  /** Of those bytes; what an earlier attempt left to this one is with nobody. */
  readonly bytesByReducer: ReadonlyMap<string, number>;
  /** Until the changes of all reducers were bytes: nothing else runs in the process meanwhile. */
  readonly encodeMs: number;
  /** From the first write until the manifest stands. */
  readonly durationMs: number;
}

export interface HeldShard {
  readonly term: Term;
  /** Resolves when the term is over: finished, lost, or cut by `stop`. Never rejects. */
  readonly ended: Promise<void>;
  /** Asks for a last checkpoint, then the end. */
  finish(): void;
  status(): ShardStatus;
}

export interface ShardStatus {
  readonly shard: number;
  readonly epoch: number;
  readonly seq: number;
  readonly isCaughtUp: boolean;
  /** Messages that waited when the last one was read. */
  readonly lagMessages: number;
  /** What keeps the shard from going on, '' when nothing does. */
  readonly trouble: string;
}

/**
 * Holds one shard for one term.
 *
 * opening (fence, checkpoint, reducers) → catching up → live → finishing → ended. From anywhere: → ended, with the
 * state dropped and nothing more written, when the lease or the fence is lost or `stop` aborts; → resting when
 * something threw that a repeat does not mend (a newer schema, a full queue, a damaged checkpoint), then opening again.
 * A store, bucket or log that is out of reach leaves it where it is: the older checkpoint holds, and it tries again.
 */
export function holdShard(deps: ShardDeps, term: Term, stop: AbortSignal): HeldShard {
  const { checkpoints, log, reducers, clock, logger, owner, options, events } = deps;
  const { shard, epoch } = term;
  const over = AbortSignal.any([term.signal, stop]);
  const finishing = new AbortController();
  const restBackoff = createBackoff({ delaysMs: options.restDelaysMs, random: deps.random });
  const retryBackoff = createBackoff({ delaysMs: options.retryDelaysMs, random: deps.random });
  let state: ReturnType<typeof createShardState> | null = null;
  let brokenAtSeq = 0;
  let trouble = '';
  let saves = 0;

  async function open(signal: AbortSignal) {
    const nextSave = () => ++saves;
    const { checkpoint, loaded } = await takeCheckpoint(checkpoints, { shard, epoch, owner, nextSave });
    signal.throwIfAborted();
    const { lastSeq } = await log.info();
    if (lastSeq < checkpoint.seq) {
      throw new Error(`the log ends at ${lastSeq}, before the checkpoint at ${checkpoint.seq}: it lost messages`);
    }
    const made = reducers.map((factory) => factory.create(shard, partsOf(loaded, factory.name)));
    const ticks = createTicks(deps, shard);
    return createShardState(deps, term, { checkpoint, reducers: made, ticks, brokenAtSeq, signal });
  }

  /** From the checkpoint to the end of the term. Throws what stops the shard. */
  async function attempt(isRetry: boolean): Promise<void> {
    const ending = new AbortController();
    const signal = AbortSignal.any([over, ending.signal]);
    const opened = await open(signal);
    state = opened;
    // What stopped it may be a queue that only emissions can empty.
    if (isRetry) await opened.round({ wantsSave: true });
    trouble = '';
    retryBackoff.reset();
    const finish = () => opened.wake();
    finishing.signal.addEventListener('abort', finish);
    const works = [opened.read(), opened.runRounds(finishing.signal)];
    try {
      await Promise.race(works);
    } finally {
      ending.abort(new Error(`shard ${shard} is no longer read`));
      finishing.signal.removeEventListener('abort', finish);
      // Once the term is over nobody waits for a store that may not answer: what it still writes carries its epoch.
      await Promise.race([Promise.allSettled(works), aborted(over)]);
    }
  }

  /** How long to wait before the next attempt. */
  function rest(error: unknown): number {
    trouble = error instanceof Error ? error.message : String(error);
    const hasSaved = state?.hasSaved() ?? false;
    brokenAtSeq = state?.applyingSeq() || brokenAtSeq;
    state = null;
    if (isAway(error)) {
      const delayMs = retryBackoff.nextMs();
      logger.warn({ err: error, shard, epoch, delayMs }, 'the shard could not be opened; trying again');
      return delayMs;
    }
    // What moved on may move on again: a full queue empties by a few recomputes at each attempt.
    if (hasSaved) restBackoff.reset();
    const delayMs = restBackoff.nextMs();
    logger.error({ err: error, shard, epoch, delayMs }, 'the shard stopped; it begins again from its checkpoint');
    events.stopped(shard);
    return delayMs;
  }

  async function run(): Promise<void> {
    events.taken(term);
    for (let isRetry = false; !over.aborted; isRetry = true) {
      try {
        await attempt(isRetry);
        return;
      } catch (error) {
        if (over.aborted) return;
        if (error instanceof FenceLostError) return logger.warn({ err: error, shard, epoch }, 'the fence is lost');
        const delayMs = rest(error);
        if (finishing.signal.aborted) return;
        // Rejected by the signals only, which are looked at next.
        await clock.sleep(delayMs, AbortSignal.any([over, finishing.signal])).catch(() => undefined);
        if (finishing.signal.aborted) return;
      }
    }
  }

  return {
    term,
    ended: run(),
    finish: () => finishing.abort(),
    status() {
      const { seq = 0, isCaughtUp = false, lagMessages = 0 } = state?.progress() ?? {};
      return { shard, epoch, seq, isCaughtUp, lagMessages, trouble: trouble || state?.trouble() || '' };
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function isAway(error: unknown): boolean {
  return error instanceof KvUnavailableError || error instanceof LogUnavailableError;
}

/** A reducer's own parts of a checkpoint: `<reducer>.<part>`. */
function partsOf(loaded: ReadonlyMap<string, Uint8Array>, reducer: string): Map<string, Uint8Array> {
  const prefix = `${reducer}.`;
  return new Map(
    [...loaded].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]),
  );
}
