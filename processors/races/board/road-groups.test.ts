import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupOnRoad } from './road-groups.ts';

test('groups are those within three seconds of the next ahead, from the front', () => {
  const runners = [900, 995, 1_000, 1_005, 500, 990].map((positionM, i) => ({ bib: `${i}`, positionM, speedMps: 4 }));
  const { groups, groupOf } = groupOnRoad(runners);
  assert.deepEqual(groups, [{ group: 1, size: 4, bib: '3', positionM: 1_005, gapMs: null }]);
  assert.deepEqual(Object.fromEntries(groupOf), { 0: 2, 1: 1, 2: 1, 3: 1, 4: 3, 5: 1 });
});

test('the gap of a group is to whoever runs before it', () => {
  const runners = [1_000, 960, 958].map((positionM, i) => ({ bib: `${i}`, positionM, speedMps: 4 }));
  assert.deepEqual(groupOnRoad(runners).groups, [{ group: 2, size: 2, bib: '1', positionM: 960, gapMs: 10_000 }]);
});

test('nobody on the road is no group', () => {
  assert.deepEqual(groupOnRoad([]), { groups: [], groupOf: new Map() });
});
