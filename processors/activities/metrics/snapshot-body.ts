import type { ActivityMetrics, Calories, Metric } from '../../../schemas/activity-metrics.ts';
import { ageYears } from './config.ts';
import * as hr from './heart-rate.ts';
import { given, maybe } from './metric.ts';
import * as pw from './power.ts';
import type { Qualities } from './quality.ts';
import type { ActivityState } from './state.ts';
import * as at from './state.ts';
import * as beats from './variability.ts';

/**
 * Mechanical work is about 24 % of what the body spends (gross efficiency of trained cyclists: Coyle et al. 1992, Med
 * Sci Sports Exerc 24:782–788).
 */
export const GROSS_EFFICIENCY = 0.24;
export const J_PER_KCAL = 4_184;
/** Power says what was spent when it covers this share of the timer; else heart rate does, if it can. */
export const POWER_SHARE = 0.8;

type HeartRateName =
  | 'average_heart_rate_bpm'
  | 'max_heart_rate_bpm'
  | 'heart_rate_zones_s'
  | 'trimp_banister'
  | 'trimp_edwards';

export function heartRateMetrics(
  { cells, config: { profile } }: ActivityState,
  { heartRate }: Qualities,
): Pick<ActivityMetrics, HeartRateName> {
  const begin = at.AT_HEART_RATE;
  const count = cells[begin + hr.COUNT];
  const { heartRateZonesBpm: zones, maxHeartRateBpm, restingHeartRateBpm, sex } = profile;
  const none = maybe<never>(null, 'no_samples', heartRate);
  if (count === 0) {
    return {
      average_heart_rate_bpm: none,
      max_heart_rate_bpm: none,
      heart_rate_zones_s: none,
      trimp_banister: none,
      trimp_edwards: none,
    };
  }
  const hasRates = maxHeartRateBpm !== undefined && restingHeartRateBpm !== undefined;
  return {
    average_heart_rate_bpm: given(cells[begin + hr.SUM] / count, heartRate),
    max_heart_rate_bpm: given(cells[begin + hr.MAX], heartRate),
    heart_rate_zones_s: maybe(
      zones === undefined
        ? null
        : Array.from({ length: zones.length + 1 }, (_, zone) => cells[begin + hr.ZONES + zone]),
      'needs_zones',
      heartRate,
    ),
    trimp_banister: maybe(
      hasRates && sex !== undefined ? cells[begin + hr.BANISTER_SUM] : null,
      hasRates ? 'needs_sex' : 'needs_heart_rates',
      heartRate,
    ),
    trimp_edwards: maybe(
      maxHeartRateBpm === undefined ? null : cells[begin + hr.EDWARDS_S] / 60,
      'needs_heart_rates',
      heartRate,
    ),
  };
}

export function beatMetrics(
  { cells }: ActivityState,
  { beats: quality }: Qualities,
): Pick<ActivityMetrics, 'rmssd_ms' | 'sdnn_ms'> {
  const begin = at.AT_VARIABILITY;
  const absent = cells[begin + beats.COUNT] === 0 ? 'no_samples' : 'too_short';
  const { rmssdMs, sdnnMs } = beats;
  return {
    rmssd_ms: maybe(cells[begin + beats.DIFFERENCES] > 0 ? rmssdMs(cells, begin) : null, absent, quality),
    sdnn_ms: maybe(cells[begin + beats.COUNT] > 1 ? sdnnMs(cells, begin) : null, absent, quality),
  };
}

export function calories({ cells, config }: ActivityState, { power, heartRate }: Qualities): Metric<Calories> {
  const { sex, weightKg, birthDate } = config.profile;
  const timerS = cells[at.AT_CLOCK + at.NEXT] - cells[at.AT_CLOCK + at.PAUSED_S];
  const powerS = cells[at.AT_POWER + pw.COUNT];
  const hasHeartRate = cells[at.AT_HEART_RATE + hr.COUNT] > 0;
  const hasBody = sex !== undefined && weightKg !== undefined && birthDate !== undefined && ageYears(config)! > 0;
  const byHeart = hasHeartRate && hasBody;
  if (powerS > 0 && (powerS >= POWER_SHARE * timerS || !byHeart)) {
    return given({ kcal: cells[at.AT_POWER + pw.SUM_J] / GROSS_EFFICIENCY / J_PER_KCAL, method: 'power' }, power);
  }
  if (!byHeart) return maybe<Calories>(null, hasHeartRate ? 'needs_body' : 'no_samples', heartRate);
  return given({ kcal: (1000 * cells[at.AT_HEART_RATE + hr.KEYTEL_KJ]) / J_PER_KCAL, method: 'heart_rate' }, heartRate);
}
