import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from './observe.ts';
import { spanBetween } from './span.ts';

const histogram = (counts: number[]) => ({
  bounds: [100, 200, Number.POSITIVE_INFINITY].map((atMost, i) => ({ atMost, count: counts[i] })),
});

const from: Observation = {
  atMs: 10_000,
  stores: { questdb: { atMs: 9_990, rows: 500 }, clickhouse: { atMs: 9_980, rows: 400 } },
  acceptedSamples: 600,
  cpuUs: new Map([
    ['questdb', 1_000],
    ['processors', 0],
    ['load', 0],
  ]),
  machineCpuUs: 1_000_000,
  latency: { questdb: histogram([90, 90, 90]), clickhouse: { bounds: [] } },
};
const to: Observation = {
  atMs: 12_000,
  stores: { questdb: { atMs: 11_990, rows: 2_500 }, clickhouse: { atMs: 12_980, rows: 1_400 } },
  acceptedSamples: 2_600,
  cpuUs: new Map([
    ['questdb', 4_000],
    ['processors', 3_000],
    ['load', 500],
  ]),
  machineCpuUs: 1_506_500,
  latency: { questdb: histogram([90, 190, 190]), clickhouse: histogram([10, 10, 10]) },
};

test('a span counts what came between its ends: stores by their own times, CPU by what a process worked on', () => {
  assert.deepEqual(spanBetween(from, to), {
    elapsedMs: 2_000,
    coresUsed: { own: 0.00325, others: 0.25 },
    acceptedPerS: 1_000,
    stores: {
      questdb: { rows: 2_000, rowsPerS: 1_000, latencyMs: { p50: 150, p99: 199 }, behindSamples: [100, 100] },
      clickhouse: { rows: 1_000, rowsPerS: 1_000 / 3, latencyMs: { p50: 50, p99: 99 }, behindSamples: [200, 1_200] },
    },
    cpuUsPerSample: { questdb: 1.5, processors: 2, load: 0.25 },
  });
});
