import type { StatusReason } from '../../../schemas/board.ts';
import type { BoardAthlete } from './athlete.ts';

/** When the board says by itself that somebody did not start or gave up. */
export interface StatusRules {
  /** Not seen over the start so long after the gun of the wave: did not start. */
  readonly startWithinMs: number;
  /** Heard of, but no farther along the course for so long: gave up. */
  readonly stoppedAfterMs: number;
  /** Not heard of for so long, while others are: gave up. */
  readonly lostAfterMs: number;
}

export const DEFAULT_STATUS_RULES: StatusRules = {
  startWithinMs: 30 * 60_000,
  stoppedAfterMs: 30 * 60_000,
  lostAfterMs: 60 * 60_000,
};

/** Data of the last moments is on its way when a race closes. */
const CLOSING_GRACE_MS = 60_000;
/** Noise carries who stands still so far along the course, but not farther. */
const PROGRESS_M = 50;
const STANDING_MPS = 0.5;

export interface RaceMoment {
  readonly nowMs: number;
  /** Event time up to which something is known of anybody: an outage of everything says nothing about one athlete. */
  readonly dataMs: number;
  /** Nothing after it counts; null without an end. */
  readonly closesMs: number | null;
}

/**
 * Why somebody who has not finished is taken to have given up or never to have started; null when they are not. It is a
 * function of what is known now, so whatever comes late takes it back.
 */
export function automaticReason(athlete: BoardAthlete, rules: StatusRules, moment: RaceMoment): StatusReason | null {
  const { nowMs, closesMs } = moment;
  const dataMs = Math.min(nowMs, moment.dataMs);
  if (closesMs !== null && nowMs > closesMs + CLOSING_GRACE_MS) return 'cut_off';
  if (!athlete.isStarted) {
    // Whoever was heard of after the gun stands somewhere before the line.
    const isHere = athlete.heardMs >= athlete.gunTimeMs;
    return !isHere && dataMs - athlete.gunTimeMs > rules.startWithinMs ? 'not_seen' : null;
  }
  if (dataMs - athlete.heardMs > rules.lostAfterMs) return 'signal_lost';
  return athlete.heardMs - progressedMs(athlete) > rules.stoppedAfterMs ? 'stopped' : null;
}

/** When they were last known to get on: their newest crossing, or when they came to where they stand. */
function progressedMs({ seen, crossings, line, placeM, gunTimeMs, heardMs }: BoardAthlete): number {
  const isStanding = seen === null || seen.isOffCourse || seen.speedMps < STANDING_MPS;
  if (!isStanding) return heardMs;
  const cameMs = line.timeAt(placeM - PROGRESS_M);
  return Math.max(crossings.at(-1)?.timeMs ?? gunTimeMs, Number.isNaN(cameMs) ? gunTimeMs : cameMs);
}
