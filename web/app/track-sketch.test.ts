import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sketchOf } from './track-sketch.ts';

test('a track is drawn with north up, in its own proportions', () => {
  assert.deepEqual(
    sketchOf([
      [
        [0, 0],
        [0.1, 0],
      ],
      [[0.1, 0.1]],
    ]),
    ['20.0,980.0 20.0,20.0', '980.0,20.0'],
  );
});

test('a track that goes nowhere is a point in the middle, and none is none', () => {
  assert.deepEqual(sketchOf([[[48, 16]]]), ['500.0,500.0']);
  assert.equal(sketchOf([]), null);
});

test('every track fits into the drawing', () => {
  const point = fc.tuple(
    fc.double({ min: -80, max: 80, noNaN: true }),
    fc.double({ min: -179, max: 179, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(point, { minLength: 1 }), { minLength: 1 }), (pieces) => {
      const drawn = sketchOf(pieces) ?? assert.fail('nothing is drawn');
      for (const value of drawn.flatMap((one) => one.split(/[ ,]/)).map(Number))
        assert.ok(value >= 0 && value <= 1_000);
    }),
    { seed: 3 },
  );
});
