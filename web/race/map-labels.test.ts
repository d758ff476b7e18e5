import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type MapLabel, placeLabels } from './map-labels.ts';

const MAP = { widthPx: 330, heightPx: 218 };
const label = (xPx: number, yPx: number, widthPx = 100, heightPx = 20): MapLabel => ({ xPx, yPx, widthPx, heightPx });

test('a name stands beside its place, towards the middle of the map', () => {
  assert.deepEqual(placeLabels([label(50, 100), label(300, 100)], MAP), [
    [50, 0],
    [-50, 0],
  ]);
});

test('names of two sides of a small lap, which would meet in the middle, make room for each other', () => {
  const offsets = placeLabels([label(120, 100, 130), label(220, 104, 130)], MAP);
  assert.deepEqual(offsets, [
    [65, 0],
    [-65, 20],
  ]);
});

test('a name without room is not shown, and those before it are', () => {
  const crowd = Array.from({ length: 30 }, () => label(165, 109, 300));
  const offsets = placeLabels(crowd, MAP);
  assert.ok(offsets[0] !== null && offsets.includes(null));
});

test('no two names touch, none leaves the map, and a name alone is always there', () => {
  const side = (most: number) => fc.integer({ min: 0, max: most });
  const drawn = fc.record({
    ...{ xPx: side(MAP.widthPx), yPx: side(MAP.heightPx) },
    ...{ widthPx: fc.integer({ min: 10, max: 150 }), heightPx: fc.integer({ min: 10, max: 24 }) },
  });
  fc.assert(
    fc.property(fc.array(drawn, { minLength: 1, maxLength: 12 }), (labels) => {
      const offsets = placeLabels(labels, MAP);
      assert.notEqual(offsets[0], null);
      const boxes = labels.flatMap(({ xPx, yPx, widthPx, heightPx }, i) => {
        const offset = offsets[i];
        if (offset === null) return [];
        const [left, top] = [xPx + offset[0] - widthPx / 2, yPx + offset[1] - heightPx / 2];
        return [{ left, top, right: left + widthPx, bottom: top + heightPx }];
      });
      for (const [i, a] of boxes.entries()) {
        assert.ok(a.left >= 0 && a.top >= 0 && a.right <= MAP.widthPx && a.bottom <= MAP.heightPx);
        for (const b of boxes.slice(i + 1)) {
          assert.ok(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top);
        }
      }
    }),
  );
});
