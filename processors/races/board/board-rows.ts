import type { BoardRow } from '../../../schemas/board.ts';
import type { BoardAthlete } from './athlete.ts';
import type { CourseEffort } from './course-effort.ts';
import type { Crossing } from './crossing-evidence.ts';
import type { Forecast, Paced } from './forecast.ts';
import {
  behindMs,
  type Field,
  gapMs,
  type RankingClock,
  type Reckoned,
  reckon,
  type Standing,
  standingOf,
} from './standings.ts';

export interface BoardRowsOptions {
  readonly clock: RankingClock;
  readonly silentAfterMs: number;
}

/** What a row says of an athlete among the others. */
export type Place = Pick<
  BoardRow,
  'rank' | 'waveRank' | 'sexRank' | 'categoryRank' | 'clubRank' | 'gapLeaderMs' | 'gapAheadMs' | 'group' | 'tooClose'
>;

/** What rows of one moment have in common. */
export interface RowMoment {
  readonly nowMs: number;
  readonly forecast: Forecast;
  /** Crossings of a published race are. */
  readonly isOfficial: boolean;
}

/** What was made of an athlete, of all that was told of them up to a version. */
interface Made {
  readonly version: number;
  readonly reckoned: Reckoned;
  row: BoardRow | null;
  /** The last row of an earlier version: its places stand until all are ranked again. */
  before: BoardRow | null;
  toLeader: Gap | null;
  toAhead: Gap | null;
}

interface Gap {
  readonly athlete: BoardAthlete;
  readonly version: number;
  readonly gapMs: number | null;
}

/**
 * The rows of a board, and what they are made from. Whatever was made of an athlete is kept until they are told of
 * again, for most do not change from one view to the next.
 */
export class BoardRows {
  readonly #options: BoardRowsOptions;
  readonly #made = new Map<BoardAthlete, Made>();
  #effort: CourseEffort;

  constructor(options: BoardRowsOptions, effort: CourseEffort) {
    this.#options = options;
    this.#effort = effort;
  }

  /** On another course, or with other starters, everything is made anew. */
  restart(effort: CourseEffort): void {
    this.#effort = effort;
    this.#made.clear();
  }

  reckoned(athlete: BoardAthlete): Reckoned {
    return this.#madeOf(athlete).reckoned;
  }

