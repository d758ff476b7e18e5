import { after, before } from 'node:test';
import { type ClickHouse, createClickHouse } from '../../clickhouse/clickhouse-client.ts';
import { startTestClickHouse, type TestStore } from '../../stores-for-tests.ts';
import { createClickHouseActivityStore } from '../clickhouse-activity-store.ts';
import { createClickHouseRecordStore } from './clickhouse-record-store.ts';
import { testRecordStore } from './record-store.conformance.ts';

let server: TestStore;
let clickHouse: ClickHouse;

before(async () => {
  server = await startTestClickHouse();
  clickHouse = createClickHouse(server.url);
});

after(async () => {
  await clickHouse?.close();
  await server?.stop();
});

testRecordStore('ClickHouse', async () => {
  for (const table of ['activities', 'efforts', 'records'])
    await clickHouse.command(`TRUNCATE TABLE slipstream.${table}`);
  const activities = createClickHouseActivityStore(clickHouse);
  return {
    store: createClickHouseRecordStore(clickHouse),
    async storeActivities(records) {
      for (const record of records) await activities.write([record], 1);
    },
  };
});
