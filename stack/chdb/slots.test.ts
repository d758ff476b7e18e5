import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSlots } from './slots.ts';

test('turns are given in the order of asking, never more than allowed at a time', async () => {
  const slots = createSlots({ maxRunning: 1, maxWaiting: 2, maxWaitMs: 10_000 });
  const order: string[] = [];
  const first = await slots.take();
  const second = slots.take().then((end) => {
    order.push('second');
    end();
  });
  const third = slots.take().then((end) => {
    order.push('third');
    end();
  });
  order.push('first');
  first();
  await Promise.all([second, third]);
  assert.deepEqual(order, ['first', 'second', 'third']);
});

test('a full queue refuses at once with 202, and so does a wait that gets too long', async () => {
  const slots = createSlots({ maxRunning: 1, maxWaiting: 1, maxWaitMs: 20 });
  await slots.take();
  const waiting = slots.take();
  await assert.rejects(slots.take(), { code: 202 });
  await assert.rejects(waiting, { code: 202 });
});

test('ending a turn twice does not give it to two', async () => {
  const slots = createSlots({ maxRunning: 1, maxWaiting: 2, maxWaitMs: 20 });
  const end = await slots.take();
  end();
  end();
  await slots.take();
  await assert.rejects(slots.take(), { code: 202 });
});
