import { CADENCE, DISTANCE, DISTANCE_ORIGIN, MISSING, POWER, SPEED } from './grid.ts';

/**
 * What can say how far it went, best first: a device's counter (foot pod, wheel, the watch's own), filtered positions,
 * a speed summed up; at last pedals or legs, which only tell moving from standing. Each knows the way since the end of
 * the last closed second (`SINCE`) if it was known then; if not, it begins at its next value with nothing.
 *
 * Ways are in half millimetres: counters (cm) and sums of speeds (mm/s, the mean of two) are then whole numbers.
 */
export const COUNTER = 0;
export const GPS = 1;
export const SPEEDOMETER = 2;
export const TURNING = 3;
export const ODOMETERS = 4;
export const NONE = ODOMETERS;

/** Cells: for each odometer the way since, the second of its last value (−1: none) and whether it has one now. */
export const SINCE = 0;
export const LAST = ODOMETERS;
export const KNOWN = 2 * ODOMETERS;
export const COUNTER_CM = 3 * ODOMETERS;
export const COUNTER_ORIGIN = COUNTER_CM + 1;
export const LAST_SPEED = COUNTER_CM + 2;
export const RESETS = COUNTER_CM + 3;
export const IS_RESET = COUNTER_CM + 4;
export const CELLS = COUNTER_CM + 5;

export const HALF_MM_PER_CM = 20;
export const HALF_MM_PER_M = 2_000;

/** A counter may report now and then: what it says once is measured against this much more than the fastest. */
const COUNTER_SLACK_CM = 1_000;

/** Reads the second's row. `gpsWay` is the way since the believed fix before, or −1 without one now. */
export function readOdometers(
  cells: Float64Array,
  at: number,
  index: number,
  row: Int32Array,
  from: number,
  gpsWay: number,
  maxMps: number,
): void {
  cells[at + IS_RESET] = 0;
  const knewGps = cells[at + LAST + GPS] >= 0;
  const knewSpeed = cells[at + LAST + SPEEDOMETER] >= 0;
  readCounter(cells, at, index, row[from + DISTANCE], row[from + DISTANCE_ORIGIN], maxMps);
  cells[at + KNOWN + GPS] = gpsWay < 0 ? 0 : 1;
  if (gpsWay >= 0) advance(cells, at, GPS, index, gpsWay);
  const speed = row[from + SPEED];
  cells[at + KNOWN + SPEEDOMETER] = speed === MISSING ? 0 : 1;
  if (speed !== MISSING) {
    const dt = index - cells[at + LAST + SPEEDOMETER];
    advance(cells, at, SPEEDOMETER, index, (speed + cells[at + LAST_SPEED]) * dt);
    cells[at + LAST_SPEED] = speed;
  }
  const cadence = row[from + CADENCE];
  const power = row[from + POWER];
  cells[at + KNOWN + TURNING] = cadence === MISSING && power === MISSING ? 0 : 1;
  if (cells[at + KNOWN + TURNING] === 1) advance(cells, at, TURNING, index, 0);
  if (cells[at + IS_RESET] === 0) return;
  // What another odometer went on measuring meanwhile is not lost, so nothing is wrong with the distance.
  const next = bestKnown(cells, at);
  const isBridged = (next === GPS && knewGps) || (next === SPEEDOMETER && knewSpeed);
  if (!isBridged) cells[at + RESETS]++;
}

function advance(cells: Float64Array, at: number, odometer: number, index: number, way: number): void {
  if (cells[at + LAST + odometer] >= 0) cells[at + SINCE + odometer] += way;
  cells[at + LAST + odometer] = index;
}

/** A counter that goes back, jumps, or belongs to another device says nothing now, and is followed from here on. */
function readCounter(cells: Float64Array, at: number, index: number, cm: number, origin: number, maxMps: number): void {
  cells[at + KNOWN + COUNTER] = 0;
  if (cm === MISSING) return;
  const last = cells[at + LAST + COUNTER];
  const way = cm - cells[at + COUNTER_CM];
  const isOther = cells[at + COUNTER_ORIGIN] !== origin;
  cells[at + COUNTER_CM] = cm;
  cells[at + COUNTER_ORIGIN] = origin;
  if (last >= 0 && (isOther || way < 0 || way > 100 * maxMps * (index - last) + COUNTER_SLACK_CM)) {
    cells[at + LAST + COUNTER] = index;
    cells[at + SINCE + COUNTER] = 0;
    cells[at + IS_RESET] = 1;
    return;
  }
  cells[at + KNOWN + COUNTER] = 1;
  advance(cells, at, COUNTER, index, HALF_MM_PER_CM * way);
}

/** The seconds up to `index` are closed: what is not known now begins again. */
export function closeOdometers(cells: Float64Array, at: number, index: number): void {
  for (let odometer = 0; odometer < ODOMETERS; odometer++) {
    cells[at + SINCE + odometer] = 0;
    if (cells[at + LAST + odometer] !== index) cells[at + LAST + odometer] = -1;
  }
}

/** The best odometer with a value now; {@link NONE} when there is none. */
export function bestKnown(cells: Float64Array, at: number): number {
  for (let odometer = 0; odometer < ODOMETERS; odometer++) if (cells[at + KNOWN + odometer] === 1) return odometer;
  return NONE;
}
