import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type SourceInterval, type TakenSpan, unionOf } from './union.ts';

const SOURCES = ['watch', 'phone', 'scale', 'app'];
const END_MS = 40;

const interval: fc.Arbitrary<SourceInterval> = fc
  .record({
    place: fc.nat(SOURCES.length - 1),
    startMs: fc.nat(END_MS - 1),
    lengthMs: fc.integer({ min: 1, max: 12 }),
    amount: fc.integer({ min: 0, max: 100 }),
  })
  .map(({ place, startMs, lengthMs, amount }) => {
    return { source: SOURCES[place], rank: place, startMs, endMs: startMs + lengthMs, amount };
  });
const intervals = fc.array(interval, { maxLength: 14 });

/** The rule said moment by moment, as slowly as can be. */
function momentByMoment(all: readonly SourceInterval[]): (string | null)[] {
  return Array.from({ length: END_MS + 12 }, (_, atMs) => {
    const there = all.filter(({ startMs, endMs }) => startMs <= atMs && atMs < endMs);
    return there.length === 0 ? null : there.reduce((a, b) => (b.rank < a.rank ? b : a)).source;
  });
}

function takenAt(spans: readonly TakenSpan[]): (string | null)[] {
  return Array.from({ length: END_MS + 12 }, (_, atMs) => {
    const there = spans.filter(({ startMs, endMs }) => startMs <= atMs && atMs < endMs);
    assert.ok(there.length <= 1, `${atMs} is counted ${there.length} times`);
    return there[0]?.source ?? null;
  });
}

const total = (of: readonly { amount: number | null }[]) => of.reduce((sum, { amount }) => sum + (amount ?? 0), 0);
const isNear = (a: number, b: number) => Math.abs(a - b) < 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));

test('each moment that any source has is taken once, from the source that ranks best', () => {
  fc.assert(fc.property(intervals, (all) => assert.deepEqual(takenAt(unionOf(all)), momentByMoment(all))));
});

test('the order in which intervals arrive makes no difference', () => {
  const shuffled = intervals.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  fc.assert(fc.property(shuffled, ([all, other]) => assert.deepEqual(unionOf(other), unionOf(all))));
});

test('what comes twice adds nothing', () => {
  fc.assert(fc.property(intervals, (all) => assert.deepEqual(unionOf([...all, ...all]), unionOf(all))));
});

test('of what no other interval overlaps nothing is lost, and no interval gives more than it has', () => {
  fc.assert(
    fc.property(intervals, (all) => {
      const spans = unionOf(all);
      assert.ok(total(spans) <= total(all) + 1e-6);
      for (const one of all) {
        const isAlone = all.every((other) => other === one || other.endMs <= one.startMs || other.startMs >= one.endMs);
        if (!isAlone) continue;
        const own = spans.filter(({ startMs, endMs }) => startMs <= one.startMs && endMs >= one.endMs);
        assert.deepEqual(
          own.map(({ source }) => source),
          [one.source],
        );
        if (own[0].startMs === one.startMs && own[0].endMs === one.endMs) {
          assert.ok(isNear(own[0].amount!, one.amount!), 'all of its amount');
        }
      }
      const apart = all.filter((one, i) =>
        all.slice(0, i).every((a) => a.endMs <= one.startMs || a.startMs >= one.endMs),
      );
      if (apart.length === all.length) assert.ok(isNear(total(spans), total(all)));
    }),
  );
});

test('a phone counts where the watch was off, and gives the share of an interval that was not taken elsewhere', () => {
  const spans = unionOf([
    { source: 'phone', rank: 1, startMs: 0, endMs: 100, amount: 50 },
    { source: 'watch', rank: 0, startMs: 40, endMs: 60, amount: 30 },
    { source: 'phone', rank: 1, startMs: 80, endMs: 90, amount: 4 },
  ]);
  assert.deepEqual(spans, [
    { startMs: 0, endMs: 40, source: 'phone', amount: 20, over: [] },
    { startMs: 40, endMs: 60, source: 'watch', amount: 30, over: ['phone'] },
    { startMs: 60, endMs: 100, source: 'phone', amount: 10 + 4 + 5, over: [] },
  ]);
});
