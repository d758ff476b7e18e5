import type { Mark } from '../marks.ts';

/** A column of the table, in points. */
export interface Column {
  readonly name: ColumnName;
  readonly head: string;
  readonly xPt: number;
  readonly widthPt: number;
  readonly isRight: boolean;
}

/** A4, landscape. */
export const PAGE_WIDTH_PT = 841.89;
export const PAGE_HEIGHT_PT = 595.28;
export const MARGIN_PT = 30;
export const GAP_PT = 4;

/** A time of ten hours, and beside few others the name of its checkpoint. */
const SPLIT_PT = 44;
const WIDE_SPLIT_PT = 62;
const MAX_SPLITS_PER_LINE = 5;
const MAX_SPLIT_LINES = 5;
/** As many splits as a block of lines holds, so that a page has rows enough to be read. */
export const MAX_PRINTED_MARKS = MAX_SPLITS_PER_LINE * MAX_SPLIT_LINES;

const LEFT = [
  ['rank', 'Rank', 26, true],
  ['bib', 'Bib', 38, true],
  ['name', 'Name', 116, false],
  ['country', 'Nat.', 24, false],
  ['club', 'Club', 70, false],
  ['sex', 'Sex', 34, false],
  ['wave', 'Wave', 52, false],
  ['category', 'Category', 68, false],
] as const;
const RIGHT = [
  ['chip', 'Chip time', 44, true],
  ['gun', 'Gun time', 44, true],
  ['behind', 'Behind', 44, true],
] as const;

export type ColumnName = (typeof LEFT)[number][0] | (typeof RIGHT)[number][0];

export interface PageColumns {
  readonly left: readonly Column[];
  readonly right: readonly Column[];
  /** Between the two: so many side by side, in so many lines. */
  readonly splits: { readonly xPt: number; readonly widthPt: number; readonly perLine: number; readonly lines: number };
}

/** Where everything stands on a page; what splits leave over goes to names and clubs. */
export function pageColumns(marks: number): PageColumns {
  const perLine = Math.min(marks, MAX_SPLITS_PER_LINE);
  const lines = Math.max(1, Math.ceil(marks / MAX_SPLITS_PER_LINE));
  const splitPt = perLine > 3 ? SPLIT_PT : WIDE_SPLIT_PT;
  const inner = PAGE_WIDTH_PT - 2 * MARGIN_PT;
  const fixed = [...LEFT, ...RIGHT].reduce((sum, [, , widthPt]) => sum + widthPt, 0);
  const sparePt = inner - fixed - perLine * splitPt;
  const share = { name: 0.6 * sparePt, club: 0.4 * sparePt } as Partial<Record<ColumnName, number>>;
  let xPt = MARGIN_PT;
  const place = ([name, head, leastPt, isRight]: (typeof LEFT)[number] | (typeof RIGHT)[number]): Column => {
    const widthPt = leastPt + (share[name] ?? 0);
    xPt += widthPt;
    return { name, head, xPt: xPt - widthPt, widthPt: widthPt - GAP_PT, isRight };
  };
  const left = LEFT.map(place);
  const splits = { xPt, widthPt: splitPt, perLine, lines };
  xPt += perLine * splitPt;
  return { left, splits, right: RIGHT.map(place) };
}

/** Those between start and finish, whose times have columns of their own; of too many every so many. */
export function printedMarks(marks: readonly Mark[]): Mark[] {
  const between = marks.filter(({ isStart, isFinish }) => !isStart && !isFinish);
  const every = Math.max(1, Math.ceil(between.length / MAX_PRINTED_MARKS));
  return between.filter((_, i) => (between.length - 1 - i) % every === 0);
}
