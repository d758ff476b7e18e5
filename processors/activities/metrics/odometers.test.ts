import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldRecording } from '../../../test/golden/recorded.ts';
import { createActivityMetrics } from './activity-metrics.ts';
import { DISTANCE, DISTANCE_ORIGIN, EMPTY_ROW, SPEED } from './grid.ts';

const START_S = Date.UTC(2026, 0, 1) / 1000;
const CONFIG = { sport: 'run', profile: {}, altitudeSource: 'barometer' } as const;

/** A minute at 3 m/s. In its middle the counter says something else, by `jumpM` and of the device `origin`. */
function runWith({ jumpM = 0, origin = 0, speeds = 'none' }: { jumpM?: number; origin?: number; speeds?: string }) {
  const metrics = createActivityMetrics({ ...CONFIG, startS: START_S });
  for (let s = 0; s <= 60; s++) {
    const row = Int32Array.from(EMPTY_ROW);
    row[DISTANCE] = 300 * s + (s < 30 ? 0 : 100 * jumpM);
    row[DISTANCE_ORIGIN] = s < 30 ? 0 : origin;
    const hasSpeed = speeds === 'all' || (speeds === 'from the jump on' && s >= 30);
    if (hasSpeed) row[SPEED] = 3_000;
    metrics.fold(START_S + s, row, 0);
  }
  const { value, quality } = metrics.snapshot().distance_m;
  return [value, quality.marks];
}

test('a counter that jumps, starts again or changes its device is marked: the way meanwhile is not known', () => {
  assert.deepEqual(runWith({}), [180, []]);
  for (const reset of [{ jumpM: 40 }, { jumpM: -87 }, { origin: 1 }]) {
    assert.deepEqual(runWith(reset), [177, ['counter_reset']], JSON.stringify(reset));
  }
});

test('one whose way another odometer went on measuring is not: the distance lacks nothing', () => {
  for (const reset of [{ jumpM: 40 }, { jumpM: -87 }, { origin: 1 }]) {
    assert.deepEqual(runWith({ ...reset, speeds: 'all' }), [180, []], JSON.stringify(reset));
  }
});

test('an odometer that begins in the same second bridges nothing', () => {
  assert.deepEqual(runWith({ jumpM: 40, speeds: 'from the jump on' }), [177, ['counter_reset']]);
});

test('the recorded run, whose watch adds 27 m in its tenth second, is not marked for it: positions go on', async () => {
  const { distance_m } = (await foldRecording('run-fenix2.fit', CONFIG)).snapshot();
  assert.deepEqual(distance_m.quality.marks, []);
});
