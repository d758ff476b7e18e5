import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MIN_GROUP, shareOf, told, toldFunnel, toldSize } from './telling.ts';

test('few people, and all but few, are not told; nobody and everybody are', () => {
  const counts = [0, 1, 4, 5, 15, 16, 19, 20].map((people) => told(people, 20));
  assert.deepEqual(counts, [0, null, null, 5, 15, null, null, 20]);
  assert.deepEqual(
    [0, 4].map((people) => told(people, 4)),
    [null, null],
    'of so small a group nothing is',
  );
  assert.deepEqual([0, 1, 4, 5].map(toldSize), [0, null, null, 5]);
});

test('what is told of a funnel never differs by 1 to 4 people', () => {
  assert.deepEqual(toldFunnel([100, 97, 60, 58]), [100, null, 60, null]);
  assert.deepEqual(toldFunnel([3, 2, 0, 0]), [null, null, null, null]);
  assert.deepEqual(toldFunnel([0, 0, 0, 0]), [0, null, null, null]);
  const steps = fc.array(fc.nat(200), { minLength: 1, maxLength: 6 }).map((some) => some.sort((a, b) => b - a));
  fc.assert(
    fc.property(steps, (some) => {
      const shown = toldFunnel(some).filter((people) => people !== null);
      for (const [i, people] of shown.entries()) {
        for (const other of [0, ...shown.slice(0, i)]) {
          const lost = Math.abs(other - people);
          assert.ok(lost === 0 || lost >= MIN_GROUP, `${some}: ${shown}`);
        }
      }
    }),
  );
});

test('a share has Wilson’s interval', () => {
  assert.equal(shareOf(0, 0), null);
  const rounded = (people: number, of: number) =>
    Object.values(shareOf(people, of)!).map((value: number) => Math.round(value * 10_000) / 10_000);
  // As in R: binom::binom.confint(c(8, 0, 10), 10, methods = "wilson").
  assert.deepEqual(rounded(8, 10), [0.8, 0.4902, 0.9433]);
  assert.deepEqual(rounded(0, 10), [0, 0, 0.2775]);
  assert.deepEqual(rounded(10, 10), [1, 0.7225, 1]);
});

test('an interval holds its share, stays within 0 and 1, and is the narrower the more people there are', () => {
  const given = fc.tuple(fc.nat(500), fc.integer({ min: 1, max: 500 })).filter(([people, of]) => people <= of);
  fc.assert(
    fc.property(given, ([people, of]) => {
      const { share, low95, high95 } = shareOf(people, of)!;
      assert.ok(0 <= low95 && low95 <= share && share <= high95 && high95 <= 1);
      const more = shareOf(people * 4, of * 4)!;
      assert.ok(more.high95 - more.low95 < high95 - low95);
    }),
  );
});
