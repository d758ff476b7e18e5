import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../runtime/memory-random.ts';
import { theilSen } from './trend.ts';

const points = (ys: readonly number[]) => ys.map((y, x) => ({ x, y }));
const anyPoints = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 2, maxLength: 40 }).map(points);

test('a line is found exactly, whatever one week in it was', () => {
  const line = points(Array.from({ length: 12 }, (_, x) => 20 + 3 * x));
  assert.deepEqual(theilSen(line), { slope: 3, low: 3, high: 3, direction: 'rising' });
  assert.equal(theilSen(line.with(5, { x: 5, y: 0 })).slope, 3);
  assert.deepEqual(theilSen(points([7, 7, 7, 7])), { slope: 0, low: 0, high: 0, direction: 'unclear' });
});

test('slope and interval are the ranks that Sen (1968) gives', () => {
  // Ten slopes; the deviation of Kendall’s score of five points is √(5·4·15/18) = 4.08, so half a width is four ranks.
  const { slope, low, high, direction } = theilSen(points([1, 4, 2, 8, 9]));
  const all = [3, 0.5, 7 / 3, 2, -2, 2, 5 / 3, 6, 3.5, 1].sort((a, b) => a - b);
  assert.deepEqual({ slope, low, high, direction }, { slope: 2, low: all[0], high: all[9], direction: 'unclear' });
});

test('the interval holds the slope; both turn round with the points and grow with them', () => {
  fc.assert(
    fc.property(anyPoints, (given) => {
      const { slope, low, high } = theilSen(given);
      assert.ok(low <= slope && slope <= high);
      const turned = theilSen(given.map(({ x, y }) => ({ x, y: -y })));
      assert.deepEqual([turned.slope + 0, turned.low + 0, turned.high + 0], [-slope + 0, -high + 0, -low + 0]);
      const grown = theilSen(given.map(({ x, y }) => ({ x, y: 4 * y + 32 * x })));
      const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} ${b}`);
      near(grown.slope, 4 * slope + 32);
    }),
  );
});

test('nineteen of twenty intervals hold the slope that noise was added to', () => {
  const random = createRandom(7);
  const trials = 1_000;
  let held = 0;
  for (let trial = 0; trial < trials; trial++) {
    // Noise with heavy tails, as weeks have.
    const noise = () => Math.tan(Math.PI * (random() - 0.5));
    const { low, high } = theilSen(Array.from({ length: 26 }, (_, x) => ({ x, y: 0.5 * x + noise() })));
    if (low <= 0.5 && 0.5 <= high) held++;
  }
  assert.ok(held > 0.93 * trials && held < 0.98 * trials, `${held} of ${trials}`);
});
