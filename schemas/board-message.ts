import {
  type AthleteWay,
  BOARD_STATUSES,
  type BoardCrossing,
  type BoardRow,
  type Certainty,
  type RoadGroup,
  STATUS_REASONS,
} from './board.ts';
import { parseJson } from './parse-json.ts';
import type { PreviewAnswer, PreviewQuestion } from './race-preview.ts';
import type { ReviewEntry } from './review.ts';

/**
 * The board of a race on its way from its holder to those who show it: a core message whenever something changed,
 * numbered, on `board.<race>`. A receiver that misses a number, or sees a new epoch, asks on `live.board.<race>` and is
 * sent everything under following numbers. A lower epoch than one that was seen is of a process that was stopped, and
 * is dropped. The same form, always full, lies in the bucket BOARDS.
 */
export interface BoardMessage {
  readonly race: string;
  readonly raceVersion: number;
  readonly epoch: number;
  /** Counts the messages of a race within an epoch, from 1. */
  readonly number: number;
  /** When the view was made, and the newest thing that it knows of. */
  readonly atMs: number;
  readonly dataMs: number | null;
  /** True when all parts together have every row; else they have those that changed. */
  readonly full: boolean;
  /** A view is whole with its last part: only then it may be shown. */
  readonly part: number;
  readonly parts: number;
  readonly rows: readonly BoardRow[];
  /** Who left the board. */
  readonly removed: readonly string[];
  /** Null where they are as they were told last: who moved is told more often than what follows from all. */
  readonly groups: readonly RoadGroup[] | null;
  /** Null in messages of before there was any. */
  readonly certainty: Certainty | null;
}

/** Far below a message's megabyte. */
export const MAX_ROWS_PER_MESSAGE = 2_000;

export type BoardQuestion =
  | { readonly ask: 'all' }
  | { readonly ask: 'reviews' }
  | { readonly ask: 'gaps' | 'way'; readonly bib: string }
  | { readonly ask: 'splits'; readonly bibs: readonly string[] }
  | PreviewQuestion
  | PastQuestion;

/**
 * One part of the board of a moment that is over, as it is known now. The answer is a whole view as a
 * {@link BoardMessage} under number 0, of the moment that it says: of a frozen race no later than when it was frozen.
 * Nothing is answered for a part that there is not, or by a holder that has as much to reckon as it may.
 */
export interface PastQuestion {
  readonly ask: 'past';
  /** ms since the epoch */
  readonly atMs: number;
  readonly part: number;
}

/** Everything begins with this number, or is on its way under it already. */
export interface BoardAnswer {
  readonly epoch: number;
  readonly number: number;
}

/** Of everybody with a rank to one athlete, ms; null where nobody knows. `gaps` is null when that one has no rank. */
export interface GapsAnswer {
  readonly epoch: number;
  readonly gaps: Readonly<Record<string, number | null>> | null;
}

/** What one athlete did so far; null when nobody with the bib is in the race. */
export interface WayAnswer {
  readonly epoch: number;
  readonly way: AthleteWay | null;
}

/**
 * When so many athletes crossed what, in the order of the course: everybody who was asked for, or as many of them, from
 * the first, as a message holds. Who is not in the race has crossed nothing.
 */
export interface SplitsAnswer {
  readonly epoch: number;
  readonly splits: readonly (readonly [bib: string, crossings: readonly BoardCrossing[]])[];
}

/** Crossings; some hundred bytes each at most. One athlete has fewer than `MAX_MARKS` of them. */
export const MAX_SPLITS_PER_MESSAGE = 8_000;
/** Athletes that one question may name. */
export const MAX_SPLITS_ASKED = 2_000;

/** The queue of the review, the most urgent first: so many as a message holds. */
export interface ReviewsAnswer {
  readonly epoch: number;
  readonly findings: readonly ReviewEntry[];
  /** Findings that are not among them. */
  readonly leftOut: number;
}

/** Half a kilobyte each. */
export const MAX_FINDINGS_PER_MESSAGE = 1_000;

