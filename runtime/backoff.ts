import { type Clock, systemClock } from './clock.ts';

export interface RetryOptions {
  /** Whether this error may go away by itself; all others are thrown at once. */
  isRetryable(err: unknown): boolean;
  /** Waits between the attempts: n waits allow n + 1 attempts. */
  delaysMs: readonly number[];
  /** Each wait is shortened or lengthened by up to this share of itself, so that many who failed at once spread out. */
  jitter?: number;
  /** Ends the waiting; the promise rejects with its reason. */
  signal?: AbortSignal;
  clock?: Clock;
  /** Numbers from 0 up to 1, for the jitter. */
  random?: () => number;
  /** Told before each wait. */
  onRetry?(err: unknown, attempt: number, delayMs: number): void;
}

const JITTER = 0.2;

/** Calls `work` until it succeeds, the listed delays are used up (its last error is thrown), or `signal` aborts. */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const {
    isRetryable,
    delaysMs,
    jitter = JITTER,
    signal,
    clock = systemClock,
    random = Math.random,
    onRetry,
  } = options;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await work(attempt);
    } catch (err) {
      if (attempt > delaysMs.length || !isRetryable(err)) throw err;
      const delayMs = spread(delaysMs[attempt - 1], jitter, random);
      onRetry?.(err, attempt, delayMs);
      await clock.sleep(delayMs, signal);
    }
  }
}

/** The waits of a loop that reconnects for as long as its process lives: the last listed delay repeats. */
export interface Backoff {
  nextMs(): number;
  /** Starts again from the first delay; call it after a success. */
  reset(): void;
}

export function createBackoff({
  delaysMs,
  jitter = JITTER,
  random = Math.random,
}: Pick<RetryOptions, 'delaysMs' | 'jitter' | 'random'>): Backoff {
  if (delaysMs.length === 0) throw new RangeError('delaysMs is empty');
  let step = 0;
  return {
    nextMs() {
      const delayMs = delaysMs[Math.min(step, delaysMs.length - 1)];
      step++;
      return spread(delayMs, jitter, random);
    },
    reset() {
      step = 0;
    },
  };
}

function spread(delayMs: number, jitter: number, random: () => number): number {
  return delayMs * (1 + jitter * (2 * random() - 1));
}
