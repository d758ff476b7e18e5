import type { Random } from './random.ts';

/** How a device's clock relates to the true time, from one boot to the next. */
export interface DeviceClock {
  /** The clock's reading (ms since the epoch, whole) at a true time. */
  read(trueMs: number): number;
}

const MAX_OFFSET_MS = 12 * 3_600_000;
const MAX_DRIFT_PPM = 60;

export const trueClock: DeviceClock = { read: (trueMs) => Math.round(trueMs) };

/** A clock that is `offsetMs` ahead of the true time at `sinceMs` and then gains `driftPpm`. */
export function createDeviceClock(offsetMs: number, driftPpm: number, sinceMs: number): DeviceClock {
  return { read: (trueMs) => Math.round(trueMs + offsetMs + ((trueMs - sinceMs) * driftPpm) / 1e6) };
}

/** An offset that matters: at least three seconds, at most twelve hours, ahead or behind; small ones more often. */
export function drawClock(random: Random, sinceMs: number): DeviceClock {
  const sizeMs = 3_000 * (MAX_OFFSET_MS / 3_000) ** random.next();
  const sign = random.chance(0.5) ? 1 : -1;
  return createDeviceClock(Math.round(sign * sizeMs), random.between(-MAX_DRIFT_PPM, MAX_DRIFT_PPM), sinceMs);
}
