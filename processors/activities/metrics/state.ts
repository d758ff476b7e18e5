import { ageYears, checkConfig, type MetricsConfig, SPORTS } from './config.ts';
import * as curves from './curves.ts';
import * as efforts from './efforts.ts';
import * as elevation from './elevation.ts';
import * as gps from './gps-filter.ts';
import * as grade from './grade.ts';
import * as heartRate from './heart-rate.ts';
import * as motion from './motion.ts';
import * as power from './power.ts';
import * as ranges from './ranges.ts';
import { SecondSeries } from './second-series.ts';
import { SplitList } from './splits.ts';
import * as steps from './steps.ts';
import * as variability from './variability.ts';
import * as wBalance from './w-balance.ts';

/** Cells of the clock: the next second, whether it is paused, paused ones, others with a row, where power begins. */
export const NEXT = 0;
export const IS_PAUSED = 1;
export const PAUSED_S = 2;
export const ROWS = 3;
export const POWER_FROM = 4;
const CLOCK_CELLS = 5;

/** Where each metric's cells begin. All of an activity's numbers lie in one array, which is cheap to copy. */
export const AT_CLOCK = 0;
export const AT_GPS = AT_CLOCK + CLOCK_CELLS;
export const AT_MOTION = AT_GPS + gps.CELLS;
export const AT_HEART_RATE = AT_MOTION + motion.CELLS;
export const AT_POWER = AT_HEART_RATE + heartRate.CELLS;
export const AT_W_BALANCE = AT_POWER + power.CELLS;
export const AT_ELEVATION = AT_W_BALANCE + wBalance.CELLS;
export const AT_GRADE = AT_ELEVATION + elevation.CELLS;
export const AT_STEPS = AT_GRADE + grade.CELLS;
export const AT_VARIABILITY = AT_STEPS + steps.CELLS;
export const AT_RANGES = AT_VARIABILITY + variability.CELLS;
export const AT_PACE = AT_RANGES + ranges.CELLS;
export const AT_POWER_CURVE = AT_PACE + curves.CELLS;
export const AT_EFFORTS = AT_POWER_CURVE + curves.CELLS;
export const CELLS = AT_EFFORTS + efforts.CELLS;

/** Efforts and curves look at this much of an activity; the other metrics go on. */
export const MAX_SERIES_S = 48 * 3_600;
/** No activity goes on for longer. */
export const MAX_ACTIVITY_S = 14 * 86_400;

/** All that is known of one activity so far. */
export interface ActivityState {
  readonly config: MetricsConfig;
  readonly rules: (typeof SPORTS)[MetricsConfig['sport']];
  readonly formulas: heartRate.HeartRateFormulas;
  readonly cells: Float64Array;
  /** Centimetres of each closed second, as far back as an effort or a window still reaches. */
  readonly distance: SecondSeries;
  /** Watts of each second since the first that had some, as far back as a window reaches. */
  readonly power: SecondSeries;
  /** Up to where efforts and curves have looked at the series, and how far it was until there. */
  readonly settled: { distanceS: number; distanceCm: number; powerS: number };
  readonly metric: SplitList;
  readonly imperial: SplitList;
  readonly laps: SplitList;
}

/** Throws RangeError for a configuration that no activity can have. */
export function newState(config: MetricsConfig): ActivityState {
  checkConfig(config);
  const cells = new Float64Array(CELLS);
  cells[AT_CLOCK + POWER_FROM] = -1;
  gps.breakPath(cells, AT_GPS);
  motion.startMotion(cells, AT_MOTION);
  heartRate.startHeartRate(cells, AT_HEART_RATE);
  power.startPower(cells, AT_POWER);
  elevation.breakElevation(cells, AT_ELEVATION);
  grade.startGrade(cells, AT_GRADE);
  curves.startCurve(cells, AT_PACE);
  curves.startCurve(cells, AT_POWER_CURVE);
  efforts.startEfforts(cells, AT_EFFORTS);
  return {
    config,
    rules: SPORTS[config.sport],
    formulas: heartRate.heartRateFormulas(config.profile, ageYears(config)),
    cells,
    distance: new SecondSeries(),
    power: new SecondSeries(),
    settled: { distanceS: 0, distanceCm: 0, powerS: 0 },
    metric: new SplitList(),
    imperial: new SplitList(),
    laps: new SplitList(),
  };
}
