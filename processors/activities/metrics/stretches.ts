import type { Effort, Mark, Peak, Split } from '../../../schemas/activity-metrics.ts';
import * as curves from './curves.ts';
import * as efforts from './efforts.ts';
import { MAX_GAP_SHARE } from './quality.ts';
import {
  END_MS,
  GAIN_DM,
  HEART_RATE_N,
  HEART_RATE_SUM,
  LOSS_DM,
  MOVING_S,
  RECORD,
  type SplitList,
  WAY_CM,
} from './splits.ts';
import type { ActivityState } from './state.ts';
import * as at from './state.ts';

/** Each split is the difference between its record and the one before. */
export function readSplits(list: SplitList): Split[] {
  const numbers = list.numbers();
  return Array.from({ length: list.length }, (_, nth) => {
    const grown = (field: number) =>
      numbers[nth * RECORD + field] - (nth === 0 ? 0 : numbers[(nth - 1) * RECORD + field]);
    const beats = grown(HEART_RATE_N);
    return {
      distanceM: grown(WAY_CM) / 100,
      endS: numbers[nth * RECORD + END_MS] / 1000,
      elapsedS: grown(END_MS) / 1000,
      movingS: grown(MOVING_S),
      heartRateBpm: beats === 0 ? null : grown(HEART_RATE_SUM) / beats,
      elevationGainM: grown(GAIN_DM) / 10,
      elevationLossM: grown(LOSS_DM) / 10,
    };
  });
}

export function readEfforts({ cells, rules }: ActivityState, isGpsPoor: boolean): Effort[] {
  return efforts.DISTANCES.flatMap(({ name, cm }, nth) => {
    const slot = at.AT_EFFORTS + efforts.CELLS_EACH * nth;
    const elapsedS = cells[slot + efforts.BEST_S];
    if (elapsedS === Infinity) return [];
    const interpolated = cells[slot + efforts.BEST_POOR_S] / elapsedS;
    return {
      name,
      distanceM: cm / 100,
      elapsedS,
      startS: cells[slot + efforts.BEST_START_S],
      interpolated,
      marks: marksOf(interpolated, isGpsPoor, cm / 100 / elapsedS > rules.maxMps),
    };
  });
}

/** m/s over each duration that was reached. */
export function readPacePeaks({ cells, rules }: ActivityState, isGpsPoor: boolean): Peak[] {
  return readPeaks(cells, at.AT_PACE, 0, 100, isGpsPoor, rules.maxMps);
}

/** W over each duration that was reached. */
export function readPowerPeaks({ cells }: ActivityState): Peak[] {
  return readPeaks(cells, at.AT_POWER_CURVE, cells[at.AT_CLOCK + at.POWER_FROM], 1, false, Infinity);
}

function readPeaks(
  cells: Float64Array,
  begin: number,
  fromS: number,
  scale: number,
  isGpsPoor: boolean,
  most: number,
): Peak[] {
  return curves.DURATIONS_S.flatMap((durationS, nth) => {
    const slot = begin + curves.CELLS_EACH * nth;
    const best = cells[slot + curves.BEST];
    if (best < 0) return [];
    const value = best / scale / durationS;
    const interpolated = cells[slot + curves.BEST_POOR_S] / durationS;
    return {
      durationS,
      value,
      startS: fromS + cells[slot + curves.BEST_END] - durationS + 1,
      interpolated,
      marks: marksOf(interpolated, isGpsPoor, value > most),
    };
  });
}

function marksOf(interpolated: number, isGpsPoor: boolean, isTooFast: boolean): Mark[] {
  const marks: Mark[] = isTooFast ? ['too_fast'] : [];
  if (isGpsPoor) marks.push('gps_poor');
  if (interpolated > MAX_GAP_SHARE) marks.push('gaps');
  return marks;
}
