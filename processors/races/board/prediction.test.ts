import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evenLeftMs, predictFinish } from './prediction.ts';

const even = { elapsedMs: 1_200_000, doneM: 5_000, totalM: 10_000, recent: null };

test('an even runner has as long to go as they ran for half of the way', () => {
  assert.equal(evenLeftMs(even), 1_200_000);
});

test('who slows down is foreseen later than who does not', () => {
  const fading = evenLeftMs({ ...even, recent: { elapsedMs: 900_000, doneM: 4_000 } });
  assert.ok(fading! > evenLeftMs({ ...even, recent: { elapsedMs: 960_000, doneM: 4_000 } })!);
});

test('too little says nothing', () => {
  assert.equal(evenLeftMs({ elapsedMs: 60_000, doneM: 400, totalM: 10_000, recent: null }), null);
});

test('the interval is in its order, never in the past, and closes at the finish', () => {
  const quantiles = fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -3, max: 3, noNaN: true })));
  fc.assert(
    fc.property(fc.nat(1e8), fc.nat(1e8), quantiles, (elapsedMs, leftMs, slowings) => {
      const [q10, q50, q90] = slowings.toSorted((a, b) => a - b);
      const { p10, p50, p90 } = predictFinish(elapsedMs, leftMs, { q10, q50, q90 });
      assert.ok(elapsedMs <= p10 && p10 <= p50 && p50 <= p90);
      assert.equal(predictFinish(elapsedMs, 0, { q10, q50, q90 }).p90, elapsedMs);
    }),
  );
});
