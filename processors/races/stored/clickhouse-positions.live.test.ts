import { clickHouseOfAllTests } from '../../clickhouse/clickhouse-for-tests.ts';
import { createClickHousePositions } from './clickhouse-positions.ts';
import { testPositions } from './positions.conformance.ts';

const open = clickHouseOfAllTests();

testPositions('ClickHouse', async () => {
  const clickHouse = open();
  await clickHouse.command('TRUNCATE TABLE slipstream.samples');
  return {
    store: createClickHousePositions(clickHouse),
    async storeRaw(messages) {
      for (const { data } of messages) {
        await clickHouse.insert('INSERT INTO slipstream.samples FORMAT Native', [data as Uint8Array<ArrayBuffer>]);
      }
    },
  };
});
