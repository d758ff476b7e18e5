import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BLOCK_S, isBlock, packBlock } from './packed-block.ts';
import { SecondSeries } from './second-series.ts';

const anyValue = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 180, max: 320 }) },
  fc.integer({ min: 0, max: 0xffff }),
  fc.constantFrom(0, 0x7fff, 0x8000, 0xffff),
);
/** Values that are alike, as those of one stretch of an activity are: bases, spans and flags of every kind. */
const anyRun = fc
  .record({
    seconds: fc.integer({ min: 1, max: 700 }),
    values: fc.array(anyValue, { minLength: 1, maxLength: 40 }),
  })
  .map(({ seconds, values }) => Array.from({ length: seconds }, (_, i) => values[i % values.length]));

type Step =
  | { readonly pushed: readonly number[] }
  | { readonly forgotten: number }
  | { readonly shown: readonly number[] }
  | 'restore';
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ pushed: anyRun }) },
  fc.record({ forgotten: fc.nat(600) }),
  fc.record({ shown: anyRun }),
  fc.constant('restore' as const),
);

function copyOf(series: SecondSeries, from: number, until: number): number[] {
  const into = new Uint16Array(until - from);
  series.copy(from, until, into);
  return [...into];
}

/** What goes on from what a checkpoint keeps of it. */
function restored(series: SecondSeries): SecondSeries {
  const { from, until } = series.fullRange();
  const blocks = Array.from({ length: until - from }, (_, nth) => series.fullBlock(from + nth).slice());
  assert.ok(blocks.every(isBlock));
  const again = new SecondSeries();
  again.restore(from, blocks, series.tail().slice());
  return again;
}

describe('a series of seconds', () => {
  test('gives back what was pushed and is needed, whatever was shown, given up and restored meanwhile', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 1, maxLength: 12 }), fc.nat(), (steps, cut) => {
        let series = new SecondSeries();
        const pushed: number[] = [];
        let needed = 0;
        for (const step of steps) {
          if (step === 'restore') series = restored(series);
          else if ('pushed' in step) {
            for (const value of step.pushed) series.push(value);
            pushed.push(...step.pushed);
          } else if ('forgotten' in step) {
            needed = Math.min(pushed.length, needed + step.forgotten);
            series.forget(needed);
          } else {
            series.hold();
            for (const value of step.shown) series.push(value);
            series.forget(series.length);
            assert.deepEqual(copyOf(series, needed, series.length), [...pushed.slice(needed), ...step.shown]);
            series.release();
          }
          assert.equal(series.length, pushed.length);
          const from = needed + (cut % (pushed.length - needed + 1));
          assert.deepEqual(copyOf(series, from, pushed.length), pushed.slice(from));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('keeps no full block that is not needed once another one is full', () => {
    const series = new SecondSeries();
    for (let i = 0; i < 3 * BLOCK_S; i++) series.push(i);
    series.forget(2 * BLOCK_S - 1);
    assert.deepEqual(series.fullRange(), { from: 0, until: 3 });
    for (let i = 0; i < BLOCK_S; i++) series.push(i);
    assert.deepEqual(series.fullRange(), { from: 1, until: 4 });
    assert.throws(() => series.fullBlock(0), RangeError);
    assert.throws(() => series.fullBlock(4), RangeError);
  });
});

describe('a full block takes', () => {
  const bytesOf = (second: (i: number) => number) =>
    packBlock(Uint16Array.from({ length: BLOCK_S }, (_, i) => second(i))).byteLength;

  test('nothing for seconds that are all the same, else what the span of its values needs', () => {
    assert.equal(
      bytesOf(() => 0x8000 | 250),
      4,
    );
    assert.equal(
      bytesOf((i) => 250 + (i % 128)),
      4 + (7 * BLOCK_S) / 8,
    );
  });

  test('a bit more a second for poor seconds among others, and two bytes at worst', () => {
    assert.equal(
      bytesOf((i) => (i === 7 ? 0x8000 : 0) | (250 + (i % 128))),
      4 + BLOCK_S,
    );
    assert.equal(
      bytesOf((i) => (i % 2 === 0 ? 0xffff : 0)),
      4 + 2 * BLOCK_S,
    );
  });

  test('words that are none are told from a block', () => {
    const block = packBlock(new Uint16Array(BLOCK_S).fill(3, 0, 100));
    assert.deepEqual([block, block.subarray(1), block.subarray(0, 1), Uint16Array.of(0, 17)].map(isBlock), [
      true,
      false,
      false,
      false,
    ]);
  });
});
