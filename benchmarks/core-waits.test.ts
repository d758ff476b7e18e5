import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { openCoreWaits, waitNsOf } from './core-waits.ts';

test('what a thread waited for stands between what it ran for and how often', () => {
  assert.equal(waitNsOf('7000000 1234567 42\n'), 1_234_567);
});

test('more threads than cores wait for each other', async () => {
  const look = openCoreWaits(new Map([['these tests', process.pid]]));
  const busy = 'for (;;);';
  const workers = Array.from({ length: 2 * availableParallelism() }, () => new Worker(busy, { eval: true }));
  const untilMs = performance.now() + 30_000;
  while (look()['these tests'] < 1) {
    assert.ok(performance.now() < untilMs, 'nobody waited');
    await setImmediate();
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
});