type PackedRow = readonly (string | number | null | readonly (string | number)[])[];

/** Rows travel as lists in the order of their fields: of twenty thousand rows the names would be most of it. */
function packRow(row: BoardRow): PackedRow {
  const { predictedMs, lastCrossing } = row;
  return [
    ...[row.bib, BOARD_STATUSES.indexOf(row.status)],
    ...[row.rank, row.waveRank, row.sexRank, row.categoryRank, row.clubRank],
    ...[row.positionM, row.seenMs, row.speedMps, row.lap, (row.isOffCourse ? 1 : 0) + (row.isSilent ? 2 : 0)],
    ...[row.gunMs, row.chipMs, row.gapLeaderMs, row.gapAheadMs],
    predictedMs && [predictedMs.p10, predictedMs.p50, predictedMs.p90],
    row.group,
    lastCrossing && packCrossing(lastCrossing),
    row.statusReason && STATUS_REASONS.indexOf(row.statusReason),
    row.tooClose && [row.tooClose.ahead, row.tooClose.behind],
  ];
}

function packCrossing({ checkpoint, pass, timeMs, status, revision }: BoardCrossing): PackedCrossing {
  return [checkpoint, pass, timeMs, status, revision];
}

function unpackRow(packed: PackedRow): BoardRow {
  const number = (i: number) => packed[i] as number | null;
  const predicted = packed[16] as readonly number[] | null;
  const tooClose = (packed[20] ?? null) as readonly number[] | null;
  const crossing = packed[18] as PackedCrossing | null;
  return {
    bib: packed[0] as string,
    status: BOARD_STATUSES[packed[1] as number],
    statusReason: STATUS_REASONS[packed[19] as number] ?? null,
    ...{ rank: number(2), waveRank: number(3), sexRank: number(4), categoryRank: number(5), clubRank: number(6) },
    ...{ positionM: number(7), seenMs: number(8), speedMps: number(9), lap: number(10) },
    isOffCourse: ((packed[11] as number) & 1) !== 0,
    isSilent: ((packed[11] as number) & 2) !== 0,
    ...{ gunMs: number(12), chipMs: number(13), gapLeaderMs: number(14), gapAheadMs: number(15) },
    predictedMs: predicted && { p10: predicted[0], p50: predicted[1], p90: predicted[2] },
    group: number(17),
    lastCrossing: crossing && unpackCrossing(crossing),
    tooClose: tooClose && { ahead: tooClose[0], behind: tooClose[1] },
  };
}

type PackedCrossing = readonly [string, number, number, BoardCrossing['status'], number];

function unpackCrossing([checkpoint, pass, timeMs, status, revision]: PackedCrossing): BoardCrossing {
  return { checkpoint, pass, timeMs, status, revision };
}

/** A row as it stands in a message: two that are the same say the same. */
export function boardRowText(row: BoardRow): string {
  return JSON.stringify(packRow(row));
}

/** `rows` are texts of {@link boardRowText}, made once for the comparison and the message. */
export function encodeBoardMessage(head: Omit<BoardMessage, 'rows'>, rows: readonly string[]): Uint8Array {
  return Buffer.from(`${JSON.stringify(head).slice(0, -1)},"rows":[${rows.join(',')}]}`);
}

/** Null when it is none. */
export function readBoardMessage(data: Uint8Array): BoardMessage | null {
  const parsed = parseJson(data) as (Omit<BoardMessage, 'rows'> & { rows: PackedRow[] }) | null;
  const isMessage =
    typeof parsed?.race === 'string' &&
    Number.isSafeInteger(parsed.epoch) &&
    Number.isSafeInteger(parsed.number) &&
    Array.isArray(parsed.rows);
  return isMessage ? { ...parsed, certainty: parsed.certainty ?? null, rows: parsed.rows.map(unpackRow) } : null;
}

export function encodeBoardAsk(
  message: BoardQuestion | BoardAnswer | GapsAnswer | WayAnswer | ReviewsAnswer | PreviewAnswer,
): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}

