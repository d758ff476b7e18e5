import { after, before } from 'node:test';
import { createClickHouseReader } from './clickhouse.ts';
import { sampleReaderConformance } from './conformance.ts';
import { createQuestDbReader } from './questdb.ts';
import type { SampleReader } from './reader.ts';
import { startTestClickHouse, startTestQuestDb, type TestStore } from './stores-for-tests.ts';

const TIMEOUT_MS = 20_000;
let questdb: TestStore;
let clickhouse: TestStore;
const closings: (() => Promise<void>)[] = [];

before(async () => {
  questdb = await startTestQuestDb((stop) => closings.push(stop));
  clickhouse = await startTestClickHouse((stop) => closings.push(stop));
});

after(async () => {
  for (const close of closings.reverse()) await close();
});

function opened(reader: SampleReader): SampleReader {
  closings.push(() => reader.close());
  return reader;
}

sampleReaderConformance('QuestDB', async () => ({
  reader: opened(createQuestDbReader({ url: questdb.url, timeoutMs: TIMEOUT_MS })),
  insert: questdb.insert,
}));

for (const usesRollUps of [true, false]) {
  sampleReaderConformance(`ClickHouse ${usesRollUps ? 'with' : 'without'} roll-ups`, async () => ({
    reader: opened(
      createClickHouseReader({ url: clickhouse.url, timeoutMs: TIMEOUT_MS, maxConnections: 4, usesRollUps }),
    ),
    insert: clickhouse.insert,
  }));
}
