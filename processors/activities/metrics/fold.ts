import { foldCurve, LONGEST_S } from './curves.ts';
import { firstNeeded, foldEfforts } from './efforts.ts';
import { altitudeDm, breakElevation, foldElevation, GAIN_DM, LOSS_DM, STEPS, THRESHOLD_DM } from './elevation.ts';
import { beginStanding, breakPath, farAwayM, foldGps, movingSpeedMps, PATH_M, POOR_RADIUS_M } from './gps-filter.ts';
import { breakGrade, foldGrade } from './grade.ts';
import { ACCURACY, EMPTY_ROW, LATITUDE, MISSING, POWER } from './grid.ts';
import { COUNT, foldHeartRate, pauseHeartRate, SUM } from './heart-rate.ts';
import { BY, foldMotion, foldPausedSecond, IS_MOVING, MOVING_S, PATIENCE_S, SUM_CM, WAY_CM } from './motion.ts';
import { GPS, HALF_MM_PER_M } from './odometers.ts';
import { foldPower, pausePower } from './power.ts';
import { foldRanges } from './ranges.ts';
import { POOR, RUN_S } from './second-series.ts';
import { MAX_LAPS, MAX_SPLITS, type SplitList } from './splits.ts';
import type { ActivityState } from './state.ts';
import * as state from './state.ts';
import { foldSteps } from './steps.ts';
import { foldWBalance } from './w-balance.ts';

const { AT_CLOCK, AT_GPS, AT_MOTION, AT_HEART_RATE, AT_POWER, AT_ELEVATION, AT_GRADE } = state;

/** Takes the activity's next second; `row` is the grid's and begins at `from`, or is empty. */
export function foldSecond(activity: ActivityState, index: number, row: Int32Array, from: number): void {
  const { cells } = activity;
  cells[AT_CLOCK + state.NEXT] = index + 1;
  if (cells[AT_CLOCK + state.IS_PAUSED] === 1) {
    cells[AT_CLOCK + state.PAUSED_S]++;
    takePower(activity, 0, 0);
    pushWay(activity, index, foldPausedSecond(cells, AT_MOTION, index), 0);
    return;
  }
  foldHeartRate(cells, AT_HEART_RATE, index, row, from, activity.formulas);
  if (cells[AT_CLOCK + state.POWER_FROM] >= 0 || row[from + POWER] !== MISSING) foldWatts(activity, index, row, from);
  foldElevation(cells, AT_ELEVATION, index, row, from, THRESHOLD_DM[activity.config.altitudeSource]);
  foldWay(activity, index, row, from);
  if (row === EMPTY_ROW) return;
  cells[AT_CLOCK + state.ROWS]++;
  foldRanges(cells, state.AT_RANGES, row, from);
  foldSteps(cells, state.AT_STEPS, index, row, from);
}

/** What follows from the last second that was folded: nothing before and after it may be joined. */
export function pause(activity: ActivityState): void {
  const { cells } = activity;
  cells[AT_CLOCK + state.IS_PAUSED] = 1;
  pauseHeartRate(cells, AT_HEART_RATE);
  pausePower(cells, AT_POWER);
  breakElevation(cells, AT_ELEVATION);
  breakPath(cells, AT_GPS);
  breakGrade(cells, AT_GRADE, cells[AT_MOTION + SUM_CM]);
}

/** Ends a lap with the last second that was folded. */
export function lap(activity: ActivityState): void {
  if (activity.laps.length >= MAX_LAPS) return;
  const { cells } = activity;
  pushSplit(activity, activity.laps, 1000 * (cells[AT_CLOCK + state.NEXT] - 1), cells[AT_MOTION + SUM_CM]);
}

function foldWatts(activity: ActivityState, index: number, row: Int32Array, from: number): void {
  const { cells } = activity;
  if (cells[AT_CLOCK + state.POWER_FROM] < 0) cells[AT_CLOCK + state.POWER_FROM] = index;
  const watts = foldPower(cells, AT_POWER, index, row, from);
  takePower(activity, watts, row[from + POWER] === MISSING ? POOR : 0);
}

/** Power of a second that has some (−1: it has none) into the curve and W′. */
function takePower(activity: ActivityState, watts: number, flag: number): void {
  const { cells, power, config } = activity;
  if (cells[AT_CLOCK + state.POWER_FROM] < 0) return;
  const { criticalPowerW = config.profile.ftpW, wPrimeJ } = config.profile;
  if (watts >= 0 && criticalPowerW !== undefined && wPrimeJ !== undefined) {
    foldWBalance(cells, state.AT_W_BALANCE, watts, criticalPowerW, wPrimeJ);
  }
  if (power.length >= state.MAX_SERIES_S) return;
  power.push(Math.max(0, watts) | flag);
  if (power.length - activity.settled.powerS >= RUN_S) settlePower(activity);
}

