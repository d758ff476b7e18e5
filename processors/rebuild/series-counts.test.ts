import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lackingSeries, type SeriesCount } from './series-counts.ts';

const counts = (entries: Record<string, [rows: number, timeSumMs: number, seqSum: number]>) =>
  new Map(
    Object.entries(entries).map(([series, [rows, timeSumMs, seqSum]]): [string, SeriesCount] => {
      return [series, { rows, timeSumMs, seqSum }];
    }),
  );

test('a series lacks something when it is missing, shorter, or as long with other rows', () => {
  const cold = counts({ 'a/hr': [10, 100, 5], 'b/hr': [10, 100, 5], 'c/hr': [10, 100, 5], 'd/hr': [10, 100, 5] });
  const hot = counts({ 'a/hr': [10, 100, 5], 'b/hr': [9, 90, 4], 'c/hr': [10, 101, 5] });
  assert.deepEqual(lackingSeries(cold, hot), ['b/hr', 'c/hr', 'd/hr']);
});

test('a hot store that is ahead lacks nothing, nor does one with series that the cold one has not yet', () => {
  const cold = counts({ 'a/hr': [10, 100, 5] });
  assert.deepEqual(lackingSeries(cold, counts({ 'a/hr': [12, 130, 6], 'b/hr': [1, 1, 1] })), []);
  assert.deepEqual(lackingSeries(counts({}), counts({})), []);
});
