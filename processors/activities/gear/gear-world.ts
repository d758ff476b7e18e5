import { type ActivityRecord, activityId } from '../../../schemas/activity.ts';
import type { ActivityMetrics, Quality } from '../../../schemas/activity-metrics.ts';
import { NO_ORIGINS } from '../../../schemas/activity-origins.ts';
import { createActivityMetrics } from '../metrics/activity-metrics.ts';

export const START_MS = Date.UTC(2026, 5, 1, 8);
export const GOOD: Quality = { missing: 0, interpolated: 0, rejected: 0, gps: null, marks: [] };

export const measured = <T>(value: T, quality: Partial<Quality> = {}) => ({ value, quality: { ...GOOD, ...quality } });

const NOTHING_MEASURED = createActivityMetrics({
  ...{ sport: 'run', startS: 0, profile: {}, altitudeSource: 'barometer' },
}).snapshot();

/** An hour of activity of the tests; what is not given was not measured. */
export function activityWith(
  metrics: Partial<ActivityMetrics>,
  given: Partial<ActivityRecord> & { nth?: number } = {},
): ActivityRecord {
  const { nth = 0, athlete = 'ann', ...rest } = given;
  const startMs = START_MS + nth * 7_200_000;
  return {
    ...{ id: activityId(athlete, startMs), athlete, revision: 40, status: 'finished', origin: 'device', sport: 'run' },
    ...{
      startMs,
      endMs: startMs + 3_600_000,
      follows: '',
      devices: ['watch'],
      origins: NO_ORIGINS,
      settingsVersion: 1,
    },
    metrics: { ...NOTHING_MEASURED, moving_s: measured(3_600), ...metrics },
    ...rest,
  };
}
