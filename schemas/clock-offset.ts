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
 * A device's clock as one frame shows it: when it came, what the clock said when it was sent (NaN: it does not say),
 * and the last time in it.
 */
export interface ClockReading {
  readonly receivedMs: number;
  readonly sentMs: number;
  readonly lastTimeMs: number;
}

/**
 * A frame can be late but not early, so an offset that is too small cannot come from a wait on the way, one that is too
 * large can. Beyond this it is believed only when proven: see `isRunning`.
 */
export const MAX_UNPROVEN_OFFSET_MS = 10_000;

/** Readings that are nearer to each other prove nothing. */
export const MIN_PROOF_GAP_MS = 1_000;

/**
 * Whether the later of two readings shows a clock that ran on since the earlier one: about as far as ours did, give or
 * take what the network adds. A frame sent again with its old `sentMs` shows a clock that stands still, or went back.
 */
export function isRunning(earlier: ClockReading, later: ClockReading): boolean {
  const oursMs = later.receivedMs - earlier.receivedMs;
  const theirsMs = later.sentMs - earlier.sentMs;
  return oursMs >= MIN_PROOF_GAP_MS && theirsMs >= oursMs / 4 && theirsMs <= oursMs * 4;
}

/**
 * The offset to freeze for a (device, boot) that is seen for the first time, ms to add to device time: receive time −
 * `sentMs` when the frame has one; otherwise 0, except that a device ahead of the server is pulled back to now.
 */
export function proposeOffsetMs({ receivedMs, sentMs, lastTimeMs }: ClockReading): number {
  const offsetMs = Number.isNaN(sentMs) ? Math.min(0, receivedMs - lastTimeMs) : Math.round(receivedMs - sentMs);
  return Math.abs(offsetMs) <= CLOCK_TOLERANCE_MS ? 0 : offsetMs;
}

/** The age rule over one frame's corrected times, both ends included; null when it holds. */
export function checkTimes(firstMs: number, lastMs: number, nowMs: number, accepted: AcceptedTimes): DeadReason | null {
  if (lastMs - nowMs > accepted.maxFutureMs) return 'frame_from_future';
  if (nowMs - firstMs > accepted.maxAgeMs) return 'frame_too_old';
  return null;
}
