import { AIR_TEMPERATURE, CADENCE, MISSING, RESPIRATION, SKIN_TEMPERATURE, SPO2 } from './grid.ts';

/**
 * Mean, least and greatest of channels that are only summed up, over the seconds that have a value. A cadence of 0 is
 * standing or coasting and is left out, as head units do. Temperature is what gear is told of the weather; no channel
 * measures wetness, so that is what the athlete stated, and a swim is wet.
 */
export const VERSION = 2;

export const RANGE_CHANNELS = [CADENCE, SPO2, RESPIRATION, AIR_TEMPERATURE, SKIN_TEMPERATURE] as const;

export const SUM = 0;
export const COUNT = 1;
export const MIN = 2;
export const MAX = 3;
export const CELLS_EACH = 4;
export const CELLS = CELLS_EACH * RANGE_CHANNELS.length;

export function foldRanges(cells: Float64Array, at: number, row: Int32Array, from: number): void {
  let slot = at;
  for (let nth = 0; nth < RANGE_CHANNELS.length; nth++, slot += CELLS_EACH) {
    const value = row[from + RANGE_CHANNELS[nth]];
    if (value === MISSING || (nth === 0 && value === 0)) continue;
    const isFirst = cells[slot + COUNT] === 0;
    cells[slot + SUM] += value;
    cells[slot + COUNT]++;
    if (isFirst || value < cells[slot + MIN]) cells[slot + MIN] = value;
    if (isFirst || value > cells[slot + MAX]) cells[slot + MAX] = value;
  }
}
