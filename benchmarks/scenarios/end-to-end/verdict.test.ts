import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Findings, judge } from './verdict.ts';

const store = (rowsPerS: number) => ({
  rows: 0,
  rowsPerS,
  latencyMs: { p50: 1, p99: 812 },
  behindSamples: [10, 2_000] as const,
});
const load = {
  sendings: 300,
  framesAcknowledged: 300,
  samplesAcknowledged: 3_000,
  dead: 0,
  refusals: 0,
  lostConnections: 0,
  startedAtMs: 1_700_000_000_000,
  elapsedMs: 1_000,
  cpuMs: 80,
  packetBytes: 280,
  ackP50Ms: 3,
  ackP99Ms: 9.25,
  ackMaxMs: 12,
};
const good: Findings = {
  span: {
    elapsedMs: 1_000,
    coresUsed: { own: 1.5, others: 0.25 },
    acceptedPerS: 151_000,
    stores: { questdb: store(150_000), clickhouse: store(160_400) },
    cpuUsPerSample: { ingest: 1, questdb: 2.5 },
  },
  course: [],
  loads: [load],
  dead: 0,
  expectedRows: 3_000,
  rows: { questdb: 3_000, clickhouse: 3_000 },
  options: { requiredSamplesPerS: 150_000, offeredSamplesPerS: 165_000 },
};

test('a run passes when every store was fast enough and holds what was acknowledged', () => {
  const { lines, reasons } = judge(good);
  assert.deepEqual(reasons, []);
  assert.deepEqual(lines, [
    'throughput  150,000 samples/s into both stores (QuestDB 150,000, ClickHouse 160,400)',
    'load        165,000 samples/s offered, 151,000 accepted',
    'p99         frame to acknowledgement 9.3 ms; frame to QuestDB 812 ms, ClickHouse 812 ms',
    'behind      QuestDB 10 → 2,000 samples, ClickHouse 10 → 2,000 samples',
    'CPU µs      3.50 a sample: questdb 2.50, ingest 1.00',
    'cores       1.50 used by the run, 0.25 by others on the machine',
    'rows        3,000 acknowledged; distinct in QuestDB 3,000, ClickHouse 3,000',
  ]);
});

test('every way to break the rule has its reason: slow, lost, doubled, dead, refused', () => {
  const { reasons } = judge({
    ...good,
    span: { ...good.span, stores: { questdb: store(149_999), clickhouse: store(160_000) } },
    loads: [load, { ...load, refusals: 2, lostConnections: 1 }],
    dead: 4,
    rows: { questdb: 2_990, clickhouse: 3_010 },
  });
  assert.deepEqual(reasons, [
    'QuestDB wrote 149,999 samples/s, 150,000 are required',
    '3,000 samples were acknowledged, QuestDB holds 2,990',
    '3,000 samples were acknowledged, ClickHouse holds 3,010',
    '4 frames became dead letters',
    'frames were refused 2 times and connections lost 1 times',
  ]);
});
