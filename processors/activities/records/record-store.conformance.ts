import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ActivityRecord, activityId } from '../../../schemas/activity.ts';
import type { RecordStore, StoredClaim } from './record-store.ts';
import { finished, type Named, type Shown, withdrawn } from './record-world.ts';

export interface RecordStoreUnderTest {
  readonly store: RecordStore;
  /** As the activity store does, in ascending order of revisions. */
  storeActivities(records: readonly ActivityRecord[]): Promise<void>;
}

const START_MS = Date.UTC(2026, 5, 1, 8);

function named(athlete: string, nth: number): Named {
  const startMs = START_MS + nth * 7_200_000;
  return { athlete, id: activityId(athlete, startMs), startMs };
}

const shown = (values: Shown['values'], given: Partial<Shown> = {}): Shown => ({
  sport: 'run',
  values,
  marked: [],
  ...given,
});

function claim(given: Partial<StoredClaim> = {}): StoredClaim {
  return {
    athlete: 'ann',
    sport: 'run',
    kind: 'distance',
    name: '5 km',
    status: 'set',
    revision: 1,
    epoch: 3,
    seq: 40,
    // No number that ends: it has to come back as it was.
    value: 1_234.567_890_123_456_7,
    activity: named('ann', 0).id,
    activityRevision: 81,
    startMs: START_MS + 60_123,
    endMs: START_MS + 1_294_690,
    interpolated: 1 / 3,
    replaces: null,
    knownAtMs: START_MS + 1_300_000,
    ...given,
  };
}

/** What `record-store.ts` promises, for the real store and its twin; `open` gives an empty one. */
export function testRecordStore(name: string, open: () => Promise<RecordStoreUnderTest>): void {
  test(`${name}: the claim with the greatest epoch, and then revision, holds and comes back whole`, async () => {
    const { store, storeActivities } = await open();
    const [first, second] = [named('ann', 0), named('ann', 1)];
    await storeActivities([finished(first, shown([90, null, null, null, null]), 81), withdrawn(second, 83)]);
    const beaten = claim({
      revision: 2,
      activity: second.id,
      interpolated: null,
      value: 1_200,
      replaces: { value: 1_234.567_890_123_456_7, activity: first.id, startMs: START_MS + 60_123 },
    });
    const gone = claim({ revision: 1, kind: 'longest', name: 'climb', sport: 'ride', status: 'withdrawn', seq: 7 });
    await store.write([claim(), gone]);
    await store.write([beaten]);
    // Written by a process that was stopped for long.
    await store.write([claim({ revision: 3, epoch: 2 }), claim({ revision: 2, epoch: 2, value: 5 })]);
    await store.write([claim({ athlete: 'ben' })]);
    const newest = await store.newest(['ann', 'eve']);
    assert.deepEqual(
      newest.sort((a, b) => a.seq - b.seq),
      [
        { ...gone, lastRevision: 1, isFinished: true },
        { ...beaten, lastRevision: 3, isFinished: false },
      ],
    );
    assert.deepEqual(
      (await store.since(['ann', 'ben'], 40)).map(({ athlete, revision }) => `${athlete} ${revision}`).sort(),
      ['ann 1', 'ann 2', 'ann 3', 'ben 1'],
    );
    assert.deepEqual(await store.since(['ann'], 41), []);
  });

  test(`${name}: a claim that is written again replaces the one of the same revision`, async () => {
    const { store } = await open();
    await store.write([claim({ value: 1_300 })]);
    await store.write([claim()]);
    assert.deepEqual(await store.newest(['ann']), [{ ...claim(), lastRevision: 1, isFinished: false }]);
    await store.write([claim({ epoch: 4, value: 1_100 })]);
    assert.deepEqual(
      (await store.newest(['ann'])).map(({ value, epoch }) => [value, epoch]),
      [[1_100, 4]],
    );
  });

  test(`${name}: the best efforts are unmarked, of activities that hold, the earlier of equals`, async () => {
    const { store, storeActivities } = await open();
    const of = (nth: number) => named('ann', nth);
    await storeActivities([
      // Once the fastest, and then it was revised.
      finished(of(0), shown([70, 250, 400, 5_000, 90]), 10),
      finished(of(0), shown([85.25, 250, 400, 5_000, 90]), 12),
      finished(of(1), shown([80, 249, 500, 9_000, 80], { marked: [0, 2] }), 14),
      finished(of(2), shown([85.25, 248, 400, 6_000.5, null]), 16),
      finished(of(3), shown([60, 200, 900, 99_000, 900]), 18),
      withdrawn(of(3), 19),
      finished(of(4), shown([50, null, null, null, null], { sport: 'other' }), 20),
      finished(of(5), shown([60, null, null, 40_000, null], { sport: 'ride' }), 22),
      finished(named('ben', 0), shown([40, null, null, null, null]), 24),
    ]);
    const best = async (athletes: string[], live: string[]) =>
      (await store.best(athletes, live))
        .map((one) => `${one.athlete} ${one.sport} ${one.name} ${one.value} ${one.activityRevision}`)
        .sort();
    assert.deepEqual(await best(['ann'], []), [
      'ann ride 400 m 60 22',
      'ann ride distance 40000 22',
      'ann run 1 km 248 16',
      'ann run 400 m 85.25 12',
      'ann run 5 s 400 12',
      'ann run climb 90 12',
      'ann run distance 9000 14',
    ]);
    // Of what goes on after it was stored, only what is most in all of it.
    assert.deepEqual(await best(['ann', 'ben'], [of(2).id, of(5).id, of(1).id]), [
      'ann ride distance 40000 22',
      'ann run 1 km 250 12',
      'ann run 400 m 85.25 12',
      'ann run 5 s 400 12',
      'ann run climb 90 12',
      'ann run distance 9000 14',
      'ben run 400 m 40 24',
    ]);
    const [found] = (await store.best(['ann'], [])).filter((one) => one.sport === 'run' && one.name === '1 km');
    assert.deepEqual(found, {
      ...{ athlete: 'ann', sport: 'run', kind: 'distance', name: '1 km', value: 248 },
      ...{ activity: of(2).id, activityRevision: 16, interpolated: 0.01 },
      ...{ startMs: of(2).startMs + 10_000, endMs: of(2).startMs + 258_000 },
    });
  });
}
