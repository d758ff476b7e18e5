import { after, before } from 'node:test';
import { testSink } from './sink.conformance.ts';
import { startTestClickHouse, startTestQuestDb, type TestStore } from './stores-for-tests.ts';

let questdb: TestStore;
let clickhouse: TestStore;

before(async () => {
  [questdb, clickhouse] = await Promise.all([startTestQuestDb(), startTestClickHouse()]);
});

after(async () => {
  await Promise.all([questdb?.stop(), clickhouse?.stop()]);
});

testSink('QuestDB', async () => questdb);
testSink('ClickHouse', async () => clickhouse);
