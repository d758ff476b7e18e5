import { createBackoff } from '../backoff.ts';
import { KvUnavailableError } from '../kv/kv.ts';
import type { Term } from '../lease.ts';
import { LogUnavailableError } from '../stream/stream.ts';
import { FenceLostError, takeCheckpoint } from './checkpoint.ts';
import type { ShardDeps } from './shard-deps.ts';
import { createShardState } from './shard-state.ts';
import { createTicks } from './ticks.ts';

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
