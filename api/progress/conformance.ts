import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Span } from '../../schemas/athlete-progress.ts';
import {
  anyCounted,
  anyMoment,
  anyStated,
  countedActivity,
  countedEffort,
  statedWorkout,
  ZONES,
} from './counted.arbitrary.ts';
import { type CountedActivity, createMemoryProgressReader } from './memory-reader.ts';
import { MAX_STEPS, type ProgressReader, type SpanRow } from './reader.ts';
import type { StatedWorkout } from './stated.ts';

export interface ProgressStoreUnderTest {
  readonly reader: ProgressReader;
  /** Resolves when they can be read. */
  insert(activities: readonly CountedActivity[]): Promise<void>;
  /** The same of what people say of their workouts. */
  state(workouts: readonly StatedWorkout[]): Promise<void>;
}

const START_MS = Date.UTC(2026, 5, 1, 8);
const DAY_MS = 86_400_000;

/** What every store that progress is summed from promises; `open` is called once, when the suite starts. */
export function progressReaderConformance(name: string, open: () => Promise<ProgressStoreUnderTest>, runs = 20): void {
  suite(`progress in ${name}`, () => {
    let opened: Promise<ProgressStoreUnderTest> | undefined;
    let athletes = 0;
    const suffix = randomBytes(4).toString('hex');
    const store = () => {
      opened ??= open();
      return opened;
    };
    // Stores are not emptied between tests: each has athletes of its own.
    const newAthlete = () => `ann_${athletes++}-${suffix}`;
    const anyOfOne = fc
      .constant(null)
      .map(newAthlete)
      .chain((athlete) => anyCounted(athlete))
      .chain((given) => fc.tuple(fc.constant(given), anyStated(given[0].athlete, given)));
    const anySpans = fc.array(
      fc.tuple(anyMoment, fc.nat(400), fc.nat(400)).map(([fromMs, days, more]): Span => {
        const untilMs = fromMs + days * DAY_MS;
        return { name: '', fromMs, untilMs, endMs: untilMs + more * DAY_MS };
      }),
      { minLength: 1, maxLength: 8 },
    );

    test('days, weeks, months, spans and steps are those of the revisions that hold, in each time zone', async () => {
      const { reader, insert, state } = await store();
      const property = fc.asyncProperty(anyOfOne, fc.constantFrom(...ZONES), anySpans, async (given, zone, spans) => {
        const [measured, said] = given;
        const [{ athlete }] = measured;
        const twin = createMemoryProgressReader();
        twin.insert(measured);
        for (const one of said) await twin.write(one);
        await insert(measured);
        await state(said);
        assert.deepEqual(await reader.days(athlete, zone), await twin.days(athlete, zone));
        assert.deepEqual(await reader.months(athlete, zone), await twin.months(athlete, zone));
        const wanted = inOrder(await twin.spans(athlete, spans));
        assert.deepEqual(inOrder(await reader.spans(athlete, spans)), wanted);
        assert.deepEqual(inOrder(await reader.spansBeside(athlete, spans, zone)), wanted);
        for (const sport of [null, 'run'] as const) {
          assert.deepEqual(await reader.weeks(athlete, sport, zone), await twin.weeks(athlete, sport, zone));
          assert.deepEqual(await reader.steps(athlete, sport), await twin.steps(athlete, sport));
        }
      });
      await fc.assert(property, { numRuns: runs, endOnFailure: true });
    });

    test('a late revision changes the numbers, and of equal revisions the greater epoch holds', async () => {
      const { reader, insert } = await store();
      const athlete = newAthlete();
      const of = (distanceM: number, revision: number, epoch = 1) =>
        insert([countedActivity({ athlete, startMs: START_MS, distanceM, revision, epoch })]);
      const seen = async () => (await reader.weeks(athlete, null, 'UTC')).map(({ distanceM }) => distanceM);
      await of(5_000, 7);
      assert.deepEqual(await seen(), [5_000]);
      await of(6_000, 9, 3);
      await of(5_500, 8);
      await of(1, 9, 2);
      assert.deepEqual(await seen(), [6_000]);
      await insert([countedActivity({ athlete, startMs: START_MS, status: 'withdrawn', revision: 10 })]);
      assert.deepEqual(await seen(), []);
    });

    test('a workout entered by hand counts in sums until it is removed, and is never the longest', async () => {
      const { reader, insert, state } = await store();
      const athlete = newAthlete();
      const byHand = { athlete, startMs: START_MS + DAY_MS, distanceM: 42_000, movingS: 9_000 };
      const seen = async () => {
        const [month] = await reader.months(athlete, 'UTC');
        const [{ activities, distanceM, movingS, trainingLoad }] = await reader.weeks(athlete, null, 'UTC');
        return [activities, distanceM, movingS, trainingLoad, month.longestDistance?.value, month.days];
      };
      await insert([countedActivity({ athlete, startMs: START_MS, distanceM: 10_000, movingS: 3_600 })]);
      await state([statedWorkout(byHand)]);
      assert.deepEqual(await seen(), [2, 52_000, 12_600, 50, 10_000, [1, 2]]);
      await state([statedWorkout({ ...byHand, version: 3, distanceM: 40_000 })]);
      await state([statedWorkout({ ...byHand, version: 2, distanceM: 1 })]);
      assert.deepEqual(await seen(), [2, 50_000, 12_600, 50, 10_000, [1, 2]]);
      await state([statedWorkout({ ...byHand, version: 4, isRemoved: true })]);
      assert.deepEqual(await seen(), [1, 10_000, 3_600, 50, 10_000, [1]]);
    });

    test('an activity and its records count by the sport that was stated, until it is removed', async () => {
      const { reader, insert, state } = await store();
      const athlete = newAthlete();
      const activity = countedActivity({ athlete, startMs: START_MS, efforts: [countedEffort({ startMs: START_MS })] });
      const stated = { athlete, id: activity.id, source: 'stream', startMs: START_MS, distanceM: 1 } as const;
      await insert([activity]);
      await state([statedWorkout({ ...stated, sport: 'ride' })]);
      const [week] = await reader.weeks(athlete, null, 'UTC');
      assert.deepEqual([week.sport, week.distanceM], ['ride', 10_000]);
      assert.deepEqual(await reader.steps(athlete, 'run'), []);
      assert.equal((await reader.steps(athlete, 'ride')).length, 1);
      await state([statedWorkout({ ...stated, version: 2, sport: null })]);
      assert.equal((await reader.weeks(athlete, 'run', 'UTC')).length, 1, 'taken back: as measured');
      await state([statedWorkout({ ...stated, version: 3, isRemoved: true })]);
      assert.deepEqual([await reader.days(athlete, 'UTC'), await reader.steps(athlete, null)], [[], []]);
    });

    test('nobody sees what another did, and nothing of who did nothing', async () => {
      const { reader, insert } = await store();
      const other = newAthlete();
      await insert([countedActivity({ athlete: newAthlete(), startMs: START_MS })]);
      const spans = [{ name: '', fromMs: 0, untilMs: START_MS + 1, endMs: START_MS + 1 }];
      assert.deepEqual(
        [await reader.days(other, 'UTC'), await reader.months(other, 'UTC'), await reader.weeks(other, null, 'UTC')],
        [[], [], []],
      );
      assert.deepEqual([await reader.spans(other, spans), await reader.steps(other, null)], [[], []]);
    });

    test('of a record that fell often the newest steps are read, and equal efforts are no step', async () => {
      const { reader, insert } = await store();
      const athlete = newAthlete();
      const given = Array.from({ length: 2 * (MAX_STEPS + 5) }, (_, i) => {
        const startMs = START_MS + i * DAY_MS;
        // Each value twice.
        return countedActivity({ athlete, startMs, efforts: [countedEffort({ startMs, value: 2_000 - (i >> 1) })] });
      });
      await insert(given);
      const values = (await reader.steps(athlete, null)).map(({ value }) => value);
      assert.deepEqual(
        values,
        Array.from({ length: MAX_STEPS }, (_, i) => 2_000 - (MAX_STEPS + 4) + i),
      );
    });
  });
}

function inOrder(rows: readonly SpanRow[]): SpanRow[] {
  const key = ({ span, part, sport }: SpanRow) => `${span} ${part} ${sport}`;
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
