import type { ActivityMetrics, Metric, Quality, Range } from '../../../schemas/activity-metrics.ts';
import { CHANNELS } from '../../../schemas/channels.ts';
import type { MetricsConfig } from './config.ts';
import { maybe } from './metric.ts';
import type { Qualities } from './quality.ts';
import { CELLS_EACH, COUNT, MAX, MIN, RANGE_CHANNELS, SUM } from './ranges.ts';
import type { ActivityState } from './state.ts';
import * as at from './state.ts';
import * as steps from './steps.ts';

type RangeName =
  | 'cadence_rpm'
  | 'spo2_percent'
  | 'respiration_per_min'
  | 'air_temperature_c'
  | 'skin_temperature_c'
  | 'wet'
  | 'steps';

export function rangeMetrics({ cells, config }: ActivityState, quality: Qualities): Pick<ActivityMetrics, RangeName> {
  const [cadence, spo2, respiration, air, skin] = RANGE_CHANNELS.map((_, nth) =>
    readRange(cells, nth, quality.ranges[nth]),
  );
  const stepsTaken = cells[at.AT_STEPS + steps.COUNT] > 0 ? cells[at.AT_STEPS + steps.SUM] : null;
  return {
    cadence_rpm: cadence,
    spo2_percent: spo2,
    respiration_per_min: respiration,
    air_temperature_c: air,
    skin_temperature_c: skin,
    wet: maybe<boolean>(wetness(config), 'no_sensor', quality.time),
    steps: maybe(stepsTaken, 'no_samples', quality.steps),
  };
}

function readRange(cells: Float64Array, nth: number, quality: Quality): Metric<Range> {
  const slot = at.AT_RANGES + CELLS_EACH * nth;
  const count = cells[slot + COUNT];
  if (count === 0) return maybe<Range>(null, 'no_samples', quality);
  const { scale } = CHANNELS[RANGE_CHANNELS[nth]];
  const value = {
    mean: cells[slot + SUM] / count / scale,
    min: cells[slot + MIN] / scale,
    max: cells[slot + MAX] / scale,
  };
  return { value, quality };
}

/** Null when nobody said; a swim needs no word. */
function wetness({ sport, profile }: Pick<MetricsConfig, 'sport' | 'profile'>): boolean | null {
  return sport === 'swim' ? true : (profile.isWet ?? null);
}
