import { before } from 'node:test';
import { closedAfterAll } from '../../runtime/closings-for-tests.ts';
import { createClickHouseQueries } from '../stores/clickhouse-client.ts';
import { createQuestDbClient } from '../stores/questdb-client.ts';
import { createClickHouseReader } from './clickhouse.ts';
import { sampleReaderConformance } from './conformance.ts';
import { createQuestDbReader } from './questdb.ts';
import { startTestClickHouse, startTestQuestDb, type TestStore } from './stores-for-tests.ts';

const TIMEOUT_MS = 20_000;
let questdb: TestStore;
let clickhouse: TestStore;
const shared = closedAfterAll();

before(async () => {
  questdb = await startTestQuestDb(shared.after);
  clickhouse = await startTestClickHouse(shared.after);
});

sampleReaderConformance('QuestDB', async () => ({
  reader: createQuestDbReader(createQuestDbClient({ url: questdb.url, timeoutMs: TIMEOUT_MS })),
  insert: questdb.insert,
}));

for (const usesRollUps of [true, false]) {
  sampleReaderConformance(`ClickHouse ${usesRollUps ? 'with' : 'without'} roll-ups`, async () => {
    const client = createClickHouseQueries({ url: clickhouse.url, timeoutMs: TIMEOUT_MS, maxConnections: 4 });
    shared.after(() => client.close());
    return { reader: createClickHouseReader({ client, usesRollUps }), insert: clickhouse.insert };
  });
}
