import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createBackoff, retry } from './backoff.ts';
import { createManualClock } from './clock.ts';

const always = () => true;

test('a failing call is tried again after each listed delay, until it succeeds', async () => {
  const clock = createManualClock();
  const at: number[] = [];
  const result = retry(
    async (attempt) => {
      at.push(clock.nowMs());
      if (attempt < 3) throw new Error('not yet');
      return `done at ${attempt}`;
    },
    { isRetryable: always, delaysMs: [100, 200, 400], jitter: 0, clock },
  );
  await clock.advance(10_000);
  assert.equal(await result, 'done at 3');
  assert.deepEqual(at, [0, 100, 300]);
});

test('when the delays are used up the last error is thrown', async () => {
  const clock = createManualClock();
  const told: [string, number, number][] = [];
  const result = retry(async (attempt) => Promise.reject(new Error(`failure ${attempt}`)), {
    isRetryable: always,
    delaysMs: [1, 2],
    jitter: 0,
    clock,
    onRetry: (err, attempt, delayMs) => told.push([(err as Error).message, attempt, delayMs]),
  });
  const failed = assert.rejects(result, /failure 3/);
  await clock.advance(10);
  await failed;
  assert.deepEqual(told, [
    ['failure 1', 1, 1],
    ['failure 2', 2, 2],
  ]);
});

test('an error that will not go away is thrown at once', async () => {
  let attempts = 0;
  const work = async () => {
    attempts++;
    throw new Error('bad password');
  };
  await assert.rejects(retry(work, { isRetryable: () => false, delaysMs: [1, 1] }), /bad password/);
  assert.equal(attempts, 1);
});

test('an aborted signal ends the waiting', async () => {
  const clock = createManualClock();
  const controller = new AbortController();
  const result = retry(() => Promise.reject(new Error('no')), {
    isRetryable: always,
    delaysMs: [1_000],
    clock,
    signal: controller.signal,
  });
  const stopped = assert.rejects(result, /stopping/);
  await clock.advance(1);
  controller.abort(new Error('stopping'));
  await stopped;
  assert.equal(clock.pendingTimers(), 0);
});

test('the delays of a reconnecting loop grow, stay at the last, and start again after a success', () => {
  const backoff = createBackoff({ delaysMs: [250, 500, 1_000], jitter: 0 });
  assert.deepEqual([1, 2, 3, 4].map(backoff.nextMs), [250, 500, 1_000, 1_000]);
  backoff.reset();
  assert.equal(backoff.nextMs(), 250);
  assert.throws(() => createBackoff({ delaysMs: [] }), RangeError);
});

test('jitter keeps every wait within its share of the listed delay', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.integer({ min: 1, max: 60_000 }),
      (draw, delayMs) => {
        const ms = createBackoff({ delaysMs: [delayMs], jitter: 0.5, random: () => draw }).nextMs();
        assert.ok(ms >= delayMs * 0.5 && ms <= delayMs * 1.5);
      },
    ),
  );
});
