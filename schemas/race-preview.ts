import type { BoardStatus } from './board.ts';
import type { RaceSetting } from './race.ts';

/** What a preview may change: all that an organiser says of a race but its state, its course and its starters. */
export type PreviewedSetting = Pick<
  RaceSetting,
  'name' | 'sport' | 'closesMs' | 'checkpoints' | 'waves' | 'categories'
>;

/** Asks the holder of a race's board what a change would do to it. The same question again asks how far it is. */
export interface PreviewQuestion {
  readonly ask: 'preview';
  /** Of the race that is changed. */
  readonly version: number;
  readonly changed: PreviewedSetting;
}

/** How an athlete stands with one setting. */
export interface PreviewedPlace {
  readonly status: BoardStatus;
  readonly rank: number | null;
  readonly categoryRank: number | null;
  /** From the gun, and from the start line, to the finish or to where they were seen last. */
  readonly gunMs: number | null;
  readonly chipMs: number | null;
}

/** A crossing that would be another one; null for one that is not there. */
export interface PreviewedCrossing {
  readonly checkpoint: string;
  readonly pass: number;
  /** ms since the epoch. */
  readonly beforeMs: number | null;
  readonly afterMs: number | null;
}

export interface PreviewedAthlete {
  readonly bib: string;
  readonly before: PreviewedPlace;
  readonly after: PreviewedPlace;
  readonly crossings: readonly PreviewedCrossing[];
}

/** How many athletes of how many, and how many of their crossings, would be otherwise. */
export interface PreviewSummary {
  readonly athletes: number;
  readonly changed: number;
  readonly ranksChanged: number;
  readonly statusesChanged: number;
  readonly crossingsGained: number;
  readonly crossingsLost: number;
  readonly crossingsMoved: number;
  /** Athletes with more stored positions than are read: their crossings are taken as they are. */
  readonly unread: number;
}

export interface RacePreview {
  readonly race: string;
  /** Of the race that would be changed. */
  readonly version: number;
  /** When both boards were made. */
  readonly atMs: number;
  readonly summary: PreviewSummary;
  /** Whose place or crossings would change, then who has other times only; each in the order of the new board. */
  readonly athletes: readonly PreviewedAthlete[];
  /** Athletes who would change too, and for whom there is no room. */
  readonly leftOut: number;
}

export const PREVIEW_FAILURES = ['store_unavailable', 'took_too_long', 'race_changed', 'failed'] as const;
export type PreviewFailure = (typeof PREVIEW_FAILURES)[number];

export type PreviewState =
  /** Athletes whose stored positions were followed, and of how many. */
  | { readonly state: 'running'; readonly done: number; readonly of: number }
  | { readonly state: 'done'; readonly preview: RacePreview }
  | { readonly state: 'failed'; readonly why: PreviewFailure }
  /** Others are being made. */
  | { readonly state: 'busy' }
  /** The board shows another version of the race. */
  | { readonly state: 'other_version'; readonly version: number };

export interface PreviewAnswer {
  readonly epoch: number;
  readonly preview: PreviewState;
}

/** Two hundred bytes each, with seventy for each crossing: far below a message's megabyte. */
export const MAX_PREVIEWED_ATHLETES = 1_000;
export const MAX_PREVIEWED_CROSSINGS = 4_000;
