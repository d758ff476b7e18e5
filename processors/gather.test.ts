import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGather, type Held } from './gather.ts';

const OPTIONS = {
  maxBatchRows: 1_000,
  maxBatchBytes: 10_000,
  flushIntervalMs: 300,
  busyRows: 100,
  busyFlushIntervalMs: 900,
};
const held = (samples: number, bytes = 10) =>
  ({ message: { samples, payload: new Uint8Array(bytes) } }) as unknown as Held;

test('a small batch is due after the short wait, a big one after the long one, both from the first message', () => {
  const gather = createGather(OPTIONS);
  assert.equal(gather.isDue(10_000), false);
  gather.add(held(60), 1_000);
  gather.add(held(39), 1_200);
  assert.deepEqual([gather.dueAtMs(), gather.isDue(1_299), gather.isDue(1_300)], [1_300, false, true]);
  gather.add(held(1), 1_250);
  assert.deepEqual([gather.dueAtMs(), gather.isDue(1_300), gather.isDue(1_900)], [1_900, false, true]);
  assert.equal(gather.take().length, 3);
  gather.add(held(1), 5_000);
  assert.equal(gather.dueAtMs(), 5_300);
});

test('rows and bytes bound a batch, and a message larger than both fits into an empty one', () => {
  const gather = createGather(OPTIONS);
  assert.equal(gather.hasRoomFor(held(2_000, 20_000)), true);
  gather.add(held(900), 0);
  assert.deepEqual([gather.hasRoomFor(held(100)), gather.hasRoomFor(held(101))], [true, false]);
  assert.deepEqual([gather.hasRoomFor(held(1, 9_990)), gather.hasRoomFor(held(1, 9_991))], [true, false]);
  assert.equal(gather.isFull(), false);
  gather.add(held(100), 0);
  assert.equal(gather.isFull(), true);
});
