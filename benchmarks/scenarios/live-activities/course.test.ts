import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behindOf, isGrowing, type Look, slopeOf } from './course.ts';

const looksOf = (behindSamples: readonly number[]): Look[] =>
  behindSamples.map((behind, i) => {
    const accepted = 5_000 * i;
    return { atMs: 5_000 * i, accepted, done: { questdb: accepted, clickhouse: accepted - behind, holder: accepted } };
  });

test('a line has its slope, and one point none', () => {
  assert.equal(slopeOf([0, 1, 2, 3], [5, 7, 9, 11]), 2);
  assert.equal(slopeOf([4], [1]), 0);
});

test('a lag that goes up and down does not grow; one that goes up does, and so does one beyond all bounds', () => {
  const calm = behindOf(looksOf([400, 900, 500, 500, 900, 400]), 'clickhouse', 1_000);
  assert.deepEqual([calm.worstS, isGrowing(calm)], [0.9, false]);
  const growing = behindOf(looksOf([400, 500, 600, 700, 800, 900]), 'clickhouse', 1_000);
  assert.equal(growing.slope.toFixed(3), '0.020');
  assert.ok(isGrowing(growing));
  assert.equal(growing.samplesPerS, 980);
  assert.ok(isGrowing(behindOf(looksOf([11_000, 11_000]), 'clickhouse', 1_000)));
  assert.ok(!isGrowing(behindOf(looksOf([11_000, 11_000]), 'holder', 1_000)));
});
