import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countClaims, countPublished, createActivityCounts } from './counts.ts';
import { activityWith } from './gear/gear-world.ts';

test('what is published is counted by what became of it: activities by their revision, records by their status', () => {
  const counts = createActivityCounts();
  const [ended, late] = [activityWith({}, { revision: 40 }), activityWith({}, { revision: 43 })];
  countPublished(counts, [ended, late, late, { ...late, revision: 45, status: 'withdrawn', metrics: null }]);
  countClaims(counts, [{ status: 'set' }, { status: 'withdrawn' }, { status: 'set' }]);
  assert.deepEqual(counts, {
    ...{ finished: 1, revised: 2, withdrawn: 1, recomputes: 0, failedRecomputes: 0 },
    ...{ recordsSet: 2, recordsWithdrawn: 1 },
  });
});