function foldWay(activity: ActivityState, index: number, row: Int32Array, from: number): void {
  const { cells, rules } = activity;
  const isMoving = cells[AT_MOTION + IS_MOVING] === 1;
  let [gpsWay, gpsMps, gpsFarWay] = [-1, 0, 0];
  if (row[from + LATITUDE] !== MISSING) {
    if (isMoving) beginStanding(cells, AT_GPS);
    if (foldGps(cells, AT_GPS, index, row, from, rules)) {
      gpsWay = HALF_MM_PER_M * cells[AT_GPS + PATH_M];
      gpsMps = movingSpeedMps(cells, AT_GPS, isMoving);
      gpsFarWay = HALF_MM_PER_M * farAwayM(cells, AT_GPS);
    }
  }
  const seconds = foldMotion(cells, AT_MOTION, index, row, from, gpsWay, gpsMps, gpsFarWay, rules);
  if (seconds === 0) return;
  const isCounted = seconds > 1 && cells[AT_MOTION + IS_MOVING] === 0 && gpsFarWay > 0;
  if (cells[AT_MOTION + BY] !== GPS || isCounted) beginStanding(cells, AT_GPS);
  const isPoorFix = cells[AT_MOTION + BY] === GPS && row[from + ACCURACY] > 10 * POOR_RADIUS_M;
  pushWay(activity, index, seconds, isPoorFix || seconds > PATIENCE_S ? POOR : 0);
  if (!rules.isOnFoot) return;
  const dm = altitudeDm(cells, AT_ELEVATION, index);
  foldGrade(cells, AT_GRADE, cells[AT_MOTION + SUM_CM], dm, cells[AT_ELEVATION + STEPS]);
}

/**
 * Brings efforts and curves up to the newest second: they look at the series' seconds in runs, so between two runs they
 * are behind. Before anything reads or keeps their cells.
 */
export function settle(activity: ActivityState): void {
  settleDistance(activity);
  settlePower(activity);
}

const newest = new Uint16Array(RUN_S);

function settleDistance({ cells, distance, settled }: ActivityState): void {
  const from = settled.distanceS;
  const seconds = distance.length - from;
  if (seconds === 0) return;
  distance.copy(from, distance.length, newest);
  foldEfforts(cells, state.AT_EFFORTS, distance, from, newest, seconds, settled.distanceCm);
  foldCurve(cells, state.AT_PACE, distance, from, newest, seconds);
  settled.distanceS = distance.length;
  for (let i = 0; i < seconds; i++) settled.distanceCm += newest[i] & ~POOR;
  distance.forget(Math.min(firstNeeded(cells, state.AT_EFFORTS), distance.length - LONGEST_S));
}

function settlePower({ cells, power, settled }: ActivityState): void {
  const from = settled.powerS;
  const seconds = power.length - from;
  if (seconds === 0) return;
  power.copy(from, power.length, newest);
  foldCurve(cells, state.AT_POWER_CURVE, power, from, newest, seconds);
  settled.powerS = power.length;
  power.forget(power.length - LONGEST_S);
}

/** Spreads the way of the `seconds` up to `index` evenly over them, in whole centimetres, and looks at each. */
function pushWay(activity: ActivityState, index: number, seconds: number, flag: number): void {
  const { cells, distance, rules } = activity;
  const wayCm = cells[AT_MOTION + WAY_CM];
  const beforeCm = cells[AT_MOTION + SUM_CM] - wayCm;
  let doneCm = 0;
  for (let nth = 1; nth <= seconds; nth++) {
    const nextCm = nth === seconds ? wayCm : Math.floor((wayCm * nth) / seconds);
    const sumCm = beforeCm + nextCm;
    const cm = nextCm - doneCm;
    doneCm = nextCm;
    const second = index - seconds + nth;
    cross(activity, activity.metric, 100 * rules.metricSplitM, second, sumCm, cm);
    cross(activity, activity.imperial, 100 * rules.imperialSplitM, second, sumCm, cm);
    if (distance.length >= state.MAX_SERIES_S) continue;
    distance.push(cm | flag);
    if (distance.length - activity.settled.distanceS >= RUN_S) settleDistance(activity);
  }
}

function cross(activity: ActivityState, list: SplitList, everyCm: number, second: number, sumCm: number, cm: number) {
  for (let nextCm = (list.length + 1) * everyCm; sumCm >= nextCm && list.length < MAX_SPLITS; nextCm += everyCm) {
    pushSplit(activity, list, Math.round(1000 * (second - (sumCm - nextCm) / cm)), nextCm);
  }
}

function pushSplit({ cells }: ActivityState, list: SplitList, endMs: number, wayCm: number): void {
  const { numbers, from } = list.push();
  numbers[from] = endMs;
  numbers[from + 1] = Math.round(wayCm);
  numbers[from + 2] = cells[AT_MOTION + MOVING_S];
  numbers[from + 3] = cells[AT_HEART_RATE + SUM];
  numbers[from + 4] = cells[AT_HEART_RATE + COUNT];
  numbers[from + 5] = cells[AT_ELEVATION + GAIN_DM];
  numbers[from + 6] = cells[AT_ELEVATION + LOSS_DM];
}
