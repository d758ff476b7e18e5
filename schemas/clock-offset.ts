import type { DeadReason } from './reasons.ts';

/** How far a corrected time may be from the server's clock. */
export interface AcceptedTimes {
  readonly maxAgeMs: number;
  readonly maxFutureMs: number;
}

/** A clock that says more is broken, and both stores must be able to hold what it says: DateTime64 ends in 2299. */
export const MAX_DEVICE_TIME_MS = Date.UTC(2200, 0, 1);

/** Corrections smaller than this are frozen as 0: a synchronised clock beats network jitter. */
export const CLOCK_TOLERANCE_MS = 1_000;

/**
 * The offset to freeze for a (device, boot) that is seen for the first time, ms to add to device time: receive time −
 * `sentMs` when the frame has one; otherwise 0, except that a device ahead of the server is pulled back to now.
 */
export function proposeOffsetMs(frame: { sentMs: number; lastTimeMs: number }, receivedMs: number): number {
  const offsetMs = Number.isNaN(frame.sentMs)
    ? Math.min(0, receivedMs - frame.lastTimeMs)
    : Math.round(receivedMs - frame.sentMs);
  return Math.abs(offsetMs) <= CLOCK_TOLERANCE_MS ? 0 : offsetMs;
}

/** The age rule over one frame's corrected times, both ends included; null when it holds. */
export function checkTimes(firstMs: number, lastMs: number, nowMs: number, accepted: AcceptedTimes): DeadReason | null {
  if (lastMs - nowMs > accepted.maxFutureMs) return 'frame_from_future';
  if (nowMs - firstMs > accepted.maxAgeMs) return 'frame_too_old';
  return null;
}