  /** To somebody who is ranked ahead. Known already while nothing was told of either. */
  gapMs(to: 'toLeader' | 'toAhead', standing: Standing, other: Standing): number | null {
    const made = this.#madeOf(standing.athlete);
    const { athlete, version } = other;
    // While a board is ranked in steps more may be told of somebody whose standing was taken.
    if (made.version !== standing.version) return behindMs(gapMs(standing, other, this.#effort));
    const known = made[to];
    if (known?.athlete === athlete && known.version === version) return known.gapMs;
    const gap = { athlete, version, gapMs: behindMs(gapMs(standing, other, this.#effort)) };
    made[to] = gap;
    return gap.gapMs;
  }

  /** The very row that was made last when it would say the same. */
  row(standing: Standing, moment: RowMoment, place: Place): BoardRow {
    const made = this.#madeOf(standing.athlete);
    const { row: before } = made;
    const isSilent = this.#isSilent(standing, moment.nowMs);
    const isSame =
      before !== null &&
      before.status === standing.status &&
      before.statusReason === standing.statusReason &&
      before.isSilent === isSilent &&
      isSamePlace(before, place);
    if (isSame) return before;
    const isKnown = before !== null && before.status === standing.status;
    made.row = isKnown
      ? { ...before, ...place, statusReason: standing.statusReason, isSilent }
      : newRow(standing, isSilent, moment, place);
    return made.row;
  }

  /**
   * The row of a standing that was taken a little before: with what was told of the athlete since, in the place that
   * the standing has. Whose status is another by now has the one of before: what that means for others the next
   * ranking says.
   */
  rowSince(standing: Standing, moment: RowMoment, place: Place, field: Field): BoardRow {
    const { athlete, version, status } = standing;
    if (athlete.version === version) return this.row(standing, moment, place);
    const made = this.#madeOf(athlete);
    const now = standingOf(athlete, made.reckoned, field);
    const before = made.row ?? made.before;
    if (now.status === status || before === null) return this.row(now, moment, place);
    const row = { ...before, ...place };
    if (made.row === null) made.before = row;
    else made.row = row;
    return row;
  }

  /**
   * The row of somebody who was told of, in the places of `shown`, the row that everybody has of them. Null for those
   * whose status is another: what that means for others only a ranking of all can say.
   */
  movedRow(standing: Standing, moment: RowMoment, shown: BoardRow | null): BoardRow | null {
    const made = this.#madeOf(standing.athlete);
    const before = made.row ?? made.before;
    const places = shown ?? before;
    if (before === null || places === null || places.status !== standing.status) return null;
    const place = placeOf(places);
    if (made.row === null) made.row = newRow(standing, this.#isSilent(standing, moment.nowMs), moment, place);
    // It may have the places of a ranking that is under way.
    return isSamePlace(made.row, place) ? made.row : { ...made.row, ...place };
  }

  #isSilent({ status, athlete }: Standing, nowMs: number): boolean {
    return status === 'running' && nowMs - athlete.heardMs > this.#options.silentAfterMs;
  }

  #madeOf(athlete: BoardAthlete): Made {
    const known = this.#made.get(athlete);
    if (known?.version === athlete.version) return known;
    const reckoned = reckon(athlete, { effort: this.#effort, clock: this.#options.clock });
    const before = known?.row ?? known?.before ?? null;
    const made: Made = { version: athlete.version, reckoned, row: null, before, toLeader: null, toAhead: null };
    this.#made.set(athlete, made);
    return made;
  }
}

export function pacedOf({ athlete, placeM, startMs }: Standing): Paced {
  return { reachedM: placeM, elapsedAt: (positionM) => athlete.line.timeAt(positionM) - startMs };
}

function newRow(standing: Standing, isSilent: boolean, { forecast, isOfficial }: RowMoment, place: Place): BoardRow {
  const { athlete, status, statusReason, placeM, placeMs, startMs } = standing;
  const { seen, crossings } = athlete;
  const isRunning = status === 'running';
  const hasPlace = !Number.isNaN(placeM) && status !== 'registered' && status !== 'dns';
  const lastSeenMs = athlete.heardMs;
  return {
    bib: athlete.bib,
    status,
    statusReason,
    ...place,
    positionM: hasPlace ? Math.round(placeM * 10) / 10 : null,
    seenMs: Number.isFinite(lastSeenMs) ? lastSeenMs : null,
    speedMps: isRunning && seen !== null ? Math.round(seen.speedMps * 100) / 100 : null,
    lap: hasPlace && seen !== null ? seen.lap : null,
    isOffCourse: isRunning && (seen?.isOffCourse ?? false),
    isSilent,
    gunMs: hasPlace ? since(athlete.gunTimeMs, placeMs) : null,
    chipMs: hasPlace && athlete.start !== null ? since(athlete.start.timeMs, placeMs) : null,
    predictedMs: isRunning ? forecast.predict(pacedOf(standing), placeMs - startMs) : null,
    lastCrossing: lastCrossingOf(crossings.at(-1), isOfficial),
  };
}

function lastCrossingOf(crossing: Crossing | undefined, isOfficial: boolean): BoardRow['lastCrossing'] {
  if (crossing === undefined) return null;
  const { checkpoint, pass, timeMs, status, revision } = crossing;
  return { checkpoint, pass, timeMs, status: isOfficial ? 'official' : status, revision };
}

function placeOf(row: BoardRow): Place {
  const { rank, waveRank, sexRank, categoryRank, clubRank, gapLeaderMs, gapAheadMs, group, tooClose } = row;
  return { rank, waveRank, sexRank, categoryRank, clubRank, gapLeaderMs, gapAheadMs, group, tooClose };
}

function isSamePlace(a: Place, b: Place): boolean {
  return (
    a.rank === b.rank &&
    a.waveRank === b.waveRank &&
    a.sexRank === b.sexRank &&
    a.categoryRank === b.categoryRank &&
    a.clubRank === b.clubRank &&
    a.gapLeaderMs === b.gapLeaderMs &&
    a.gapAheadMs === b.gapAheadMs &&
    a.group === b.group &&
    a.tooClose === b.tooClose
  );
}

function since(fromMs: number, untilMs: number): number | null {
  return Number.isNaN(untilMs) ? null : Math.round(untilMs - fromMs);
}
