import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Labelled, labelsWithRoom, spanOf } from './profile-labels.ts';

const lap = (n: number): Labelled => ({ id: `lap ${n}`, text: 'Lap', share: n / 12 });

test('all labels are shown where there is room, and of many laps each so many on a phone', () => {
  const all = Array.from({ length: 13 }, (_, n) => lap(n));
  assert.equal(labelsWithRoom(all, 900).size, 13);
  assert.deepEqual(
    [...labelsWithRoom(all, 330)].sort(),
    ['lap 0', 'lap 10', 'lap 12', 'lap 2', 'lap 4', 'lap 6', 'lap 8'].sort(),
  );
});

test('a finish beside another place keeps its name', () => {
  const all = [lap(0), { id: 'mat', text: 'Last mat', share: 0.98 }, { id: 'finish', text: 'Finish', share: 1 }];
  assert.deepEqual([...labelsWithRoom(all, 330)].sort(), ['finish', 'lap 0']);
});

test('no two labels touch, and the last one is always there', () => {
  const labels = fc.array(
    fc.record({ text: fc.string({ minLength: 1, maxLength: 20 }), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    {
      minLength: 1,
      maxLength: 40,
    },
  );
  fc.assert(
    fc.property(labels, fc.integer({ min: 200, max: 1_600 }), (drawn, widthPx) => {
      const all = drawn.toSorted((a, b) => a.share - b.share).map((one, i) => ({ ...one, id: String(i) }));
      const shown = labelsWithRoom(all, widthPx);
      const touch = (a: Labelled, b: Labelled) => {
        const [[from, until], [start, end]] = [spanOf(a, widthPx), spanOf(b, widthPx)];
        return from < end && until > start;
      };
      const there = all.filter(({ id }) => shown.has(id));
      assert.ok(shown.has(String(all.length - 1)));
      for (const [i, one] of there.entries()) assert.ok(there.slice(i + 1).every((other) => !touch(one, other)));
    }),
  );
});
