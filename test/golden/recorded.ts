import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readActivityFile } from '../../files/read-activity-file.ts';
import { createActivityMetrics, type LiveMetrics } from '../../processors/activities/metrics/activity-metrics.ts';
import type { MetricsConfig } from '../../processors/activities/metrics/config.ts';
import { SecondsWindow } from '../../processors/activities/metrics/seconds-window.ts';
import { channelIndex } from '../../schemas/channels.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures');
const WINDOW_S = 15;

/** Imports a recording and folds all of it, as a live activity would be. */
export async function foldRecording(name: string, config: Omit<MetricsConfig, 'startS'>): Promise<LiveMetrics> {
  const bytes = readFileSync(resolve(FIXTURES, name));
  const outcome = await readActivityFile(bytes, { maxBytes: 10_000_000, nowMs: Date.UTC(2026, 0, 1) });
  assert.equal(outcome.kind, 'read');
  const [{ samples }] = outcome.activities;
  const startS = Math.floor(samples.timesMs[0] / 1000);
  const metrics = createActivityMetrics({ ...config, startS });
  const window = new SecondsWindow(startS, WINDOW_S);
  const fold = (untilS: number) => window.takeUntil(untilS, (atS, rows, from) => metrics.fold(atS, rows, from));
  const columns = Object.entries(samples.columns).map(([channel, column]) => ({
    ...column,
    channel: channelIndex(channel),
  }));
  samples.timesMs.forEach((timeMs, i) => {
    fold(Math.floor(timeMs / 1000) - WINDOW_S + 1);
    for (const { channel, values, missing } of columns) {
      if (missing[i] === 0) assert.equal(window.put(timeMs, 0, channel, values[i]), 'taken');
    }
  });
  fold(Number.MAX_SAFE_INTEGER);
  return metrics;
}
