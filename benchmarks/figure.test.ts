import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figureOf, ratioOf } from './figure.ts';

test('a figure is the median with its spread, whatever the order and number of rounds', () => {
  assert.deepEqual(figureOf([30, 10, 20]), { value: 20, min: 10, max: 30, rounds: [30, 10, 20] });
  assert.deepEqual(figureOf([4, 1]), { value: 2.5, min: 1, max: 4, rounds: [4, 1] });
});

test('a ratio is taken within each round', () => {
  assert.deepEqual(ratioOf([30, 10, 40], [10, 5, 10]), { value: 3, min: 2, max: 4, rounds: [3, 2, 4] });
  assert.throws(() => ratioOf([1], [1, 2]), RangeError);
});

test('what was not measured is no figure', () => {
  assert.throws(() => figureOf([]), RangeError);
  assert.throws(() => figureOf([1, Number.NaN]), RangeError);
  assert.throws(() => ratioOf([1], [0]), RangeError);
});
