import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Span } from '../../schemas/athlete-progress.ts';
import { anyCounted, anyMoment, countedActivity, countedEffort, ZONES } from './counted.arbitrary.ts';
import { type CountedActivity, createMemoryProgressReader } from './memory-reader.ts';
import { MAX_STEPS, type ProgressReader, type SpanRow } from './reader.ts';

export interface ProgressStoreUnderTest {
  readonly reader: ProgressReader;
  /** Resolves when they can be read. */
  insert(activities: readonly CountedActivity[]): Promise<void>;
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
      .chain((athlete) => anyCounted(athlete));
    const anySpans = fc.array(
      fc.tuple(anyMoment, fc.nat(400), fc.nat(400)).map(([fromMs, days, more]): Span => {
        const untilMs = fromMs + days * DAY_MS;
        return { name: '', fromMs, untilMs, endMs: untilMs + more * DAY_MS };
      }),
      { minLength: 1, maxLength: 8 },
    );

    test('days, weeks, months, spans and steps are those of the revisions that hold, in each time zone', async () => {
      const { reader, insert } = await store();
      const property = fc.asyncProperty(anyOfOne, fc.constantFrom(...ZONES), anySpans, async (given, zone, spans) => {
        const [{ athlete }] = given;
        const twin = createMemoryProgressReader();
        twin.insert(given);
        await insert(given);
        assert.deepEqual(await reader.days(athlete, zone), await twin.days(athlete, zone));
        assert.deepEqual(await reader.months(athlete, zone), await twin.months(athlete, zone));
        assert.deepEqual(inOrder(await reader.spans(athlete, spans)), inOrder(await twin.spans(athlete, spans)));
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
