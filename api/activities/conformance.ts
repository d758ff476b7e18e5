import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { activityId } from '../../schemas/activity.ts';
import { anyRevisions, storedActivity } from './activity.arbitrary.ts';
import { createMemoryActivityReader } from './memory-reader.ts';
import { type ActivityReader, type ListedActivity, type ListQuery, listed, type StoredActivity } from './reader.ts';

export interface ActivityStoreUnderTest {
  readonly reader: ActivityReader;
  /** Resolves when the records can be read. */
  insert(activities: readonly StoredActivity[], epoch?: number): Promise<void>;
}

const START_MS = Date.UTC(2026, 5, 1, 8);

/** What every store of activities promises; `open` is called once, when the suite starts. */
export function activityReaderConformance(name: string, open: () => Promise<ActivityStoreUnderTest>, runs = 20): void {
  suite(`activities in ${name}`, () => {
    let opened: Promise<ActivityStoreUnderTest> | undefined;
    let athletes = 0;
    const suffix = randomBytes(4).toString('hex');
    const store = () => {
      opened ??= open();
      return opened;
    };
    // Stores are not emptied between tests: each has athletes of its own.
    const newAthlete = () => `ann_${athletes++}-${suffix}`;
    const ask = (given: Partial<ListQuery> & { athlete: string }): ListQuery => ({
      sport: null,
      fromMs: 0,
      toMs: Date.UTC(2100, 0),
      after: null,
      limit: 100,
      ...given,
    });

    test('are listed and read as the greatest revision of each says, withdrawn ones never', async () => {
      const { reader, insert } = await store();
      const property = fc.asyncProperty(
        fc
          .constant(null)
          .map(newAthlete)
          .chain((athlete) => anyRevisions(athlete, START_MS)),
        async (revisions) => {
          const [{ athlete }] = revisions;
          const twin = createMemoryActivityReader();
          twin.insert(revisions);
          await insert(revisions);
          assert.deepEqual(await reader.list(ask({ athlete })), await twin.list(ask({ athlete })));
          for (const { id } of revisions) {
            assert.deepEqual(await reader.read(athlete, id), await twin.read(athlete, id));
          }
        },
      );
      await fc.assert(property, { numRuns: runs, endOnFailure: true });
    });

    test('come back whole', async () => {
      const { reader, insert } = await store();
      const athlete = newAthlete();
      const given = storedActivity({ athlete, startMs: START_MS, follows: 'fedcba9876543210', devices: ['b', 'a-1'] });
      await insert([given]);
      assert.deepEqual(await reader.read(athlete, given.id), given);
      const { versions, ...record } = given;
      assert.deepEqual(await reader.list(ask({ athlete })), [listed(record)]);
    });

    test('of one revision the greater epoch holds, and a repeat changes nothing', async () => {
      const { reader, insert } = await store();
      const athlete = newAthlete();
      const of = (sport: StoredActivity['sport']) => storedActivity({ athlete, startMs: START_MS, sport });
      await insert([of('ride')], 7);
      await insert([of('run')], 6);
      await insert([of('ride')], 7);
      const found = await reader.list(ask({ athlete }));
      assert.deepEqual(
        found.map(({ sport }) => sport),
        ['ride'],
      );
    });

    test("another athlete's are not found, not even by their id", async () => {
      const { reader, insert } = await store();
      const [athlete, other] = [newAthlete(), newAthlete()];
      await insert([storedActivity({ athlete, startMs: START_MS })]);
      assert.deepEqual(await reader.list(ask({ athlete: other })), []);
      assert.equal(await reader.read(other, activityId(athlete, START_MS)), null);
    });

    test('come in pages that together are the whole, the newest first, whatever the limit', async () => {
      const { reader, insert } = await store();
      const athlete = newAthlete();
      const starts = [0, 1, 2, 3, 4, 5, 6].map((hour) => START_MS + hour * 3_600_000);
      // Two at the same time happen when an import and a recompute meet: the id tells them apart.
      const twin = storedActivity({ athlete, startMs: starts[3], id: '0000000000000000' });
      await insert([...starts.map((startMs) => storedActivity({ athlete, startMs })), twin]);
      const whole = await reader.list(ask({ athlete }));
      assert.deepEqual(
        whole.map(({ startMs }) => startMs),
        [...starts, starts[3]].sort((a, b) => b - a),
      );
      for (const limit of [1, 3, 8]) {
        const pages: ListedActivity[] = [];
        for (let page = await reader.list(ask({ athlete, limit })); page.length > 0; ) {
          pages.push(...page);
          page = await reader.list(ask({ athlete, limit, after: page[page.length - 1] }));
        }
        assert.deepEqual(pages, whole);
      }
    });

    test('are filtered by sport and by the time of their start', async () => {
      const { reader, insert } = await store();
      const athlete = newAthlete();
      const at = (hour: number) => START_MS + hour * 3_600_000;
      await insert([
        storedActivity({ athlete, startMs: at(0) }),
        storedActivity({ athlete, startMs: at(1), sport: 'ride' }),
        storedActivity({ athlete, startMs: at(2) }),
      ]);
      const starts = async (query: Partial<ListQuery>) =>
        (await reader.list(ask({ athlete, ...query }))).map(({ startMs }) => startMs);
      assert.deepEqual(await starts({ sport: 'run' }), [at(2), at(0)]);
      assert.deepEqual(await starts({ sport: 'walk' }), []);
      assert.deepEqual(await starts({ fromMs: at(1), toMs: at(2) }), [at(1)]);
    });
  });
}
