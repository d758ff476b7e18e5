import { before } from 'node:test';
import { closedAfterAll } from '../../../runtime/closings-for-tests.ts';
import { type ClickHouse, createClickHouse } from '../../clickhouse/clickhouse-client.ts';
import { startTestClickHouse } from '../../stores-for-tests.ts';
import { createClickHouseActivityStore } from '../clickhouse-activity-store.ts';
import { createClickHouseRecordStore } from './clickhouse-record-store.ts';
import { testRecordStore } from './record-store.conformance.ts';

const shared = closedAfterAll();
let clickHouse: ClickHouse;

before(async () => {
  const server = await startTestClickHouse();
  shared.after(server.stop);
  clickHouse = createClickHouse(server.url);
  shared.after(() => clickHouse.close());
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
