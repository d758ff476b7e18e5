import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGather, type Held } from './gather.ts';

const OPTIONS = {
  maxBatchRows: 1_000,
  maxBatchBytes: 10_000,
  flushIntervalMs: 300,
  busyRowsPerMs: 1,
  busyFlushIntervalMs: 900,
};
const held = (samples: number, bytes = 10) =>
  ({ message: { samples, payload: new Uint8Array(bytes) } }) as unknown as Held;

test('a batch is due after the short wait while few rows come, and the later the faster they come', () => {
  const gather = createGather(OPTIONS);
  assert.equal(gather.isDue(10_000), false);
  gather.add(held(60), 1_000);
  gather.add(held(40), 1_200);
  // A third of a row a millisecond asks for a third of the long wait.
  assert.deepEqual([gather.dueAtMs(1_200), gather.isDue(1_299), gather.isDue(1_300)], [1_300, false, true]);
  gather.add(held(140), 1_250);
  assert.deepEqual([gather.dueAtMs(1_300), gather.isDue(1_300)], [1_720, false]);
  // No more came, so the rate was less than it seemed.
  assert.deepEqual([gather.dueAtMs(1_400), gather.isDue(1_464), gather.isDue(1_465)], [1_540, false, true]);
  gather.add(held(700), 1_465);
  assert.deepEqual([gather.dueAtMs(1_465), gather.isDue(1_899), gather.isDue(1_900)], [1_900, false, true]);
  assert.equal(gather.take().length, 4);
  gather.add(held(1), 5_000);
  assert.equal(gather.dueAtMs(5_000), 5_300);
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
