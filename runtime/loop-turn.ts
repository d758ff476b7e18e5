import { setImmediate } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/**
 * Watches how long the event loop has been in one of its turns.
 *
 * What reads messages that are there already never waits for anything: it goes on from one microtask to the next, and
 * as long as there are more, no timer runs and no socket is read. A lease is not renewed then, and a request that was
 * answered long ago seems to have run out of time.
 */
export interface LoopTurn {
  /** Null while the turn may go on; else what to wait for, so that timers and sockets have theirs. */
  over(): Promise<void> | null;
}

export function createLoopTurn(clock: Pick<Clock, 'monotonicMs'>, longestMs: number): LoopTurn {
  let fromMs = 0;
  let next: Promise<void> | null = null;
  return {
    over() {
      const nowMs = clock.monotonicMs();
      if (next === null) {
        fromMs = nowMs;
        next = setImmediate().then(() => {
          next = null;
        });
      }
      return nowMs - fromMs < longestMs ? null : next;
    },
  };
}
