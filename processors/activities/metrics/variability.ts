/**
 * Heart-rate variability by beats: rMSSD and SDNN (Task Force of the ESC and NASPE 1996, Circulation 93:1043–1065).
 * Artefacts by the filter of Malik et al. 1989 (Eur Heart J 10:1060–1074): an interval that differs by more than 20 %
 * from the last accepted one is rejected; after {@link MAX_REJECTED} rejected in a row the next is accepted, because
 * then the rhythm has changed. A difference counts between two accepted intervals that follow each other, in number and
 * in time (the beats lie one interval apart, to 20 %).
 * Intervals are whole tenths of a millisecond, so all sums are exact.
 */
export const VERSION = 1;

export const TOLERANCE = 0.2;
export const MAX_REJECTED = 5;
/** Taken off before squaring, so that the squares' sums stay below 2^53. */
export const OFFSET = 8_000;

export const COUNT = 0;
export const SUM = 1;
export const SQUARES = 2;
export const DIFFERENCES = 3;
export const DIFFERENCE_SQUARES = 4;
export const REJECTED = 5;
export const IN_A_ROW = 6;
export const LAST = 7;
export const LAST_AT_MS = 8;
export const HAS_LAST = 9;
export const CELLS = 10;

/** Takes a beat, in order of time. `interval` is the time since the beat before, in tenths of a millisecond. */
export function foldBeat(cells: Float64Array, at: number, atMs: number, interval: number): void {
  const last = cells[at + LAST];
  const isFirst = cells[at + HAS_LAST] === 0;
  const differs = !isFirst && Math.abs(interval - last) > TOLERANCE * last;
  if (differs && cells[at + IN_A_ROW] < MAX_REJECTED) {
    cells[at + IN_A_ROW]++;
    cells[at + REJECTED]++;
    return;
  }
  const isNext = Math.abs(10 * (atMs - cells[at + LAST_AT_MS]) - interval) <= TOLERANCE * interval;
  if (!isFirst && !differs && cells[at + IN_A_ROW] === 0 && isNext) {
    cells[at + DIFFERENCES]++;
    cells[at + DIFFERENCE_SQUARES] += (interval - last) ** 2;
  }
  cells[at + HAS_LAST] = 1;
  cells[at + IN_A_ROW] = 0;
  cells[at + LAST] = interval;
  cells[at + LAST_AT_MS] = atMs;
  cells[at + COUNT]++;
  cells[at + SUM] += interval - OFFSET;
  cells[at + SQUARES] += (interval - OFFSET) ** 2;
}

export function rmssdMs(cells: Float64Array, at: number): number {
  return Math.sqrt(cells[at + DIFFERENCE_SQUARES] / cells[at + DIFFERENCES]) / 10;
}

export function sdnnMs(cells: Float64Array, at: number): number {
  const n = cells[at + COUNT];
  return Math.sqrt(Math.max(0, (cells[at + SQUARES] - cells[at + SUM] ** 2 / n) / (n - 1))) / 10;
}
