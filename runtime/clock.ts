/** A timer that has been set; `cancel` is safe at any time and any number of times. */
export interface Timer {
  cancel(): void;
}

/**
 * Where every part of the system gets its time from, so that tests can move time by hand.
 * `nowMs` is wall time (whole ms since the epoch) and may step; `monotonicMs` only grows and is for measuring
 * durations.
 */
export interface Clock {
  nowMs(): number;
  monotonicMs(): number;
  /** Calls `run` once, `delayMs` from now. */
  setTimer(run: () => void, delayMs: number): Timer;
  /** Calls `run` every `periodMs` until cancelled. */
  setRepeating(run: () => void, periodMs: number): Timer;
  /** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** Time as the machine has it. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(run, delayMs) {
    const handle = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
  setRepeating(run, periodMs) {
    const handle = setInterval(run, periodMs);
    return { cancel: () => clearInterval(handle) };
  },
  sleep(delayMs, signal) {
    return sleepOn(systemClock, delayMs, signal);
  },
};

/** A clock that moves only when told to; see `createManualClock`. */
export interface ManualClock extends Clock {
  /**
   * Moves time forward by `ms`, running due timers in order of their time (then of their setting). Between two timers
   * all promise work that is ready runs first, so what a timer starts is finished before the next one fires.
   */
  advance(ms: number): Promise<void>;
  /** Steps wall time without moving the timers, as an NTP correction does. */
  stepWall(ms: number): void;
  /** How many timers are set. */
  pendingTimers(): number;
}

/** The in-memory twin of `systemClock`: deterministic, starts at `startMs`. */
export function createManualClock(startMs = 0): ManualClock {
  let elapsedMs = 0;
  let wallOffsetMs = startMs;
  let order = 0;
  const timers = new Set<{ atMs: number; order: number; run: () => void }>();

  function set(run: () => void, delayMs: number): Timer {
    const timer = { atMs: elapsedMs + Math.max(0, delayMs), order: order++, run };
    timers.add(timer);
    return { cancel: () => void timers.delete(timer) };
  }

  function nextDue(untilMs: number) {
    let due: { atMs: number; order: number; run: () => void } | undefined;
    for (const timer of timers) {
      if (timer.atMs > untilMs) continue;
      if (!due || timer.atMs < due.atMs || (timer.atMs === due.atMs && timer.order < due.order)) due = timer;
    }
    return due;
  }

  const clock: ManualClock = {
    // Whole, as the machine's wall clock is, however fine the steps.
    nowMs: () => Math.floor(wallOffsetMs + elapsedMs),
    monotonicMs: () => elapsedMs,
    setTimer: set,
    setRepeating(run, periodMs) {
      if (!(periodMs > 0)) throw new RangeError(`periodMs must be above 0, got ${periodMs}`);
      let current: Timer;
      const again = () => {
        current = set(again, periodMs);
        run();
      };
      current = set(again, periodMs);
      return { cancel: () => current.cancel() };
    },
    sleep: (delayMs, signal) => sleepOn(clock, delayMs, signal),
    async advance(ms) {
      const untilMs = elapsedMs + ms;
      await readyWork();
      for (let due = nextDue(untilMs); due; due = nextDue(untilMs)) {
        timers.delete(due);
        elapsedMs = Math.max(elapsedMs, due.atMs);
        due.run();
        await readyWork();
      }
      elapsedMs = untilMs;
    },
    stepWall(ms) {
      wallOffsetMs += ms;
    },
    pendingTimers: () => timers.size,
  };
  return clock;
}

function sleepOn(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.setTimer(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** One turn of the event loop: every promise callback that is ready, and those they make ready, run before it ends. */
function readyWork(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
