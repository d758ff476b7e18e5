import { refuse } from './errors.ts';

/** A bounded number of things at a time, with a bounded queue of those that wait their turn. */
export interface Slots {
  /**
   * Waits for a turn; the function it gives ends it. Throws ClickHouse's 202 when the queue or the wait is too long.
   */
  take(): Promise<() => void>;
}

export interface SlotsOptions {
  maxRunning: number;
  maxWaiting: number;
  maxWaitMs: number;
}

/** Turns are given in the order of asking. */
export function createSlots({ maxRunning, maxWaiting, maxWaitMs }: SlotsOptions): Slots {
  let running = 0;
  const waiting: (() => void)[] = [];

  const release = () => {
    const next = waiting.shift();
    if (next) next();
    else running--;
  };
  const once = () => {
    let isOver = false;
    return () => {
      if (!isOver) release();
      isOver = true;
    };
  };
  return {
    take() {
      if (running < maxRunning) {
        running++;
        return Promise.resolve(once());
      }
      if (waiting.length >= maxWaiting) return Promise.reject(tooMany(maxRunning));
      return new Promise((resolve, reject) => {
        const turn = () => {
          clearTimeout(timer);
          resolve(once());
        };
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(turn), 1);
          reject(tooMany(maxRunning));
        }, maxWaitMs);
        waiting.push(turn);
      });
    },
  };
}

function tooMany(maxRunning: number): Error {
  return refuse('TOO_MANY_SIMULTANEOUS_QUERIES', `Too many simultaneous queries. Maximum: ${maxRunning}`);
}
