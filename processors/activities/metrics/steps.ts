import { MISSING, STEPS } from './grid.ts';

/**
 * Steps by a device's counter: what it grew by. A counter that goes back, or grows by more than {@link MAX_PER_S},
 * began again or belongs to another device, and is followed from there. Each step is an impact on the shoe.
 */
export const VERSION = 1;

export const MAX_PER_S = 8;

export const LAST = 0;
export const LAST_AT = 1;
export const SUM = 2;
export const COUNT = 3;
export const CELLS = 4;

export function foldSteps(cells: Float64Array, at: number, index: number, row: Int32Array, from: number): void {
  const value = row[from + STEPS];
  if (value === MISSING) return;
  const grown = value - cells[at + LAST];
  const isFirst = cells[at + COUNT] === 0;
  if (!isFirst && grown >= 0 && grown <= MAX_PER_S * (index - cells[at + LAST_AT])) cells[at + SUM] += grown;
  cells[at + LAST] = value;
  cells[at + LAST_AT] = index;
  cells[at + COUNT]++;
}
