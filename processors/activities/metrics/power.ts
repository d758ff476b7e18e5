import { MISSING, POWER } from './grid.ts';

/**
 * Power over the seconds that were not paused. A value holds for at most {@link HOLD_S}; after that the second has no
 * power, and is left out rather than counted as 0.
 *
 * Normalized power (Coggan; Allen & Coggan, Training and Racing with a Power Meter, ch. 7): the fourth root of the mean
 * of the fourth powers of a 30-second rolling mean, which begins when 30 seconds are there and begins again after
 * seconds without power. Paused seconds are not in it.
 */
export const VERSION = 1;

export const HOLD_S = 3;
export const ROLLING_S = 30;

export const HELD = 0;
export const HELD_AT = 1;
export const SUM_J = 2;
export const COUNT = 3;
export const MAX = 4;
export const MEASURED_S = 5;
export const ROLLED = 6;
export const ROLLING_SUM = 7;
export const FOURTHS = 8;
export const FOURTHS_N = 9;
export const RING = 10;
export const CELLS = 11 + ROLLING_S;

export function startPower(cells: Float64Array, at: number): void {
  cells[at + HELD_AT] = -Infinity;
}

/** Takes a second that is not paused. Returns its power, measured or held; −1 when it has none. */
export function foldPower(cells: Float64Array, at: number, index: number, row: Int32Array, from: number): number {
  const value = row[from + POWER];
  if (value !== MISSING) {
    cells[at + HELD] = value;
    cells[at + HELD_AT] = index;
    cells[at + MEASURED_S]++;
    if (value > cells[at + MAX]) cells[at + MAX] = value;
  } else if (index - cells[at + HELD_AT] > HOLD_S) {
    cells[at + ROLLED] = 0;
    cells[at + ROLLING_SUM] = 0;
    return -1;
  }
  const watts = cells[at + HELD];
  cells[at + SUM_J] += watts;
  cells[at + COUNT]++;
  const rolled = cells[at + ROLLED];
  const slot = at + RING + (rolled % ROLLING_S);
  cells[at + ROLLING_SUM] += watts - (rolled >= ROLLING_S ? cells[slot] : 0);
  cells[slot] = watts;
  cells[at + ROLLED] = rolled + 1;
  if (rolled + 1 >= ROLLING_S) {
    const mean = cells[at + ROLLING_SUM] / ROLLING_S;
    cells[at + FOURTHS] += mean * mean * (mean * mean);
    cells[at + FOURTHS_N]++;
  }
  return watts;
}

/** After a pause power has to be measured again; the rolling mean goes on. */
export function pausePower(cells: Float64Array, at: number): void {
  cells[at + HELD_AT] = -Infinity;
}
