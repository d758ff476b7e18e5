import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withoutRow, withRow } from './dated-rows.ts';
import type { DatedHeart } from './profile-fields.ts';

const ROWS: DatedHeart[] = [
  { from: '2025-01-01', maxHeartRateBpm: 190 },
  { from: '2026-01-01', sports: ['ride'], maxHeartRateBpm: 184 },
];

test('what is said of a day stands by its day, and of the same day and sport with what was said before', () => {
  const between = withRow<DatedHeart>(ROWS, { from: '2025-06-01', thresholdHeartRateBpm: 170 });
  assert.deepEqual(between, [ROWS[0], { from: '2025-06-01', thresholdHeartRateBpm: 170 }, ROWS[1]]);
  assert.deepEqual(withRow<DatedHeart>(between, { from: '2025-06-01', maxHeartRateBpm: 188 })[1], {
    ...{ from: '2025-06-01', thresholdHeartRateBpm: 170, maxHeartRateBpm: 188 },
  });
  assert.equal(withRow<DatedHeart>(between, { from: '2026-01-01', maxHeartRateBpm: 189 }).length, 4);
});

const row: fc.Arbitrary<DatedHeart> = fc.record(
  {
    from: fc.constantFrom('2025-01-01', '2025-06-01', '2026-01-01'),
    sports: fc.subarray(['run' as const, 'ride' as const], { minLength: 1 }),
    maxHeartRateBpm: fc.integer({ min: 150, max: 210 }),
  },
  { requiredKeys: ['from', 'maxHeartRateBpm'] },
);

test('whatever is said, each day and sport has one row, with what was said last, until it is removed', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), (said) => {
      const last = said[said.length - 1];
      const all = said.reduce<DatedHeart[]>(withRow, []);
      const keys = all.map(({ from, sports = [] }) => `${from} ${[...sports].sort()}`);
      assert.equal(new Set(keys).size, keys.length);
      assert.deepEqual(
        all.map(({ from }) => from),
        all.map(({ from }) => from).sort(),
      );
      const left = withoutRow(all, last);
      assert.equal(left.length, all.length - 1);
      assert.equal(all.find((one) => !left.includes(one))?.maxHeartRateBpm, last.maxHeartRateBpm);
    }),
  );
});
