import { clickHouseOfAllTests } from '../../clickhouse/clickhouse-for-tests.ts';
import { createClickHouseActivityStore } from '../clickhouse-activity-store.ts';
import { createClickHouseRecordStore } from './clickhouse-record-store.ts';
import { testRecordStore } from './record-store.conformance.ts';

const open = clickHouseOfAllTests();

testRecordStore('ClickHouse', async () => {
  const clickHouse = open();
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
