import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyActivity, anyLongActivity, foldRange } from './activity.arbitrary.ts';
import { createActivityMetrics, type LiveMetrics, restoreActivityMetrics } from './activity-metrics.ts';
import { naiveMetrics, valuesOf } from './naive-metrics.ts';

const RUNS = { numRuns: 150 };
const RELATIVE = 1e-9;

/** Throws with the path of the first number that differs by more than a billionth of itself. */
export function assertNear(actual: unknown, expected: unknown, path = ''): void {
  if (typeof actual === 'number' && typeof expected === 'number') {
    const slack = RELATIVE * Math.max(1, Math.abs(expected));
    assert.ok(Math.abs(actual - expected) <= slack, `${path} is ${actual}, expected ${expected}`);
    return;
  }
  if (actual === null || expected === null || typeof actual !== 'object' || typeof expected !== 'object') {
    assert.deepEqual(actual, expected, path);
    return;
  }
  assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort(), path);
  for (const key of Object.keys(actual)) {
    const of = (value: object) => (value as Record<string, unknown>)[key];
    assertNear(of(actual), of(expected), `${path}.${key}`);
  }
}

function restored(metrics: LiveMetrics): LiveMetrics {
  return restoreActivityMetrics(metrics.encodeHead(), metrics.blocks()).metrics;
}

describe('metrics of random activities, second by second,', () => {
  test('are those that a simple reading of all seconds gives', () => {
    fc.assert(
      fc.property(anyActivity, (activity) => {
        const metrics = createActivityMetrics(activity.config);
        foldRange(metrics, activity, 0, activity.seconds.length);
        assertNear(valuesOf(metrics.snapshot()), naiveMetrics(activity));
      }),
      RUNS,
    );
  });

  test('are the same when another process goes on from a checkpoint, wherever it was taken', () => {
    fc.assert(
      fc.property(anyActivity, fc.array(fc.nat(1_000), { maxLength: 5 }), (activity, cuts) => {
        const whole = createActivityMetrics(activity.config);
        foldRange(whole, activity, 0, activity.seconds.length);
        const marks = cuts.map((cut) => cut % activity.seconds.length).sort((a, b) => a - b);
        let metrics = createActivityMetrics(activity.config);
        let from = 0;
        for (const mark of [...marks, activity.seconds.length]) {
          foldRange(metrics, activity, from, mark);
          metrics = restored(metrics);
          from = mark;
        }
        assert.deepEqual(metrics.snapshot(), whole.snapshot());
        assert.deepEqual(metrics.encodeHead(), whole.encodeHead());
      }),
      RUNS,
    );
  });

  test('of hours are those of all seconds too, though the first are given up, shown and restored meanwhile', () => {
    fc.assert(
      fc.property(anyLongActivity, fc.integer({ min: 200, max: 900 }), (activity, window) => {
        const length = activity.seconds.length;
        let metrics = createActivityMetrics(activity.config);
        for (let from = 0; from < length; from += window) {
          const to = Math.min(length, from + window);
          const shown = metrics.snapshotWith(() => foldRange(metrics, activity, from, to));
          foldRange(metrics, activity, from, to);
          metrics = restored(metrics);
          assert.deepEqual(shown, metrics.snapshot());
        }
        assertNear(valuesOf(metrics.snapshot()), naiveMetrics(activity));
      }),
      // Each takes the simple reading seconds, so one that fails is shown as it is.
      { numRuns: 3, endOnFailure: true },
    );
  });

  test('show the newest seconds without keeping them, however those change before they are final', () => {
    fc.assert(
      fc.property(anyActivity, anyActivity, fc.integer({ min: 1, max: 90 }), (activity, other, window) => {
        const length = activity.seconds.length;
        const metrics = createActivityMetrics(activity.config);
        const misread = { ...other, config: activity.config };
        for (let from = 0; from < length; from += window) {
          const to = Math.min(length, from + window);
          metrics.snapshotWith(() => foldRange(metrics, misread, from, Math.min(to, misread.seconds.length)));
          const shown = metrics.snapshotWith(() => foldRange(metrics, activity, from, to));
          foldRange(metrics, activity, from, to);
          assert.deepEqual(shown, metrics.snapshot());
        }
        assertNear(valuesOf(metrics.snapshot()), naiveMetrics(activity));
      }),
      { numRuns: 60 },
    );
  });
});
