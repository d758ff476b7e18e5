import type { BoardStatus, StatusReason } from '../../../schemas/board.ts';
import type { BoardAthlete } from './athlete.ts';
import { automaticReason, type RaceMoment, type StatusRules } from './automatic-status.ts';
import type { CourseEffort } from './course-effort.ts';

/** Which clock decides: from the gun of the wave, or from the athlete's own start line where that is known. */
export type RankingClock = 'gun' | 'chip';

/** One athlete among all others at one moment. */
export interface Standing {
  readonly athlete: BoardAthlete;
  /** What was told of the athlete up to there is in it. */
  readonly version: number;
  readonly status: BoardStatus;
  readonly statusReason: StatusReason | null;
  /** Where they are counted, and when they were there; NaN when nothing was seen. */
  readonly placeM: number;
  readonly placeMs: number;
  /** When their clock started. */
  readonly startMs: number;
  /** The finish time that the effort up to there comes to, ms. */
  readonly effortMs: number;
  /** The same at the moment that everybody is compared at, wherever they are by then; NaN without a rank. */
  readonly soFarMs: number;
  /** The same, but no earlier than now for whoever has not finished: what ranks go by. */
  readonly projectedMs: number;
}

/** How a race is ranked. */
export interface Ranking {
  readonly effort: CourseEffort;
  readonly clock: RankingClock;
}

/** What an athlete is among. */
export interface Field extends RaceMoment {
  readonly rules: StatusRules;
  readonly effort: CourseEffort;
}

/** What of a standing follows from the athlete alone, whatever the moment. */
export type Reckoned = Pick<Standing, 'placeM' | 'placeMs' | 'startMs' | 'effortMs'> & {
  readonly isFinished: boolean;
  /** How fast they were when they were seen last. */
  readonly speedMps: number;
};

/** A position says where somebody is for so long; farther on they may have stopped. */
export const MAX_AHEAD_MS = 10_000;

export function reckon(athlete: BoardAthlete, { effort, clock }: Ranking): Reckoned {
  const { finish, gunTimeMs, placeM, seen } = athlete;
  const startMs = clock === 'chip' ? (athlete.start?.timeMs ?? gunTimeMs) : gunTimeMs;
  const placeMs = finish?.timeMs ?? athlete.line.timeAt(placeM);
  const effortMs = finishOf(placeMs - startMs, placeM, effort);
  return { placeM, placeMs, startMs, effortMs, isFinished: finish !== null, speedMps: seen?.speedMps ?? 0 };
}

function finishOf(elapsedMs: number, placeM: number, effort: CourseEffort): number {
  return (elapsedMs * effort.totalM) / effort.at(placeM);
}

/**
 * Ranks go by the finish time that the average effort so far comes to, and by the finish time itself once it is there.
 * All are compared at one moment, for over the first hundred metres a second more or less changes an average by a lot:
 * whoever was seen a little before it has gone on as they went then. So of two with one gun the one who is ahead on
 * the course is ahead in rank; who finishes keeps the rank of a moment before; waves that started later are compared by
 * what they have done, not by where they are. Whoever was not seen for long cannot have finished before now, and ranks
 * no better than that.
 */
export function standingOf(athlete: BoardAthlete, reckoned: Reckoned, field: Field): Standing {
  const { placeM, placeMs, startMs, effortMs, isFinished } = reckoned;
  const { status, statusReason } = statusOf(athlete, isFinished, field);
  const isRanked = status === 'running' || status === 'finished';
  const soFarMs = isFinished ? effortMs : soFarAt(field.nowMs, reckoned, field.effort);
  const projectedMs = isFinished ? placeMs - startMs : Math.max(soFarMs, field.nowMs - startMs);
  return {
    athlete,
    version: athlete.version,
    status,
    statusReason,
    placeM,
    placeMs,
    startMs,
    effortMs,
    soFarMs: isRanked ? soFarMs : Number.NaN,
    projectedMs: isRanked ? projectedMs : Number.NaN,
  };
}

function soFarAt(nowMs: number, { placeM, placeMs, startMs, speedMps }: Reckoned, effort: CourseEffort): number {
  const aheadMs = Math.max(0, Math.min(MAX_AHEAD_MS, nowMs - placeMs));
  return finishOf(placeMs + aheadMs - startMs, placeM + (speedMps * aheadMs) / 1_000, effort);
}

/** What a person decided holds; what nobody decided, and no finish answers, the board says itself. */
function statusOf(athlete: BoardAthlete, isFinished: boolean, field: Field): Pick<Standing, 'status' | 'statusReason'> {
  const verdict = athlete.decision?.verdict ?? 'none';
  if (verdict !== 'none') return { status: verdict, statusReason: null };
  if (isFinished) return { status: 'finished', statusReason: null };
  const statusReason = automaticReason(athlete, field.rules, field);
  const [lives, ended] = athlete.isStarted ? (['running', 'dnf'] as const) : (['registered', 'dns'] as const);
  return { status: statusReason === null ? lives : ended, statusReason };
}

/** By rank, then those without one by bib. Equal times share nothing: the bib decides, so that an order is an order. */
export function inOrder(standings: readonly Standing[]): Standing[] {
  return [...standings].sort((a, b) => {
    const [isA, isB] = [!Number.isNaN(a.projectedMs), !Number.isNaN(b.projectedMs)];
    if (isA !== isB) return isA ? -1 : 1;
    if (isA && a.projectedMs !== b.projectedMs) return a.projectedMs - b.projectedMs;
    if (isA && a.soFarMs !== b.soFarMs) return a.soFarMs - b.soFarMs;
    return a.athlete.bib < b.athlete.bib ? -1 : 1;
  });
}

/**
 * How much later than `other` the athlete was at the last place where both were; null when that is not known. Between
 * two who did not start together it is how much later their efforts so far bring the one there: a wave that went off
 * fast and has slowed down since would else be ahead of those who are ranked before it.
 */
export function gapMs(one: Standing, other: Standing, effort: CourseEffort): number | null {
  const placeM = Math.min(one.placeM, other.placeM);
  if (one.startMs !== other.startMs)
    return known((effort.at(placeM) / effort.totalM) * (one.effortMs - other.effortMs));
  const oneMs = placeM === one.placeM ? one.placeMs : one.athlete.line.timeAt(placeM);
  const otherMs = placeM === other.placeM ? other.placeMs : other.athlete.line.timeAt(placeM);
  return known(oneMs - otherMs);
}

function known(gap: number): number | null {
  return Number.isNaN(gap) ? null : Math.round(gap);
}

/** A gap to somebody who is ranked ahead: whoever was seen last some time before them may seem to be before them. */
export function behindMs(gap: number | null): number | null {
  return gap === null ? null : Math.max(0, gap);
}
