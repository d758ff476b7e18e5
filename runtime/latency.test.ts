import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLatencyHistogram } from './latency.ts';

const durations = fc.array(fc.double({ min: 0, max: 4_000_000, noNaN: true }), { minLength: 1, maxLength: 300 });

test('a quantile is never below the true one and at most 1/64 (and 1 µs) above it', () => {
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
      const histogram = createLatencyHistogram();
      for (const durationMs of list) histogram.record(durationMs);
      const sorted = list.toSorted((a, b) => a - b);
      const trueMs = sorted[Math.max(1, Math.ceil(share * list.length)) - 1];
      const foundMs = histogram.quantileMs(share);
      assert.ok(foundMs >= trueMs && foundMs <= trueMs * (1 + 1 / 64) + 0.001_001, `${foundMs} for ${trueMs}`);
    }),
  );
});

test('two histograms merged are the histogram of both, across a message too', () => {
  fc.assert(
    fc.property(durations, durations, (left, right) => {
      const [a, b, both] = [createLatencyHistogram(), createLatencyHistogram(), createLatencyHistogram()];
      for (const durationMs of left) a.record(durationMs);
      for (const durationMs of right) b.record(durationMs);
      for (const durationMs of [...left, ...right]) both.record(durationMs);
      a.merge(JSON.parse(JSON.stringify(b.counts())));
      assert.deepEqual(a.counts(), both.counts());
      assert.equal(a.count, both.count);
    }),
  );
});

test('an empty histogram has no quantiles, and nothing that is not a duration is counted', () => {
  const histogram = createLatencyHistogram();
  assert.equal(histogram.quantileMs(0.5), Number.NaN);
  assert.throws(() => histogram.record(-1), RangeError);
  assert.throws(() => histogram.record(Number.NaN), RangeError);
  assert.throws(() => histogram.quantileMs(2), RangeError);
  histogram.record(3);
  histogram.clear();
  assert.deepEqual([histogram.count, histogram.maxMs], [0, 0]);
});
