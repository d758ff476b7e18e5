import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceState } from '../reader.ts';
import { findTroubles, type LookedAt, type Trouble } from './find-trouble.ts';

const NOW_MS = Date.UTC(2026, 10, 30, 12);
const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];
const well: DeviceState = {
  ...{ device: 'd-watch', lastSeenMs: NOW_MS - MINUTE_MS, firmware: '', battery: 800, missingFrames: 0 },
  ...{ recentFrames: 1_000, daysSeen: 12, clockOffsetMs: 40 },
};
const look = (kind: Trouble, state: Partial<DeviceState> | null, more: Partial<LookedAt> = {}) =>
  findTroubles({
    ...{ state: state && { ...well, ...state }, deadLetters: 0, isInWorkout: false, nowMs: NOW_MS, ...more },
  })[kind];

test('a device that is well has no trouble, nor has one that nobody ever heard of', () => {
  for (const state of [{}, null]) {
    const kinds = (['battery', 'silent', 'workout', 'dead_letters', 'clock'] as const).map(
      (kind) => look(kind, state).is,
    );
    assert.deepEqual(kinds, ['gone', 'gone', 'gone', 'gone', 'gone']);
  }
});

test('a battery is low from 15 % on, and well from 25 % on', () => {
  const at = (percent: number, more = {}) => look('battery', { battery: percent * 10, ...more });
  assert.deepEqual(at(15), { is: 'there', value: 15, sinceMs: well.lastSeenMs });
  assert.deepEqual([at(16).is, at(24).is, at(25).is], ['unsure', 'unsure', 'gone']);
  assert.equal(at(10, { lastSeenMs: NOW_MS - 25 * HOUR_MS }).is, 'unsure', 'it may lie on its charger');
});

test('a device that is usually worn is missed after two days, and forgotten after two weeks', () => {
  const after = (hours: number, daysSeen = 12) => {
    return look('silent', { lastSeenMs: NOW_MS - hours * HOUR_MS, daysSeen }).is;
  };
  assert.deepEqual([after(23), after(30), after(48), after(14 * 24)], ['gone', 'unsure', 'there', 'gone']);
  assert.equal(after(48, 6), 'unsure', 'it is not usually worn');
});

test('in a workout that goes on five minutes are long', () => {
  const after = (minutes: number, isInWorkout: boolean | null = true) =>
    look('workout', { lastSeenMs: NOW_MS - minutes * MINUTE_MS }, { isInWorkout }).is;
  assert.deepEqual([after(4), after(5), after(5, false), after(5, null)], ['gone', 'there', 'gone', 'unsure']);
});

test('dead frames matter from 5 % on, when there are twenty', () => {
  const of = (deadLetters: number | null, recentFrames: number) =>
    look('dead_letters', { recentFrames }, { deadLetters });
  assert.deepEqual(of(50, 950), { is: 'there', value: 5, sinceMs: NOW_MS });
  assert.deepEqual([of(40, 960).is, of(20, 980).is, of(19, 0).is], ['unsure', 'gone', 'unsure']);
  assert.equal(of(null, 0).is, 'unsure', 'nobody can count them now');
});

test('a clock is off from five minutes on, and right again within two', () => {
  const by = (minutes: number) => look('clock', { clockOffsetMs: minutes * MINUTE_MS });
  assert.deepEqual(by(-6), { is: 'there', value: -6 * MINUTE_MS, sinceMs: well.lastSeenMs });
  assert.deepEqual([by(5).is, by(4).is, by(2).is, by(-2).is], ['there', 'unsure', 'gone', 'gone']);
});
