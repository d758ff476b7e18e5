/** How an athlete stands; `registered` until something shows that they started. */
export const BOARD_STATUSES = ['registered', 'running', 'finished', 'dnf', 'dns', 'dsq'] as const;
export type BoardStatus = (typeof BOARD_STATUSES)[number];

/**
 * Why the board says by itself that somebody did not start or finish: not seen long after the gun, no farther for
 * long, not heard of for long while others were, or the race closed. Late data takes it back.
 */
export const STATUS_REASONS = ['not_seen', 'stopped', 'signal_lost', 'cut_off'] as const;
export type StatusReason = (typeof STATUS_REASONS)[number];

/**
 * Who may tell of a crossing, the most trusted first: a person who decided, then a timing mat, a chip reader, a fence
 * that a phone saw itself pass, and positions along the course.
 */
export const CROSSING_SOURCES = ['manual', 'mat', 'chip', 'geofence', 'gps'] as const;
export type CrossingSource = (typeof CROSSING_SOURCES)[number];

/** The newest checkpoint that an athlete crossed. */
export interface BoardCrossing {
  readonly checkpoint: string;
  readonly pass: number;
  readonly timeMs: number;
  /** Official once the race is published. */
  readonly status: 'estimated' | 'provisional' | 'official';
  readonly revision: number;
}

/**
 * One athlete on the board. Times of day are ms since the epoch, all others ms; what nobody knows is null. Ranks are
 * of those who run or finished. Who is who stands in the race's starters.
 */
export interface BoardRow {
  readonly bib: string;
  readonly status: BoardStatus;
  /** Null unless the board itself, and no person, says `dnf` or `dns`. */
  readonly statusReason: StatusReason | null;
  readonly rank: number | null;
  readonly waveRank: number | null;
  readonly sexRank: number | null;
  readonly categoryRank: number | null;
  /** Null for whoever has no club. */
  readonly clubRank: number | null;
  /** Along the course, and when they were there. */
  readonly positionM: number | null;
  readonly seenMs: number | null;
  readonly speedMps: number | null;
  readonly lap: number | null;
  readonly isOffCourse: boolean;
  /** Nothing was heard of a runner for longer than the board waits. */
  readonly isSilent: boolean;
  /** From the wave's gun, and from the start line, to the finish or to where they were seen last. */
  readonly gunMs: number | null;
  readonly chipMs: number | null;
  /** Behind the first, and behind the one ahead, at the same place of the course; below 0 when earlier there. */
  readonly gapLeaderMs: number | null;
  readonly gapAheadMs: number | null;
  /** Of the finish, as the ranking counts it: an interval that holds eight of ten, and its middle. */
  readonly predictedMs: { readonly p10: number; readonly p50: number; readonly p90: number } | null;
  /** On the road, from the front; null for whoever is not on it. */
  readonly group: number | null;
  readonly lastCrossing: BoardCrossing | null;
  /** Of who finished; null for all others. */
  readonly tooClose: TooClose | null;
}

/**
 * How many of those ranked ahead of a finisher, and behind, have times too close to theirs to say who was first: the
 * true rank lies between the rank less `ahead` and the rank plus `behind`.
 */
export interface TooClose {
  readonly ahead: number;
  readonly behind: number;
}

/** How sure the order of those is who finished. */
export interface Certainty {
  /** Two finishes, one of them estimated, are too close within so many standard deviations of the time between them. */
  readonly tooCloseSigmas: number;
  /** Ninety-five of a hundred finishers are no more than so many places from their true one. */
  readonly placesWithin: number;
}

/** A crossing that counts, as everybody may know of it. */
export interface WayCrossing extends BoardCrossing {
  /** Along the course. */
  readonly positionM: number;
  /** Standard deviation. */
  readonly sigmaMs: number;
  readonly source: CrossingSource;
}

/** What one athlete did so far. */
export interface AthleteWay {
  /** In the order of the course. */
  readonly crossings: readonly WayCrossing[];
  /** Places along the course and when they were passed, ms since the epoch; between two the pace was even. */
  readonly passed: readonly (readonly [positionM: number, timeMs: number])[];
  /** Heart rate along the course, bpm; null for whoever did not agree that it is shown. */
  readonly heart: readonly (readonly [positionM: number, timeMs: number, heartRate: number])[] | null;
}

/** Athletes on the road so near to each other that they run together. */
export interface RoadGroup {
  readonly group: number;
  readonly size: number;
  /** Who leads it. */
  readonly bib: string;
  readonly positionM: number;
  /** To the group ahead; null for the first. */
  readonly gapMs: number | null;
}

/** The board of a race at one moment: rows in the order of rank, then those without one by bib. */
export interface BoardView {
  readonly race: string;
  readonly raceVersion: number;
  /** When it was made. */
  readonly atMs: number;
  /** The newest thing that it knows of; null when it knows nothing yet. */
  readonly dataMs: number | null;
  readonly rows: readonly BoardRow[];
  readonly groups: readonly RoadGroup[];
  /** Null before anybody has finished. */
  readonly certainty: Certainty | null;
}
