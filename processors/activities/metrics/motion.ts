import { CADENCE, MISSING, POWER, SPEED } from './grid.ts';
import {
  bestKnown,
  COUNTER,
  closeOdometers,
  GPS,
  HALF_MM_PER_CM,
  HALF_MM_PER_M,
  IS_RESET,
  KNOWN,
  LAST,
  NONE,
  CELLS as ODOMETER_CELLS,
  ODOMETERS,
  readOdometers,
  SINCE,
  TURNING,
} from './odometers.ts';

/**
 * Distance and moving time, second by second.
 *
 * A second is *closed* when the odometer in use says how far it went until its end; seconds between are closed with it,
 * with the same share of the way each. An odometer that falls silent is waited for up to {@link PATIENCE_S}, then the
 * best other one closes the seconds with what it knows. After each close the best one that is known is in use.
 *
 * Moving and standing have two thresholds of speed (hysteresis, as automatic pauses of watches have): moving ends below
 * the lower one and begins at the upper one. Seconds closed together have their mean speed. Standing adds no way to
 * filtered positions, because they wander (`gps-filter.ts` says when they stand); of a track with fixes now and then,
 * what led far away counts all the same. Paused seconds are closed as standing, with no way.
 *
 * Distance is in whole centimetres: the running sum is rounded, so no error gathers.
 */
export const VERSION = 2;

export const PATIENCE_S = 10;
/** The limit of the speed's channel. A second's way has to fit into 15 bits of centimetres. */
export const FASTEST_MPS = 150;

export const CLOSED = 0;
export const IN_USE = 1;
export const EXACT = 2;
export const SUM_CM = 3;
export const IS_MOVING = 4;
export const MOVING_S = 5;
export const FILLED_S = 6;
export const WAY_CM = 7;
export const EVIDENCE_S = 8;
export const GAP_S = 9;
export const BY = 10;
export const USED = 11;
/** After them, seconds closed by each odometer; then the odometers' own cells. */
const ODOMETER = 12 + ODOMETERS;
export const CELLS = ODOMETER + ODOMETER_CELLS;
export { RESETS } from './odometers.ts';
export const ODOMETER_AT = ODOMETER;

export interface MotionRules {
  readonly stopMps: number;
  readonly goMps: number;
  readonly maxMps: number;
}

export function startMotion(cells: Float64Array, at: number): void {
  cells[at + CLOSED] = -1;
  cells[at + IN_USE] = NONE;
  cells.fill(-1, at + ODOMETER + LAST, at + ODOMETER + LAST + ODOMETERS);
}

/**
 * Takes one second. Returns how many seconds, up to and with this one, it closed; `WAY_CM` is their way and
 * `IS_MOVING` whether they were spent moving. `gpsWay` is −1 when no fix was believed, `gpsFarWay` how far from where
 * standing began it is if that cannot be wandering, else 0; both in half millimetres.
 */
export function foldMotion(
  cells: Float64Array,
  at: number,
  index: number,
  row: Int32Array,
  from: number,
  gpsWay: number,
  gpsMps: number,
  gpsFarWay: number,
  rules: MotionRules,
): number {
  const odometer = at + ODOMETER;
  readOdometers(cells, odometer, index, row, from, gpsWay, rules.maxMps);
  const isFirst = cells[at + CLOSED] < 0;
  const best = bestKnown(cells, odometer);
  if (best === NONE) return 0;
  let by = cells[at + IN_USE];
  if (by === NONE || cells[odometer + KNOWN + by] === 0) {
    const waited = index - cells[at + CLOSED];
    const isReset = by === COUNTER && cells[odometer + IS_RESET] === 1;
    if (by !== NONE && !isReset && waited < PATIENCE_S) return 0;
    by = best;
  }
  const seconds = isFirst ? index + 1 : index - cells[at + CLOSED];
  let way = cells[odometer + SINCE + by];
  const mps = speedMps(row, from, by, seconds, way, gpsMps);
  cells[at + IS_MOVING] = mps >= (cells[at + IS_MOVING] === 1 ? rules.stopMps : rules.goMps) ? 1 : 0;
  if (by === GPS && cells[at + IS_MOVING] === 0) way = seconds > 1 ? gpsFarWay : 0;
  const fastestMps = by === GPS ? rules.maxMps : FASTEST_MPS;
  way = Math.min(way, HALF_MM_PER_M * fastestMps * seconds);
  cells[at + EVIDENCE_S] += seconds;
  cells[at + USED + by] += seconds;
  cells[at + BY] = by;
  cells[at + FILLED_S] += seconds - 1;
  if (seconds > PATIENCE_S) cells[at + GAP_S] += seconds;
  close(cells, at, index, seconds, way, best);
  return seconds;
}

/** A second that the athlete paused, whatever its row says. Closes all up to and with it. */
export function foldPausedSecond(cells: Float64Array, at: number, index: number): number {
  const seconds = index - cells[at + CLOSED];
  cells[at + IS_MOVING] = 0;
  close(cells, at, index, seconds, 0, NONE);
  cells.fill(-1, at + ODOMETER + LAST, at + ODOMETER + LAST + ODOMETERS);
  return seconds;
}

function speedMps(row: Int32Array, from: number, by: number, seconds: number, way: number, gpsMps: number): number {
  if (by === TURNING) return row[from + CADENCE] > 0 || row[from + POWER] > 0 ? Infinity : 0;
  if (seconds > 1) return way / HALF_MM_PER_M / seconds;
  if (row[from + SPEED] !== MISSING) return row[from + SPEED] / 1000;
  return by === GPS ? gpsMps : way / HALF_MM_PER_M;
}

function close(cells: Float64Array, at: number, index: number, seconds: number, way: number, next: number): void {
  cells[at + EXACT] += way;
  const sum = Math.round(cells[at + EXACT] / HALF_MM_PER_CM);
  cells[at + WAY_CM] = sum - cells[at + SUM_CM];
  cells[at + SUM_CM] = sum;
  // The first second is a moment: time runs from it.
  if (cells[at + IS_MOVING] === 1) cells[at + MOVING_S] += cells[at + CLOSED] < 0 ? seconds - 1 : seconds;
  cells[at + CLOSED] = index;
  cells[at + IN_USE] = next;
  closeOdometers(cells, at + ODOMETER, index);
}
