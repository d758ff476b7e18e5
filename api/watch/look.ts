import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';

/** What is looked at again and again, and what was seen last. */
export interface Look<T> {
  /** Null before the first look has ended, and while looks fail: nobody is shown what was true once. */
  readonly seen: T | null;
  /** Whether the last look succeeded; null before the first one has ended. */
  readonly isUp: boolean | null;
  stop(): void;
}

export interface LookDeps<T> {
  /** What is looked at, for the log. */
  readonly name: string;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Must end by itself, well or not. */
  readonly look: () => Promise<T>;
}

/** Looks at once and then every `everyMs`, one look at a time: a slow engine is not asked more often for it. */
export function createLook<T>({ name, everyMs, clock, log, look }: LookDeps<T>): Look<T> {
  let seen: T | null = null;
  let isUp: boolean | null = null;
  let isLooking = false;

  async function lookOnce(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      seen = await look();
      if (isUp === false) log.info({ watched: name }, 'can be looked at again');
      isUp = true;
    } catch (err) {
      if (isUp !== false) log.warn({ err, watched: name }, 'cannot be looked at');
      seen = null;
      isUp = false;
    } finally {
      isLooking = false;
    }
  }

  void lookOnce();
  const timer = clock.setRepeating(() => void lookOnce(), everyMs);
  return {
    get seen() {
      return seen;
    },
    get isUp() {
      return isUp;
    },
    stop: () => timer.cancel(),
  };
}
