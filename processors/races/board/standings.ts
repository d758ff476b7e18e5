import type { BoardStatus, StatusReason } from '../../../schemas/board.ts';
import type { BoardAthlete } from './athlete.ts';
import { automaticReason, type RaceMoment, type StatusRules } from './automatic-status.ts';
import type { CourseEffort } from './course-effort.ts';

/** Which clock decides: from the gun of the wave, or from the athlete's own start line where that is known. */
export type RankingClock = 'gun' | 'chip';

/** One athlete among all others at one moment. */
export interface Standing {
  readonly athlete: BoardAthlete;
  readonly status: BoardStatus;
  readonly statusReason: StatusReason | null;
  /** Where they are counted, and when they were there; NaN when nothing was seen. */
  readonly placeM: number;
  readonly placeMs: number;
  /** When their clock started. */
  readonly startMs: number;
  /** The finish time that the effort so far comes to, ms; NaN without a rank. */
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
}

/** What of a standing follows from the athlete alone, whatever the moment. */
export type Reckoned = Pick<Standing, 'placeM' | 'placeMs' | 'startMs' | 'soFarMs'> & { readonly isFinished: boolean };

export function reckon(athlete: BoardAthlete, { effort, clock }: Ranking): Reckoned {
  const { finish, gunTimeMs, placeM } = athlete;
  const startMs = clock === 'chip' ? (athlete.start?.timeMs ?? gunTimeMs) : gunTimeMs;
  const placeMs = finish?.timeMs ?? athlete.line.timeAt(placeM);
  const soFarMs = ((placeMs - startMs) * effort.totalM) / effort.at(placeM);
  return { placeM, placeMs, startMs, soFarMs, isFinished: finish !== null };
}

/**
 * Ranks go by the finish time that the average effort so far comes to, and by the finish time itself once it is there.
 * Of two with one gun who are seen at the same moment, the one ahead on the course is ahead in rank; who finishes keeps
 * the rank of a moment before; waves that started later are compared by what they have done, not by where they are.
 * Whoever was not seen for long cannot have finished before now, and ranks no better than that.
 */
export function standingOf(athlete: BoardAthlete, reckoned: Reckoned, field: Field): Standing {
  const { placeM, placeMs, startMs, soFarMs, isFinished } = reckoned;
  const { status, statusReason } = statusOf(athlete, isFinished, field);
  const isRanked = status === 'running' || status === 'finished';
  const projectedMs = isFinished ? placeMs - startMs : Math.max(soFarMs, field.nowMs - startMs);
  return {
    athlete,
    status,
    statusReason,
    placeM,
    placeMs,
    startMs,
    soFarMs: isRanked ? soFarMs : Number.NaN,
    projectedMs: isRanked ? projectedMs : Number.NaN,
  };
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

/** How much later than `other` the athlete was at the last place where both were; null when that is not known. */
export function gapMs(one: Standing, other: Standing): number | null {
  const placeM = Math.min(one.placeM, other.placeM);
  const oneMs = placeM === one.placeM ? one.placeMs : one.athlete.line.timeAt(placeM);
  const otherMs = placeM === other.placeM ? other.placeMs : other.athlete.line.timeAt(placeM);
  const gap = oneMs - one.startMs - (otherMs - other.startMs);
  return Number.isNaN(gap) ? null : Math.round(gap);
}
