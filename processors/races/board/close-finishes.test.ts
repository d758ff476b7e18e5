import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { closeFinishes, type TimedFinish } from './close-finishes.ts';

const finish = (bib: string, elapsedMs: number, own: Partial<TimedFinish> = {}): TimedFinish => ({
  ...{ bib, elapsedMs, sigmaMs: 300, isEstimate: true },
  ...own,
});
const closeOf = (finishes: readonly TimedFinish[]) => Object.fromEntries(closeFinishes(finishes).tooClose);

test('two who come in together are too close to call, and who comes a minute later is not', () => {
  const { tooClose, certainty } = closeFinishes([finish('1', 900_000), finish('2', 900_200), finish('3', 960_000)]);
  assert.deepEqual(Object.fromEntries(tooClose), {
    ...{ 1: { ahead: 0, behind: 1 }, 2: { ahead: 1, behind: 0 }, 3: { ahead: 0, behind: 0 } },
  });
  assert.equal(certainty!.placesWithin, 1);
  assert.ok(certainty!.tooCloseSigmas > 0.2 && certainty!.tooCloseSigmas < 6);
});

test('nobody is too close before anybody has finished, and nothing is said of how sure the order is', () => {
  assert.deepEqual(closeFinishes([]), { tooClose: new Map(), certainty: null });
});

test('the order of mats is what it is, however close; an estimate beside one is not', () => {
  const timed = { sigmaMs: 50, isEstimate: false };
  assert.deepEqual(closeOf([finish('1', 900_000, timed), finish('2', 900_001, timed), finish('3', 900_300)]), {
    ...{ 1: { ahead: 0, behind: 1 }, 2: { ahead: 0, behind: 1 }, 3: { ahead: 2, behind: 0 } },
  });
  assert.deepEqual(closeFinishes([finish('1', 5, timed), finish('2', 6, timed)]).certainty, {
    ...{ tooCloseSigmas: 0, placesWithin: 0 },
  });
});

test('the denser a field is, the farther apart two have to be', () => {
  const field = (everyMs: number) => Array.from({ length: 300 }, (_, i) => finish(`${i}`, 900_000 + everyMs * i));
  const [thin, dense] = [closeFinishes(field(20_000)), closeFinishes(field(100))];
  assert.ok(thin.certainty!.tooCloseSigmas < dense.certainty!.tooCloseSigmas);
  assert.deepEqual([thin.certainty!.placesWithin, dense.certainty!.placesWithin], [0, 6]);
});

describe('whoever finishes when,', () => {
  const field = fc
    .array(
      fc.record({ atMs: fc.nat(60_000), sigmaMs: fc.integer({ min: 20, max: 2_000 }), isEstimate: fc.boolean() }),
      {
        ...{ minLength: 1, maxLength: 40 },
      },
    )
    .map((all) => all.map(({ atMs, ...own }, i) => finish(`${i}`, 900_000 + atMs, own)));

  test('who is too close to somebody ahead has somebody ahead who is too close to them', () => {
    fc.assert(
      fc.property(field, (finishes) => {
        const { tooClose, certainty } = closeFinishes(finishes);
        const sum = (side: 'ahead' | 'behind') => [...tooClose.values()].reduce((all, one) => all + one[side], 0);
        assert.equal(sum('ahead'), sum('behind'));
        const order = finishes.toSorted((a, b) => a.elapsedMs - b.elapsedMs);
        for (const [place, { bib }] of order.entries()) {
          const { ahead, behind } = tooClose.get(bib)!;
          assert.ok(ahead <= place && behind < order.length - place);
        }
        assert.ok(certainty!.placesWithin < finishes.length);
      }),
    );
  });

  test('a pair that is nearer than one that is too close, and no surer, is too close as well', () => {
    fc.assert(
      fc.property(field, fc.integer({ min: 20, max: 2_000 }), (finishes, sigmaMs) => {
        const alike = finishes.map((one) => ({ ...one, sigmaMs, isEstimate: true }));
        const { tooClose, certainty } = closeFinishes(alike);
        const limitMs = certainty!.tooCloseSigmas * Math.hypot(sigmaMs, sigmaMs);
        for (const { bib, elapsedMs } of alike) {
          const { ahead, behind } = tooClose.get(bib)!;
          const near = alike.filter((one) => one.bib !== bib && Math.abs(one.elapsedMs - elapsedMs) < limitMs - 0.001);
          assert.ok(ahead + behind >= near.length);
        }
      }),
    );
  });
});
