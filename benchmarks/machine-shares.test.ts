import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMachineShares, sharesBetween } from './machine-shares.ts';

const STAT = 'cpu  100 20 30 5000 700 4 5 6 9 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n';

test('shares are of the time between two readings, all cores together, and guests are not counted twice', () => {
  const later = 'cpu  140 20 40 5020 705 4 10 26 49 0\ncpu0 9 9 9 9 9 9 9 9 0 0\n';
  assert.deepEqual(sharesBetween(STAT, later), { idle: 0.2, iowait: 0.05, steal: 0.2 });
});

test('no time at all has no shares', () => {
  assert.deepEqual(sharesBetween(STAT, STAT), { idle: 0, iowait: 0, steal: 0 });
});

test('shares of this machine are shares', () => {
  const shares = Object.values(openMachineShares()());
  assert.ok(shares.length === 3 && shares.every((share) => share >= 0 && share <= 1), `${shares}`);
});
