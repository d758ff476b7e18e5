import { VERSION as dailyLoad } from '../../../schemas/daily-load.ts';
import { VERSION as curves } from './curves.ts';
import { VERSION as efforts } from './efforts.ts';
import { VERSION as elevation } from './elevation.ts';
import { VERSION as gps } from './gps-filter.ts';
import { VERSION as grade } from './grade.ts';
import { VERSION as heartRate } from './heart-rate.ts';
import { VERSION as motion } from './motion.ts';
import { VERSION as power } from './power.ts';
import { VERSION as ranges } from './ranges.ts';
import { VERSION as splits } from './splits.ts';
import { VERSION as steps } from './steps.ts';
import { VERSION as variability } from './variability.ts';
import { VERSION as wBalance } from './w-balance.ts';

/** Grows when an algorithm gives other values; stored with what it gave, so that history can be computed again. */
export const METRIC_VERSIONS = {
  curves,
  dailyLoad,
  efforts,
  elevation,
  gps,
  grade,
  heartRate,
  motion,
  power,
  ranges,
  splits,
  steps,
  variability,
  wBalance,
} as const;

/** Of a checkpoint's bytes; grows with their layout, and when an algorithm cannot go on from what an older one kept. */
export const STATE_VERSION = 2;
