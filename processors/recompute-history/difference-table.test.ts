import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ActivityMetrics, Effort, Quality } from '../../schemas/activity-metrics.ts';
import { type ComparedActivity, createDifferenceTable } from './difference-table.ts';
import { countsText, differencesText } from './report.ts';

const GOOD: Quality = { missing: 0, interpolated: 0, rejected: 0, gps: null, marks: [] };
const effort = (name: string, elapsedS: number): Effort => ({
  ...{ name, elapsedS, distanceM: 0, startS: 0, interpolated: 0, marks: [] },
});

function compared(id: string, before: Partial<ActivityMetrics>, after: Partial<ActivityMetrics>): ComparedActivity {
  return {
    athlete: 'ann',
    id,
    before: { metrics: before as ActivityMetrics, versions: { gps: 1, power: 1 } },
    after: { metrics: after as ActivityMetrics, versions: { gps: 2, power: 1, motion: 3 } },
  };
}
const distance = (value: number, quality = GOOD) => ({ distance_m: { value, quality } });

test('each metric says in how many activities it changes, by how much, and shows the largest changes', () => {
  const table = createDifferenceTable(1);
  table.add(compared('a1', distance(1_000), distance(990)));
  table.add(compared('a2', distance(1_000), distance(800)));
  table.add(compared('a3', distance(1_000), distance(1_000 + 1e-7)));
  table.add(compared('a4', distance(1_000), distance(1_000, { ...GOOD, marks: ['gps_poor'] })));
  table.add(
    compared(
      'a5',
      { best_efforts: { value: [effort('400 m', 80), effort('1 km', 240)], quality: GOOD } },
      { best_efforts: { value: [effort('1 km', 228)], quality: GOOD } },
    ),
  );
  table.add(compared('a6', {}, { wet: { value: true, quality: GOOD } }));
  const versions = ['gps 1 → 2', 'motion unknown → 3'];
  const [byDistance, ...others] = table.rows();
  assert.deepEqual(byDistance, {
    metric: 'distance_m',
    compared: 6,
    changed: 3,
    qualityOnly: 1,
    appeared: 0,
    gone: 0,
    medianRelative: (0.01 + 0.2) / 2,
    largestRelative: 0.2,
    examples: [
      {
        ...{ metric: 'distance_m', path: '', before: 1_000, after: 800, relative: 0.2, isQualityOnly: false },
        ...{ athlete: 'ann', id: 'a2', versions },
      },
    ],
  });
  assert.deepEqual(
    others.map(({ metric, changed, appeared, examples: [{ path, before, after }] }) => [
      ...[metric, changed, appeared, path, before, after],
    ]),
    [
      ['best_efforts', 1, 0, '1 km.elapsedS', 240, 228],
      ['wet', 1, 1, '', undefined, true],
    ],
  );
  assert.equal(
    differencesText(table.rows()),
    [
      'metric        changed  of  quality only  appeared  gone  median  largest',
      'distance_m          3   6             1         0     0  10.5 %     20 %',
      '    ann a2: 1000 → 800 (gps 1 → 2, motion unknown → 3)',
      'best_efforts        1   6             0         0     0     5 %      5 %',
      '    ann a5: 1 km.elapsedS 240 → 228 (gps 1 → 2, motion unknown → 3)',
      'wet                 1   6             0         1     0                 ',
      '    ann a6: nothing → true (gps 1 → 2, motion unknown → 3)',
    ].join('\n'),
  );
});

test('what is computed to the same is no difference', () => {
  const table = createDifferenceTable(3);
  table.add(compared('a1', distance(1_000), distance(1_000)));
  assert.deepEqual(table.rows(), []);
  assert.equal(differencesText(table.rows()), 'no metric of any activity changes');
  const counts = { looked: 2, computed: 1, added: 0, withdrawn: 0, goingOn: 1, withoutSamples: 0 };
  assert.equal(
    countsText(counts, false),
    '2 activities of an older version: 1 would be computed again, 1 go on and are computed when they end',
  );
});

test('whatever comes, what is kept is bounded, and counts and the largest change are exact', () => {
  const anyChange = fc.tuple(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 1_000 }));
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 60 }), fc.infiniteStream(fc.nat(999)), (changes, numbers) => {
      const random = () => (numbers.next().value as number) / 1_000;
      const table = createDifferenceTable(2, { random, maxKept: 5 });
      for (const [i, [before, after]] of changes.entries())
        table.add(compared(String(i), distance(before), distance(after)));
      const sizes = changes.map(([a, b]) => Math.abs(a - b) / Math.max(a, b)).filter((size) => size > 0);
      const [row] = table.rows();
      if (sizes.length === 0) return assert.equal(row, undefined);
      assert.equal(row.changed, sizes.length);
      assert.equal(row.largestRelative, Math.max(...sizes));
      assert.ok(row.examples.length <= 2);
      const median = row.medianRelative as number;
      assert.ok(median >= Math.min(...sizes) && median <= Math.max(...sizes));
      const sorted = sizes.sort((a, b) => a - b);
      if (sizes.length <= 5 && sizes.length % 2 === 1) assert.equal(median, sorted[sizes.length >> 1]);
    }),
  );
});