export function encodeSplits({ epoch, splits }: SplitsAnswer): Uint8Array {
  return Buffer.from(JSON.stringify({ epoch, splits: splits.map(([bib, all]) => [bib, all.map(packCrossing)]) }));
}

/** Null when it is none. */
export function readBoardQuestion(data: Uint8Array): BoardQuestion | null {
  type Words = 'ask' | 'bib' | 'bibs' | 'version' | 'changed' | 'atMs' | 'part';
  const parsed = parseJson(data) as Partial<Record<Words, unknown>> | null;
  if (parsed?.ask === 'past') {
    const { ask, atMs, part } = parsed;
    return isCount(atMs) && isCount(part) ? { ask, atMs, part } : null;
  }
  if (parsed?.ask === 'all' || parsed?.ask === 'reviews') return { ask: parsed.ask };
  if (parsed?.ask === 'splits') return readSplitsQuestion(parsed.bibs);
  if (parsed?.ask === 'preview') {
    // Checked by the API, which alone asks.
    const isWhole = typeof parsed.version === 'number' && typeof parsed.changed === 'object' && parsed.changed !== null;
    return isWhole ? (parsed as unknown as PreviewQuestion) : null;
  }
  if (parsed?.ask !== 'gaps' && parsed?.ask !== 'way') return null;
  return typeof parsed.bib === 'string' ? { ask: parsed.ask, bib: parsed.bib } : null;
}

function readSplitsQuestion(bibs: unknown): BoardQuestion | null {
  if (!Array.isArray(bibs) || bibs.length > MAX_SPLITS_ASKED) return null;
  return bibs.every((bib) => typeof bib === 'string') ? { ask: 'splits', bibs } : null;
}

/** Null when it is none. */
export function readBoardAnswer(data: Uint8Array): BoardAnswer | null {
  const parsed = parseJson(data) as Partial<BoardAnswer> | null;
  const { epoch, number } = parsed ?? {};
  return typeof epoch === 'number' && typeof number === 'number' ? { epoch, number } : null;
}

/** Null when it is none. */
export function readGapsAnswer(data: Uint8Array): GapsAnswer | null {
  const parsed = parseJson(data) as Partial<GapsAnswer> | null;
  return typeof parsed?.epoch === 'number' ? { epoch: parsed.epoch, gaps: parsed.gaps ?? null } : null;
}

/** Null when it is none. */
export function readWayAnswer(data: Uint8Array): WayAnswer | null {
  const parsed = parseJson(data) as Partial<WayAnswer> | null;
  return typeof parsed?.epoch === 'number' ? { epoch: parsed.epoch, way: parsed.way ?? null } : null;
}

/** Null when it is none. */
export function readSplitsAnswer(data: Uint8Array): SplitsAnswer | null {
  const parsed = parseJson(data) as { epoch?: unknown; splits?: unknown } | null;
  const { epoch, splits } = parsed ?? {};
  if (typeof epoch !== 'number' || !Array.isArray(splits)) return null;
  const all = splits as readonly (readonly [string, readonly PackedCrossing[]])[];
  return { epoch, splits: all.map(([bib, packed]) => [bib, packed.map(unpackCrossing)] as const) };
}

/** Null when it is none. */
export function readReviewsAnswer(data: Uint8Array): ReviewsAnswer | null {
  const parsed = parseJson(data) as Partial<ReviewsAnswer> | null;
  const { epoch, findings, leftOut } = parsed ?? {};
  return typeof epoch === 'number' && Array.isArray(findings) ? { epoch, findings, leftOut: leftOut ?? 0 } : null;
}

/** Null when it is none. */
export function readPreviewAnswer(data: Uint8Array): PreviewAnswer | null {
  const parsed = parseJson(data) as Partial<PreviewAnswer> | null;
  const { epoch, preview } = parsed ?? {};
  return typeof epoch === 'number' && typeof preview === 'object' ? { epoch, preview } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
