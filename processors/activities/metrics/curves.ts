import { POOR, type SecondSeries } from './second-series.ts';

/**
 * The best mean of a quantity over each of some durations (the mean maximal curve: Allen & Coggan, Training and Racing
 * with a Power Meter, ch. 5). Windows are of elapsed time and end at a second; seconds that are paused or missing
 * count as they stand in the series, so a curve never claims more than was done. Sums are of whole numbers, so they do
 * not drift. The earliest of equal windows stands.
 */
export const VERSION = 1;

export const DURATIONS_S = [5, 10, 15, 30, 60, 120, 180, 300, 600, 1_200, 1_800, 3_600] as const;

export const SUM = 0;
export const POOR_S = 1;
export const BEST = 2;
export const BEST_END = 3;
export const BEST_POOR_S = 4;
export const CELLS_EACH = 5;
export const CELLS = CELLS_EACH * DURATIONS_S.length;

export function startCurve(cells: Float64Array, at: number): void {
  for (let nth = 0; nth < DURATIONS_S.length; nth++) cells[at + CELLS_EACH * nth + BEST] = -1;
}

/** Takes the second that was just pushed onto `series`. */
export function foldCurve(cells: Float64Array, at: number, series: SecondSeries): void {
  const end = series.length - 1;
  const newest = series.at(end);
  const value = newest & ~POOR;
  const isPoor = newest >>> 15;
  let slot = at;
  for (let nth = 0; nth < DURATIONS_S.length; nth++, slot += CELLS_EACH) {
    const durationS = DURATIONS_S[nth];
    cells[slot + SUM] += value;
    cells[slot + POOR_S] += isPoor;
    if (end >= durationS) {
      const oldest = series.at(end - durationS);
      cells[slot + SUM] -= oldest & ~POOR;
      cells[slot + POOR_S] -= oldest >>> 15;
    } else if (end < durationS - 1) continue;
    if (cells[slot + SUM] <= cells[slot + BEST]) continue;
    cells[slot + BEST] = cells[slot + SUM];
    cells[slot + BEST_END] = end;
    cells[slot + BEST_POOR_S] = cells[slot + POOR_S];
  }
}
