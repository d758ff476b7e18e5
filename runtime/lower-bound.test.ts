import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lowerBound } from './lower-bound.ts';

test('what is before the bound is less, and nothing behind it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -20, max: 20 })), fc.integer({ min: -25, max: 25 }), (some, value) => {
      const sorted = some.sort((a, b) => a - b);
      const at = lowerBound(sorted, value);
      assert.deepEqual(
        [sorted.slice(0, at), sorted.slice(at)],
        [sorted.filter((one) => one < value), sorted.filter((one) => one >= value)],
      );
    }),
  );
});
