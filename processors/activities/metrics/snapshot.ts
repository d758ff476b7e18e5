import type { Absence, ActivityMetrics } from '../../../schemas/activity-metrics.ts';
import { CELLS_EACH, DURATIONS_S, SUM as WINDOW_SUM } from './curves.ts';
import { COUNT as ALTITUDES, GAIN_DM, LOSS_DM } from './elevation.ts';
import { adjustedCm } from './grade.ts';
import { given, maybe } from './metric.ts';
import { EVIDENCE_S, IS_MOVING, MOVING_S, SUM_CM } from './motion.ts';
import { qualitiesOf } from './quality.ts';
import { beatMetrics, calories, heartRateMetrics } from './snapshot-body.ts';
import { powerMetrics } from './snapshot-power.ts';
import { rangeMetrics } from './snapshot-ranges.ts';
import type { ActivityState } from './state.ts';
import * as at from './state.ts';
import { readEfforts, readPacePeaks, readSplits } from './stretches.ts';

/** All metrics of what was folded so far. */
export function readMetrics(activity: ActivityState): ActivityMetrics {
  const quality = qualitiesOf(activity);
  const { cells, config } = activity;
  const { profile } = config;
  const { elapsedS, timerS, movingS, distanceM } = readTime(activity);
  const isOnFoot = activity.rules.isOnFoot;
  const hasDistance = quality.hasDistance;
  const averageMps = distanceM / movingS;
  const gapMps = adjustedCm(cells, at.AT_GRADE, cells[at.AT_MOTION + SUM_CM]) / 100 / movingS;
  const pace = readPacePeaks(activity, quality.isGpsPoor);
  const onFoot: Absence = isOnFoot ? 'too_short' : 'not_for_sport';
  const noDistance: Absence = hasDistance ? 'too_short' : 'no_samples';
  return {
    elapsed_s: given(elapsedS, quality.time),
    timer_s: given(timerS, quality.time),
    moving_s: given(movingS, quality.time),
    distance_m: maybe(hasDistance ? distanceM : null, 'no_samples', quality.distance),
    current_speed_mps: maybe(hasDistance ? currentMps(activity) : null, noDistance, quality.distance),
    average_speed_mps: maybe(hasDistance && movingS > 0 ? averageMps : null, noDistance, quality.distance),
    max_speed_mps: maybe(hasDistance && pace.length > 0 ? pace[0].value : null, noDistance, {
      ...quality.distance,
      marks: [...new Set([...quality.distance.marks, ...(pace[0]?.marks ?? [])])],
    }),
    grade_adjusted_speed_mps: maybe(
      hasDistance && isOnFoot && movingS > 0 ? gapMps : null,
      hasDistance ? onFoot : 'no_samples',
      quality.grade,
    ),
    elevation_gain_m: maybe(climb(activity, GAIN_DM), 'no_samples', quality.altitude),
    elevation_loss_m: maybe(climb(activity, LOSS_DM), 'no_samples', quality.altitude),
    splits_metric: maybe(hasDistance ? readSplits(activity.metric) : null, 'no_samples', quality.distance),
    splits_imperial: maybe(hasDistance ? readSplits(activity.imperial) : null, 'no_samples', quality.distance),
    laps: given(readSplits(activity.laps), quality.time),
    ...heartRateMetrics(activity, quality),
    ...powerMetrics(activity, quality),
    running_stress: maybe(
      hasDistance && isOnFoot && movingS > 0 && profile.thresholdSpeedMps !== undefined
        ? (movingS / 36) * (gapMps / profile.thresholdSpeedMps) ** 2
        : null,
      !isOnFoot ? 'not_for_sport' : profile.thresholdSpeedMps === undefined ? 'needs_threshold_speed' : noDistance,
      quality.grade,
    ),
    peak_pace: maybe(hasDistance ? pace : null, 'no_samples', quality.distance),
    best_efforts: maybe(hasDistance ? readEfforts(activity, quality.isGpsPoor) : null, 'no_samples', quality.distance),
    calories: calories(activity, quality),
    ...rangeMetrics(activity, quality),
    ...beatMetrics(activity, quality),
  };
}

/** Elapsed from the first second to the last; without anything that tells moving from standing, the timer counts. */
function readTime({ cells }: ActivityState) {
  const elapsedS = Math.max(0, cells[at.AT_CLOCK + at.NEXT] - 1);
  const timerS = elapsedS - cells[at.AT_CLOCK + at.PAUSED_S];
  const movingS = cells[at.AT_MOTION + EVIDENCE_S] > 0 ? cells[at.AT_MOTION + MOVING_S] : timerS;
  return { elapsedS, timerS, movingS, distanceM: cells[at.AT_MOTION + SUM_CM] / 100 };
}

function climb({ cells }: ActivityState, cell: number): number | null {
  return cells[at.AT_ELEVATION + ALTITUDES] > 0 ? cells[at.AT_ELEVATION + cell] / 10 : null;
}

const CURRENT = CELLS_EACH * DURATIONS_S.indexOf(10);

/** The mean of the last ten closed seconds. */
function currentMps({ cells, distance }: ActivityState): number | null {
  if (distance.length < 2) return null;
  if (cells[at.AT_MOTION + IS_MOVING] === 0) return 0;
  return cells[at.AT_PACE + CURRENT + WINDOW_SUM] / 100 / Math.min(10, distance.length - 1);
}
