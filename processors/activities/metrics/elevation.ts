import { ALTITUDE, MISSING } from './grid.ts';

/**
 * Climbing and descending with a dead band (hysteresis): a change counts, whole, when the altitude has left the last
 * counted one by the threshold, so wandering inside the band adds nothing. A barometer is believed to two metres, a GPS
 * altitude to five. What steps faster than {@link MAX_DM_PER_S} is a calibration or an error: it counts nothing.
 * Altitudes are whole decimetres, so sums are exact.
 */
export const VERSION = 1;

export const THRESHOLD_DM = { barometer: 20, gps: 50 } as const;
export const MAX_DM_PER_S = 50;
export const STEP_SLACK_DM = 100;
/** An altitude holds as long for whoever asks for it. */
export const HOLD_S = 10;

export const LAST_DM = 0;
export const LAST_AT = 1;
export const COUNTED_DM = 2;
export const GAIN_DM = 3;
export const LOSS_DM = 4;
export const COUNT = 5;
export const STEPS = 6;
export const CELLS = 7;

/** At the beginning and after a pause: what lies between is not counted. */
export function breakElevation(cells: Float64Array, at: number): void {
  cells[at + LAST_AT] = -Infinity;
}

export function foldElevation(
  cells: Float64Array,
  at: number,
  index: number,
  row: Int32Array,
  from: number,
  thresholdDm: number,
): void {
  const altitude = row[from + ALTITUDE];
  if (altitude === MISSING) return;
  const elapsedS = index - cells[at + LAST_AT];
  const stepDm = Math.abs(altitude - cells[at + LAST_DM]);
  const isFirst = cells[at + LAST_AT] === -Infinity;
  const isStep = !isFirst && stepDm > MAX_DM_PER_S * elapsedS + STEP_SLACK_DM;
  cells[at + LAST_DM] = altitude;
  cells[at + LAST_AT] = index;
  cells[at + COUNT]++;
  if (isStep) cells[at + STEPS]++;
  if (isFirst || isStep) {
    cells[at + COUNTED_DM] = altitude;
    return;
  }
  const change = altitude - cells[at + COUNTED_DM];
  if (Math.abs(change) < thresholdDm) return;
  cells[at + (change > 0 ? GAIN_DM : LOSS_DM)] += Math.abs(change);
  cells[at + COUNTED_DM] = altitude;
}

/** The altitude now, in dm; NaN when it is too old. */
export function altitudeDm(cells: Float64Array, at: number, index: number): number {
  return index - cells[at + LAST_AT] <= HOLD_S ? cells[at + LAST_DM] : NaN;
}
