import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capacityOf, costUs, LAYOUTS, processesFor, type StageCosts } from './capacity.ts';

const costs: StageCosts = {
  ingest: 1,
  nats: 0.5,
  questdbSink: 0.5,
  clickhouseSink: 0.25,
  shardHolder: 0.75,
  questdb: 2,
  clickhouse: 2,
};

test('copies of streams and replicas cost again, all else once', () => {
  assert.deepEqual(
    LAYOUTS.map((layout) => costUs(costs, layout)),
    [7, 7, 12],
  );
});

test('cores bound a small layout, the one writer of a QuestDB table a big one', () => {
  const [small, big, three] = LAYOUTS.map((layout) => capacityOf(costs, layout));
  assert.deepEqual(small, { byCores: 200_000, byQuestDbWriter: 500_000, samplesPerS: 200_000 });
  assert.deepEqual(big, { byCores: 1_600_000, byQuestDbWriter: 500_000, samplesPerS: 500_000 });
  assert.equal(Math.round(three.byCores), 2_800_000);
});

test('a stage gets as many processes as its work needs, and at least one', () => {
  assert.equal(processesFor(1, 1_400_000), 2);
  assert.equal(processesFor(0.01, 1_000), 1);
});
