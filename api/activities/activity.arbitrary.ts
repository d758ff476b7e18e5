import fc from 'fast-check';
import { activityId } from '../../schemas/activity.ts';
import type { ActivityMetrics, Metric, Quality } from '../../schemas/activity-metrics.ts';
import type { ActivityOrigins, GroupShare, SpanS } from '../../schemas/activity-origins.ts';
import { SPORTS } from '../../schemas/events.ts';
import type { StoredActivity } from './reader.ts';

export const GOOD: Quality = { missing: 0, interpolated: 0.01, rejected: 0, gps: null, marks: [] };

export const measured = <T>(value: T, quality: Partial<Quality> = {}): Metric<T> => ({
  value,
  quality: { ...GOOD, ...quality },
});

/** Some of the metrics: those that readers look at. */
export function someMetrics(distanceM: number, over: Partial<ActivityMetrics> = {}): ActivityMetrics {
  const split = {
    distanceM: 1_000,
    endS: 300,
    elapsedS: 300,
    movingS: 298.5,
    heartRateBpm: 151,
    elevationGainM: 12,
    elevationLossM: 3,
  };
  return {
    elapsed_s: measured(600),
    moving_s: measured(590),
    distance_m: measured(distanceM, { marks: ['gps_poor'] }),
    average_speed_mps: measured(distanceM / 600),
    elevation_gain_m: { value: null, absent: 'no_samples', quality: GOOD },
    average_heart_rate_bpm: measured(150.25),
    average_power_w: { value: null, absent: 'no_samples', quality: GOOD },
    calories: measured({ kcal: 640, method: 'heart_rate' }),
    splits_metric: measured([split]),
    splits_imperial: measured([]),
    laps: measured([]),
    ...over,
  } as ActivityMetrics;
}

/** A watch, and a file that filled a minute in which the watch was silent. */
export const SOME_ORIGINS: ActivityOrigins = {
  sources: [
    {
      ...{ device: 'watch-1', source: 'gps' },
      groups: {
        position: shareOf(
          540,
          [
            [0, 300],
            [360, 600],
          ],
          0,
          [],
        ),
        motion: shareOf(
          540,
          [
            [0, 300],
            [360, 600],
          ],
          0,
          [],
        ),
      },
    },
    {
      ...{ device: 'files-ann', source: 'file:0a1b2c3d' },
      groups: { position: { ...shareOf(60, [[300, 360]], 60, [[300, 360]]), outrankedS: 540 } },
    },
  ],
  contests: [{ group: 'position', winner: 0, loser: 1, seconds: 540 }],
};

function shareOf(gaveS: number, gave: readonly SpanS[], aloneS: number, alone: readonly SpanS[]): GroupShare {
  return { gaveS, aloneS, outrankedS: 0, gave, alone, isCoarse: false };
}

export function storedActivity(given: Partial<StoredActivity> & { startMs: number }): StoredActivity {
  const athlete = given.athlete ?? 'ann';
  return {
    id: activityId(athlete, given.startMs),
    athlete,
    revision: 40,
    status: 'finished',
    origin: 'device',
    sport: 'run',
    endMs: given.startMs + 600_000,
    follows: '',
    devices: ['watch-1'],
    settingsVersion: 3,
    origins: SOME_ORIGINS,
    metrics: someMetrics(2_000),
    versions: { gps: 1, power: 2 },
    ...given,
  };
}

/** Several revisions of some activities, in any order; those with the same id and revision are the same. */
export function anyRevisions(athlete: string, fromMs: number): fc.Arbitrary<StoredActivity[]> {
  return fc
    .uniqueArray(
      fc.record(
        {
          // Few starts, so that revisions of one activity come together.
          hour: fc.nat(5),
          revision: fc.integer({ min: 1, max: 4 }),
          status: fc.constantFrom('finished' as const, 'finished' as const, 'withdrawn' as const),
          sport: fc.constantFrom(...SPORTS.slice(0, 3)),
          distanceM: fc.integer({ min: 0, max: 50_000 }),
        },
        { noNullPrototype: true },
      ),
      { minLength: 1, maxLength: 20, selector: ({ hour, revision }) => `${hour} ${revision}` },
    )
    .map((all) =>
      all.map(({ hour, revision, status, sport, distanceM }) => {
        const metrics = status === 'withdrawn' ? null : someMetrics(distanceM);
        return storedActivity({ athlete, startMs: fromMs + hour * 3_600_000, revision, status, sport, metrics });
      }),
    );
}
