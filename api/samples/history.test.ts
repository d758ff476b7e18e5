import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { CHANNELS } from '../../schemas/channels.ts';
import { createSampleHistory } from './history.ts';
import { createMemorySampleReader } from './memory-reader.ts';
import { type BucketQuery, type RowQuery, StoreUnavailableError } from './reader.ts';
import { sampleRow } from './rows.arbitrary.ts';

const NOW_MS = Date.UTC(2026, 5, 8);
const HOT_MS = 100_000;
const BORDER_MS = NOW_MS - HOT_MS;

/** Each store has what it would have: the cold one everything, the hot one the last `HOT_MS` and a little more. */
function createStores() {
  const hot = createMemorySampleReader('questdb');
  const cold = createMemorySampleReader('clickhouse');
  const rows = Array.from({ length: 200 }, (_, i) => sampleRow({ tsMs: NOW_MS - 200_000 + i * 1_000 }, { power: i }));
  cold.insert(rows);
  hot.insert(rows.filter((row) => row.tsMs >= BORDER_MS - 20_000));
  const history = createSampleHistory({ hot, cold, clock: createManualClock(NOW_MS), hotMs: HOT_MS });
  return { hot, cold, history, rows };
}

const whole: RowQuery = {
  kind: 'samples',
  device: 'watch-1',
  sources: [],
  channels: CHANNELS,
  fromMs: NOW_MS - 200_000,
  toMs: NOW_MS,
  after: null,
  limit: 1_000,
};

test('a range over the border is read from both stores, each row once', async () => {
  const { history, hot, cold, rows } = createStores();
  const read = await history.rows(whole);
  assert.deepEqual(
    read.map(({ tsMs }) => tsMs),
    rows.map(({ tsMs }) => tsMs),
  );
  assert.deepEqual([cold.asked.at(-1)?.toMs, hot.asked.at(-1)?.fromMs], [BORDER_MS, BORDER_MS]);
});

test('a range on one side of the border asks one store only', async () => {
  const { history, hot, cold } = createStores();
  await history.rows({ ...whole, toMs: BORDER_MS });
  assert.deepEqual([hot.asked.length, cold.asked.length], [0, 1]);
  await history.rows({ ...whole, fromMs: BORDER_MS });
  assert.deepEqual([hot.asked.length, cold.asked.length], [1, 1]);
});

test('pages of any size go over the border without a gap or a repeat', async () => {
  const { history, rows } = createStores();
  for (const limit of [1, 7, 99, 100, 101, 200]) {
    const read: number[] = [];
    let page = await history.rows({ ...whole, limit });
    while (page.length > 0) {
      read.push(...page.map(({ tsMs }) => tsMs));
      page = await history.rows({ ...whole, limit, after: page.at(-1) ?? null });
    }
    assert.deepEqual(
      read,
      rows.map(({ tsMs }) => tsMs),
    );
  }
});

test('a bucket that the border cuts is whole, from the store that has all of it', async () => {
  const { history, hot, cold } = createStores();
  const stepMs = 30_000;
  const query: BucketQuery = { ...whole, after: null, stepMs, fromMs: NOW_MS - 240_000, toMs: NOW_MS + 30_000 };
  const buckets = await history.buckets(query);
  assert.deepEqual(
    buckets.map(({ startMs, samples }) => [(startMs - NOW_MS) / 1_000, samples]),
    [
      [-210, 20],
      [-180, 30],
      [-150, 30],
      [-120, 30],
      [-90, 30],
      [-60, 30],
      [-30, 30],
    ],
  );
  assert.deepEqual([cold.asked.at(-1)?.toMs, hot.asked.at(-1)?.fromMs], [NOW_MS - 90_000, NOW_MS - 90_000]);
});

test('a store that is needed and out of reach fails the whole answer, one that is not needed does not', async () => {
  const { history, hot } = createStores();
  hot.setReachable(false);
  await assert.rejects(history.rows(whole), StoreUnavailableError);
  await assert.rejects(history.hasDevice('samples', 'watch-1'), StoreUnavailableError);
  assert.equal((await history.rows({ ...whole, limit: 50 })).length, 50);
  assert.equal((await history.rows({ ...whole, toMs: BORDER_MS })).length, 100);
});
