import type { ActivityRecord } from '../../../schemas/activity.ts';
import type { ActivityMetrics, Metric } from '../../../schemas/activity-metrics.ts';
import type { Gear } from '../../../schemas/athlete-settings.ts';
import type { GearLoad, LoadName, LoadNumbers } from '../../../schemas/gear-load.ts';
import { SPORTS } from '../metrics/config.ts';
import { METRICS_SPORT } from '../sports.ts';

/** Who used what in which activity, as it was published before. */
export type KnownLoad = Pick<GearLoad, 'athlete' | 'gear' | 'kind' | 'activity'>;

/**
 * What an activity does to the gear in use in it, and to what was taken for it before: that load is taken back. Of a
 * withdrawn activity every load is. What was taken back once is with each later revision: whoever stored that may have
 * been killed before it was published.
 */
export function loadsOf(record: ActivityRecord, inUse: readonly Gear[], before: readonly KnownLoad[]): GearLoad[] {
  const { metrics, athlete, id: activity, revision, sport, startMs, endMs } = record;
  const about = { athlete, activity, revision, sport, startMs, endMs };
  const used = record.status === 'finished' && metrics !== null ? inUse : [];
  const counted = used.map(
    ({ id, kind }): GearLoad => ({ ...about, gear: id, kind, isCounted: true, ...loadOf(record, metrics!) }),
  );
  const takenBack = before
    .filter((one) => one.activity === activity && !used.some(({ id }) => id === one.gear))
    .map(({ gear, kind }): GearLoad => ({ ...about, gear, kind, isCounted: false, ...NOTHING }));
  return [...counted, ...takenBack];
}

type Load = LoadNumbers & Pick<GearLoad, 'airTemperatureC' | 'marked'>;

const NOTHING: Load = {
  distanceM: null,
  movingS: null,
  elevationGainM: null,
  impacts: null,
  wetS: null,
  airTemperatureC: null,
  marked: [],
};

function loadOf(record: ActivityRecord, metrics: ActivityMetrics): Load {
  const { distance_m, moving_s, elevation_gain_m, wet, air_temperature_c } = metrics;
  const impacts = impactsOf(record, metrics);
  const evidence: Record<LoadName, Metric<unknown>> = {
    distanceM: distance_m,
    movingS: moving_s,
    elevationGainM: elevation_gain_m,
    impacts: impacts.evidence,
    wetS: wet,
  };
  const numbers: LoadNumbers = {
    distanceM: distance_m.value,
    movingS: moving_s.value,
    elevationGainM: elevation_gain_m.value,
    impacts: impacts.value,
    wetS: wet.value === null ? null : wet.value ? moving_s.value : 0,
  };
  const isMarked = (name: LoadName) => numbers[name] !== null && evidence[name].quality.marks.length > 0;
  return {
    ...numbers,
    airTemperatureC: air_temperature_c.value,
    marked: (Object.keys(numbers) as LoadName[]).filter(isMarked),
  };
}

/**
 * On foot each step of the device's counter; without one two for each stride, by the mean cadence while moving. Null in
 * other sports.
 */
function impactsOf(
  { sport }: ActivityRecord,
  { steps, cadence_rpm, moving_s }: ActivityMetrics,
): { value: number | null; evidence: Metric<unknown> } {
  if (!SPORTS[METRICS_SPORT[sport]].isOnFoot) return { value: null, evidence: steps };
  if (steps.value !== null) return { value: steps.value, evidence: steps };
  if (cadence_rpm.value === null || moving_s.value === null) return { value: null, evidence: cadence_rpm };
  return { value: Math.round((2 * cadence_rpm.value.mean * moving_s.value) / 60), evidence: cadence_rpm };
}
