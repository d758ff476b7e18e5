import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age, duration, isPaced, words } from './format.ts';

test('times are read as clocks show them', () => {
  assert.deepEqual([0, 59.6, 61, 3_599.4, 3_600, 36_061].map(duration), [
    '0:00',
    '1:00',
    '1:01',
    '59:59',
    '1:00:00',
    '10:01:01',
  ]);
});

test('an age is said in the unit that one would say it in', () => {
  assert.deepEqual([-500, 1_400, 30_000, 300_000, 7_200_000, 400_000_000].map(age), [
    'now',
    'now',
    '30 s ago',
    '5 min ago',
    '2 h ago',
    '5 days ago',
  ]);
});

test('sports have names, and feet have a pace', () => {
  assert.deepEqual([words('open_water_swim'), isPaced('trail_run'), isPaced('ride')], ['Open water swim', true, false]);
});
