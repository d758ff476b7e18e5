import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linePath, Trail } from './trail.ts';

const MINUTE_MS = 60_000;

test('a trail keeps five minutes, however often and in whatever order it is told', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: -5_000, max: 90_000 }), fc.nat(1_000)), { maxLength: 500 });
  fc.assert(
    fc.property(steps, (told) => {
      const trail = new Trail();
      let atMs = 1e12;
      for (const [stepMs, value] of told) {
        atMs += stepMs;
        trail.add(atMs, value);
        const times = trail.points.map((point) => point.atMs);
        assert.deepEqual(
          times,
          [...new Set(times)].sort((a, b) => a - b),
          'in order, each once',
        );
        assert.deepEqual(trail.points.at(-1), { atMs, value });
        assert.ok(times[0] > atMs - 5 * MINUTE_MS && times.length <= 400);
      }
    }),
  );
});

test('a line runs from left to right with 0 at the bottom, and has a gap where nothing was heard', () => {
  const point = (minutes: number, value: number, plusMs = 0) => ({ atMs: minutes * MINUTE_MS + plusMs, value });
  const points = [
    point(-1, 9),
    point(0, 0),
    point(0, 5, 6_000),
    point(0, 10, 12_000),
    point(4, 10),
    point(4, 5, 6_000),
  ];
  assert.equal(linePath(points, 5 * MINUTE_MS, 100, 20), 'M0.00 20.00L2.00 10.00L4.00 0.00M80.00 0.00L82.00 10.00');
});

test('nothing, one value, and a line of nothing but 0 can be drawn', () => {
  assert.equal(linePath([], 0, 100, 20), '');
  assert.equal(linePath([{ atMs: 0, value: 3 }], 0, 100, 20), '');
  const zero = [-2_000, 0].map((atMs) => ({ atMs, value: 0 }));
  assert.equal(linePath(zero, 0, 100, 20), 'M99.33 20.00L100.00 20.00');
});
