import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';

/** What one part of the platform last said of itself. */
export type Said<T> =
  | { readonly state: 'known'; readonly value: T; readonly tookMs: number /** Monotonic. */; readonly atMs: number }
  /** No answer for `patienceMs`, and still none. */
  | { readonly state: 'silent' }
  | { readonly state: 'failed' };

export interface AskingDeps<T> {
  /** Who is asked, for the log. */
  readonly name: string;
  /** Must end by itself, well or not. */
  readonly ask: () => Promise<T>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whoever wants to know within this of an answer is told that one. */
  readonly everyMs: number;
  /** Longest wait of whoever wants to know. */
  readonly patienceMs: number;
  /** Rest after an answer, in times that it took: 9 leaves a dear question a tenth of the time at most. */
  readonly restTimes?: number;
}

/**
 * Asks one part when somebody wants to know, and not otherwise. However many want to know, one question is under way
 * at a time: a part that is slow is not asked more often for it.
 */
export function createAsking<T>(deps: AskingDeps<T>): () => Promise<Said<T>> {
  const { name, ask, clock, log, everyMs, patienceMs, restTimes = 0 } = deps;
  let said: Said<T> | null = null;
  let dueMs = Number.NEGATIVE_INFINITY;
  let underWay: { readonly fromMs: number; readonly ended: Promise<void> } | null = null;

  async function askOnce(fromMs: number): Promise<void> {
    let next: Said<T>;
    try {
      const value = await ask();
      const atMs = clock.monotonicMs();
      next = { state: 'known', value, tookMs: atMs - fromMs, atMs };
      dueMs = atMs + Math.max(everyMs, restTimes * next.tookMs);
      if (said?.state === 'failed') log.info({ asked: name }, 'says again how it stands');
    } catch (err) {
      next = { state: 'failed' };
      dueMs = clock.monotonicMs() + everyMs;
      if (said?.state !== 'failed') log.warn({ err, asked: name }, 'does not say how it stands');
    }
    said = next;
    underWay = null;
  }

  return async () => {
    const nowMs = clock.monotonicMs();
    if (underWay === null && nowMs >= dueMs) underWay = { fromMs: nowMs, ended: askOnce(nowMs) };
    if (underWay !== null) await endsWithin(clock, underWay.ended, underWay.fromMs + patienceMs - nowMs);
    return underWay === null && said !== null ? said : { state: 'silent' };
  };
}

/** Resolves at the end of `what`, which never rejects, or after `ms`. */
function endsWithin(clock: Clock, what: Promise<void>, ms: number): Promise<void> {
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = clock.setTimer(resolve, ms);
    void what.then(() => {
      timer.cancel();
      resolve();
    });
  });
}
