import type { ActivityRecord } from '../../../schemas/activity.ts';
import type { Effort, Mark, Peak, Quality } from '../../../schemas/activity-metrics.ts';
import { NO_ORIGINS } from '../../../schemas/activity-origins.ts';
import type { Sport } from '../../../schemas/events.ts';
import { createActivityMetrics } from '../metrics/activity-metrics.ts';
import { maybe } from '../metrics/metric.ts';
import type { LiveAthlete } from './shard-records.ts';

/** What an activity of the tests shows: values in the order of {@link NAMES}; null where it has none. */
export interface Shown {
  readonly sport: Sport;
  readonly values: readonly (number | null)[];
  /** Places in the list whose evidence is poor. */
  readonly marked: readonly number[];
}

const NOTHING_MEASURED = createActivityMetrics({
  ...{ sport: 'run', startS: 0, profile: {}, altitudeSource: 'barometer' },
}).snapshot();

/** What the tests look at: two distances, a power, the longest way and the most climb. */
export const NAMES = ['400 m', '1 km', '5 s', 'distance', 'climb'] as const;

const quality = (marks: readonly Mark[]): Quality => ({
  missing: 0,
  interpolated: 0.01,
  rejected: 0,
  gps: null,
  marks,
});

function metricsOf({ values, marked }: Shown) {
  const marksOf = (at: number): Mark[] => (marked.includes(at) ? ['gps_poor'] : []);
  const efforts = [400, 1_000].flatMap((distanceM, at): Effort[] => {
    const elapsedS = values[at];
    if (elapsedS === null) return [];
    return [{ name: NAMES[at], distanceM, elapsedS, startS: 10, interpolated: 0.01, marks: marksOf(at) }];
  });
  const [, , watts, distanceM, climbM] = values;
  const peaks: Peak[] =
    watts === null ? [] : [{ durationS: 5, value: watts, startS: 3, interpolated: 0, marks: marksOf(2) }];
  const one = (value: number | null, at: number) => maybe(value, 'no_samples', quality(marksOf(at)));
  return { efforts, peaks, distance: one(distanceM, 3), climb: one(climbM, 4) };
}

export interface Named {
  readonly athlete: string;
  readonly id: string;
  readonly startMs: number;
}

export function finished({ athlete, id, startMs }: Named, shown: Shown, revision: number): ActivityRecord {
  const { efforts, peaks, distance, climb } = metricsOf(shown);
  return {
    ...{ id, athlete, revision, status: 'finished', origin: 'device', sport: shown.sport },
    ...{
      startMs,
      endMs: startMs + 3_600_000,
      follows: '',
      devices: ['watch'],
      origins: NO_ORIGINS,
      settingsVersion: 0,
    },
    metrics: {
      ...NOTHING_MEASURED,
      best_efforts: { value: efforts, quality: quality([]) },
      peak_power: { value: peaks, quality: quality([]) },
      distance_m: distance,
      elevation_gain_m: climb,
    },
  };
}

export function withdrawn({ athlete, id, startMs }: Named, revision: number): ActivityRecord {
  return {
    ...{ id, athlete, revision, status: 'withdrawn', origin: 'stream', sport: 'other' },
    ...{
      startMs,
      endMs: startMs + 1_000,
      follows: '',
      devices: [],
      origins: NO_ORIGINS,
      settingsVersion: 0,
      metrics: null,
    },
  };
}

/** Someone whose activity goes on and shows this so far. */
export function live({ athlete, id, startMs }: Named, shown: Shown, lengthS: number): LiveAthlete {
  const { efforts, peaks } = metricsOf(shown);
  const sum = [...efforts.map(({ elapsedS }) => 1e7 - elapsedS), ...peaks.map(({ value }) => value)];
  return {
    key: athlete,
    timeline: {
      session: {
        id,
        aliveS: startMs / 1000 + lengthS,
        start: { startS: startMs / 1000, sport: shown.sport, origin: 'device', follows: '' },
        metrics: {
          bests: () => ({ lengthS, efforts, peaks }),
          bestsMark: () => sum.reduce((all, one) => all + one, 0),
        },
      },
    },
  };
}
