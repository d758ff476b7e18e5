import { POOR, RUN_S, type SecondSeries } from './second-series.ts';

/**
 * The best mean of a quantity over each of some durations (the mean maximal curve: Allen & Coggan, Training and Racing
 * with a Power Meter, ch. 5). Windows are of elapsed time and end at a second; seconds that are paused or missing
 * count as they stand in the series, so a curve never claims more than was done. Sums are of whole numbers, so they do
 * not drift. The earliest of equal windows stands.
 */
export const VERSION = 1;

export const DURATIONS_S = [5, 10, 15, 30, 60, 120, 180, 300, 600, 1_200, 1_800, 3_600] as const;

/** No window reaches further back. */
export const LONGEST_S = DURATIONS_S[DURATIONS_S.length - 1];

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

/** Takes `newest`, the `seconds` of `series` from `from` on; at most {@link RUN_S}. */
export function foldCurve(
  cells: Float64Array,
  at: number,
  series: SecondSeries,
  from: number,
  newest: Uint16Array,
  seconds: number,
): void {
  const until = from + seconds;
  for (let nth = 0, slot = at; nth < DURATIONS_S.length; nth++, slot += CELLS_EACH) {
    const durationS = DURATIONS_S[nth];
    // The seconds that leave the window; those before the activity are none.
    const leaving = Math.max(from, durationS);
    if (leaving < until) series.copy(leaving - durationS, until - durationS, oldest);
    if (from >= durationS && cannotBeBest(cells, slot, newest, seconds)) continue;
    let sum = cells[slot + SUM];
    let poorS = cells[slot + POOR_S];
    let best = cells[slot + BEST];
    let bestEnd = -1;
    let bestPoorS = 0;
    for (let i = 0; i < seconds; i++) {
      const end = from + i;
      sum += newest[i] & ~POOR;
      poorS += newest[i] >>> 15;
      if (end >= durationS) {
        const old = oldest[end - leaving];
        sum -= old & ~POOR;
        poorS -= old >>> 15;
      }
      if (sum <= best || end < durationS - 1) continue;
      best = sum;
      bestEnd = end;
      bestPoorS = poorS;
    }
    if (bestEnd >= 0) {
      cells[slot + BEST_END] = bestEnd;
      cells[slot + BEST_POOR_S] = bestPoorS;
    }
    cells[slot + SUM] = sum;
    cells[slot + POOR_S] = poorS;
    cells[slot + BEST] = best;
  }
}

/**
 * True when no window that ends in these seconds can be the best, as for most of them: even if all that is more came
 * before all that is less, it would not be enough. The window then stands at their end.
 */
function cannotBeBest(cells: Float64Array, slot: number, newest: Uint16Array, seconds: number): boolean {
  let change = 0;
  let growth = 0;
  let poorS = 0;
  for (let i = 0; i < seconds; i++) {
    const more = (newest[i] & ~POOR) - (oldest[i] & ~POOR);
    change += more;
    growth += more & ~(more >> 31);
    poorS += (newest[i] >>> 15) - (oldest[i] >>> 15);
  }
  const sum = cells[slot + SUM];
  if (sum + growth > cells[slot + BEST]) return false;
  cells[slot + SUM] = sum + change;
  cells[slot + POOR_S] += poorS;
  return true;
}

const oldest = new Uint16Array(RUN_S);
