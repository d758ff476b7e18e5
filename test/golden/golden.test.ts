import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import type { Sport } from '../../processors/activities/metrics/config.ts';
import type { ActivityMetrics, Effort, MetricName, Peak, Split } from '../../schemas/activity-metrics.ts';
import type { AthleteProfile } from '../../schemas/settings-at.ts';
import { foldRecording } from './recorded.ts';

interface Expected {
  readonly sport: Sport;
  readonly altitudeSource: 'barometer' | 'gps';
  readonly metrics: Record<string, { value: unknown; tolerance: number }>;
}

// Written by golden.py, which says how to write it again.
const { athlete, recordings }: { athlete: AthleteProfile; recordings: Record<string, Expected> } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, 'expected.json'), 'utf8'),
);

function assertWithin(actual: unknown, expected: unknown, tolerance: number, path: string): void {
  if (typeof expected === 'number') {
    assert.ok(typeof actual === 'number' && !Number.isNaN(actual), `${path} is ${actual}, expected ${expected}`);
    const off = Math.abs(actual - expected);
    assert.ok(off <= tolerance + 1e-12, `${path} is ${actual}, expected ${expected}: ${off} off`);
    return;
  }
  if (typeof expected !== 'object' || expected === null) return assert.deepEqual(actual, expected, path);
  assert.deepEqual(Object.keys(actual as object), Object.keys(expected), path);
  for (const [key, value] of Object.entries(expected)) {
    assertWithin((actual as Record<string, unknown>)[key], value, tolerance, `${path}.${key}`);
  }
}

/** Curves and efforts by what they are over, of those that the script looked at; splits as their times. */
function comparable(metrics: ActivityMetrics, name: string, expected: unknown): unknown {
  const { value } = metrics[name as MetricName];
  const keys = Object.keys(expected ?? {});
  if (name === 'splits_metric') return (value as Split[]).map(({ elapsedS }) => elapsedS);
  if (name === 'peak_power') return pick(value as Peak[], keys, ({ durationS, value }) => [String(durationS), value]);
  if (name === 'best_efforts') return pick(value as Effort[], keys, ({ name, elapsedS }) => [name, elapsedS]);
  return value;
}

function pick<T>(list: readonly T[], keys: readonly string[], entry: (one: T) => [string, number]) {
  const all = new Map(list.map(entry));
  return Object.fromEntries(keys.map((key) => [key, all.get(key)]));
}

describe('what an independent script computes from the recordings is what we compute:', () => {
  for (const [recording, { sport, altitudeSource, metrics: expected }] of Object.entries(recordings)) {
    const folded = foldRecording(recording, { sport, altitudeSource, profile: athlete });
    for (const [name, { value, tolerance }] of Object.entries(expected)) {
      test(`${name} of ${recording}`, async () => {
        const metrics = (await folded).snapshot();
        assertWithin(comparable(metrics, name, value), value, tolerance, name);
      });
    }
  }
});
