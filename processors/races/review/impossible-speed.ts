import type { Suspicion } from '../../../schemas/review.ts';
import type { CourseEffort } from '../board/course-effort.ts';
import { type Records, recordMs } from './records.ts';
import type { Step } from './step.ts';

/** Where an athlete was at the end of a span, and all the way that they had made. */
interface Moment {
  readonly atMs: number;
  readonly positionM: number;
  readonly wayM: number;
}

/** The last six minutes, and the fastest stretch against the record of its length. */
export interface SpeedState {
  moments: Moment[];
  worst: Sprint | null;
}

export interface Sprint {
  readonly from: Moment;
  readonly until: Moment;
  readonly flatM: number;
  readonly recordMs: number;
}

/** Over less than this a receiver's error is a great part of the way. */
const LEAST_M = 300;
/** Of a stretch so much may be the receiver's error: at its two ends, and in proportion. */
const ERROR_M = 25;
const ERROR_SHARE = 0.03;
const MAX_MOMENTS = 37;
/** So much faster than the record is no bad receiver. */
const SURELY = 1.1;

export function newSpeedState(): SpeedState {
  return { moments: [], worst: null };
}

/**
 * Looks at every stretch of the last six minutes that ends with this step. A stretch counts with the shorter of what
 * the course and what the ground say, so that neither a jump along the course (a cut) nor noise beside it makes
 * anybody fast; in metres on the flat that cost as much (Minetti et al. 2002), so that a descent does not either.
 */
export function foldSpeed(state: SpeedState, step: Step, effort: CourseEffort, records: Records): void {
  const last = state.moments.at(-1);
  // Positions that fall back show that they had run ahead.
  if (state.worst !== null && step.untilM < state.worst.until.positionM - LEAST_M / 2) state.worst = null;
  if (last === undefined || step.isOffCourse || step.isUnseen || last.atMs !== step.fromMs) {
    state.moments = [{ atMs: step.untilMs, positionM: step.untilM, wayM: 0 }];
    return;
  }
  const until = { atMs: step.untilMs, positionM: step.untilM, wayM: last.wayM + step.wayM };
  for (const from of state.moments) {
    const sprint = sprintBetween(from, until, effort, records);
    if (sprint !== null && excess(sprint) > Math.max(1, state.worst === null ? 0 : excess(state.worst))) {
      state.worst = sprint;
    }
  }
  state.moments = [...state.moments, until].slice(-MAX_MOMENTS);
}

function sprintBetween(from: Moment, until: Moment, effort: CourseEffort, records: Records): Sprint | null {
  const alongM = until.positionM - from.positionM;
  const wayM = Math.min(alongM, until.wayM - from.wayM);
  if (wayM < LEAST_M) return null;
  const perM = (effort.at(until.positionM) - effort.at(from.positionM)) / alongM;
  const flatM = perM * (wayM * (1 - ERROR_SHARE) - ERROR_M);
  return { from, until, flatM, recordMs: recordMs(records, flatM) };
}

/** By how much the record is beaten: 1 equals it. */
function excess({ from, until, recordMs: leastMs }: Sprint): number {
  return leastMs / (until.atMs - from.atMs);
}

export function suspectSpeed(bib: string, { worst }: SpeedState): Suspicion | null {
  if (worst === null) return null;
  const { from, until, flatM, recordMs: leastMs } = worst;
  const seconds = (until.atMs - from.atMs) / 1_000;
  return {
    ...{ kind: 'impossible_speed', severity: excess(worst) >= SURELY ? 'high' : 'low', bibs: [bib], about: '' },
    from: { atMs: from.atMs, positionM: from.positionM },
    until: { atMs: until.atMs, positionM: until.positionM },
    numbers: {
      ...{ flatM: Math.round(flatM), tookMs: Math.round(1_000 * seconds), recordMs: Math.round(leastMs) },
      flatMps: Math.round((100 * flatM) / seconds) / 100,
    },
  };
}
