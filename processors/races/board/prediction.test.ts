import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { predictFinish } from './prediction.ts';

test('an even runner is predicted a little slower than so far, with an interval around it', () => {
  const predicted = predictFinish({ elapsedMs: 1_200_000, doneM: 5_000, totalM: 10_000, recent: null });
  assert.deepEqual(predicted, { p10: 2_370_677, p50: 2_436_000, p90: 2_501_323 });
});

test('who slows down is predicted later than who does not', () => {
  const even = { elapsedMs: 1_200_000, doneM: 5_000, totalM: 10_000, recent: { elapsedMs: 960_000, doneM: 4_000 } };
  const fading = { ...even, recent: { elapsedMs: 900_000, doneM: 4_000 } };
  assert.ok(predictFinish(fading)!.p50 > predictFinish(even)!.p50);
});

test('too little says nothing', () => {
  assert.equal(predictFinish({ elapsedMs: 60_000, doneM: 400, totalM: 10_000, recent: null }), null);
});

test('the interval is around its middle, never in the past, and closes at the finish', () => {
  const pacing = fc.record({
    elapsedMs: fc.integer({ min: 1, max: 1e8 }),
    doneM: fc.integer({ min: 600, max: 10_000 }),
    totalM: fc.constant(10_000),
    recent: fc.constant(null),
  });
  fc.assert(
    fc.property(pacing, (given) => {
      const { p10, p50, p90 } = predictFinish(given)!;
      assert.ok(given.elapsedMs <= p10 && p10 <= p50 && p50 <= p90);
      if (given.doneM === given.totalM) assert.equal(p90, given.elapsedMs);
    }),
  );
});
