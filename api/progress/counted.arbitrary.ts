import fc from 'fast-check';
import { activityId } from '../../schemas/activity.ts';
import { SPORTS } from '../../schemas/events.ts';
import type { CountedActivity, CountedEffort } from './memory-reader.ts';
import type { StatedWorkout } from './stated.ts';

/** Zones whose days differ from each other and change in many ways; one of them once left out a day. */
export const ZONES = [
  'UTC',
  'Europe/Vienna',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Africa/Casablanca',
  'Asia/Beirut',
] as const;

export function countedActivity(given: Partial<CountedActivity> & { startMs: number }): CountedActivity {
  const athlete = given.athlete ?? 'ann';
  return {
    ...{ athlete, id: activityId(athlete, given.startMs), revision: 40, epoch: 1, status: 'finished', sport: 'run' },
    ...{ distanceM: 10_000, movingS: 3_600, elevationGainM: 64, trainingLoad: 50, efforts: [] },
    ...given,
  };
}

export function countedEffort(given: Partial<CountedEffort> & { startMs: number }): CountedEffort {
  const value = given.value ?? 1_500;
  return {
    ...{ kind: 'distance', name: '5 km', value, endMs: given.startMs + 1_000 * value, interpolated: 0, marks: [] },
    ...given,
  };
}

/** Sums of such numbers are exact in whatever order. */
const eighths = (most: number) => fc.nat(most * 8).map((n) => n / 8);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 5, nil: null });

/** A moment from 2010 to 2030, many of them near the turn of a year, leap days and the changes of clocks. */
export const anyMoment = fc.oneof(
  fc.integer({ min: Date.UTC(2010, 0, 1), max: Date.UTC(2030, 0, 1) }),
  fc
    .tuple(
      fc.integer({ min: 2010, max: 2029 }),
      fc.constantFrom([1, 28], [2, 1], [2, 29], [9, 25], [10, 1], [11, 29], [0, 1], [0, 3]),
      fc.integer({ min: -72 * 60, max: 72 * 60 }),
    )
    .map(([year, [month, day], minutes]) => Date.UTC(year, month, day) + minutes * 60_000),
);

const anyEffort = (startMs: number) =>
  fc
    .record({
      name: fc.constantFrom('1 km', '5 km'),
      kind: fc.constantFrom('distance' as const, 'power' as const, 'longest' as const, 'pace' as const),
      // Few values, so that efforts are equal.
      value: fc.integer({ min: 100, max: 108 }),
      marks: fc.constantFrom([], [], [], ['gps_poor']),
    })
    .map((given) => countedEffort({ startMs: startMs + 1_000, ...given }));

/** Revisions of activities at such moments, in any order: no two with the same id, revision and epoch. */
export function anyCounted(athlete: string, moment: fc.Arbitrary<number> = anyMoment): fc.Arbitrary<CountedActivity[]> {
  const one = moment.chain((startMs) =>
    fc.record({
      startMs: fc.constant(startMs),
      revision: fc.integer({ min: 1, max: 3 }),
      status: fc.constantFrom('finished' as const, 'finished' as const, 'finished' as const, 'withdrawn' as const),
      sport: fc.constantFrom(...SPORTS.slice(0, 3), 'other' as const),
      distanceM: maybe(eighths(50_000)),
      movingS: maybe(eighths(20_000)),
      elevationGainM: maybe(eighths(2_000)),
      trainingLoad: maybe(eighths(400)),
      efforts: fc.uniqueArray(anyEffort(startMs), {
        ...{ maxLength: 4, selector: ({ kind, name }) => `${kind} ${name}` },
      }),
    }),
  );
  const activity = one.chain((given) =>
    // Some are revised: the same activity with other numbers.
    fc
      .tuple(fc.constant(given), fc.option(one, { freq: 3, nil: null }))
      .map(([first, other]) => [
        first,
        ...(other === null ? [] : [{ ...other, startMs: first.startMs, revision: first.revision + 1 }]),
      ]),
  );
  return fc
    .array(activity, { minLength: 1, maxLength: 25 })
    .chain((all) => fc.shuffledSubarray(all.flat(), { minLength: 1 }))
    .map((all) => {
      const unique = new Map(all.map((given) => [`${given.startMs} ${given.revision}`, given]));
      return [...unique.values()].map((given) => countedActivity({ athlete, ...given }));
    });
}

export function statedWorkout(given: Partial<StatedWorkout> & { startMs: number }): StatedWorkout {
  const athlete = given.athlete ?? 'ann';
  return {
    ...{ athlete, id: activityId(`${athlete} by hand`, given.startMs), version: 1, source: 'manual', isRemoved: false },
    ...{ sport: 'run', movingS: 1_800, distanceM: 5_000, elevationGainM: null },
    ...given,
  };
}

/** What an athlete says of some of these activities, and workouts by hand; no two of the same id and version. */
export function anyStated(athlete: string, activities: readonly CountedActivity[]): fc.Arbitrary<StatedWorkout[]> {
  const common = { version: fc.integer({ min: 1, max: 3 }), isRemoved: fc.boolean() };
  const ofStream = fc
    .record({ ...common, of: fc.constantFrom(...activities), sport: maybe(fc.constantFrom(...SPORTS.slice(0, 3))) })
    .map(({ of: { id, startMs }, ...given }) => statedWorkout({ athlete, id, source: 'stream', startMs, ...given }));
  const byHand = fc
    .record({
      ...{ ...common, startMs: anyMoment, sport: fc.constantFrom(...SPORTS.slice(0, 3)) },
      ...{ movingS: maybe(eighths(20_000)), distanceM: maybe(eighths(50_000)), elevationGainM: maybe(eighths(2_000)) },
    })
    .map((given) => statedWorkout({ athlete, ...given }));
  return fc.uniqueArray(fc.oneof(ofStream, byHand), {
    ...{ maxLength: 12, selector: ({ id, version }: StatedWorkout) => `${id} ${version}` },
  });
}
