/** How the time of an activity runs against the wall: 1 is real time, Infinity as fast as acknowledged. */
export interface Pace {
  readonly anchorMs: number;
  readonly speed: number;
}

/**
 * When an activity of this length has to begin (true time) so that, played at this pace from the anchor on, its last
 * sample is sent in the moment in which it happens: nothing is ever sent from the future.
 */
export function startMsFor(pace: Pace, durationMs: number): number {
  return endMsFor(pace, durationMs) - durationMs;
}

export function endMsFor({ anchorMs, speed }: Pace, durationMs: number): number {
  return anchorMs + (speed === Number.POSITIVE_INFINITY ? 0 : Math.round(durationMs / speed));
}

/** The wall time at which something that happens at `trueMs` leaves the device; −Infinity when nothing waits. */
export function dueWallMs({ anchorMs, speed }: Pace, startMs: number, trueMs: number): number {
  return speed === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : anchorMs + (trueMs - startMs) / speed;
}
