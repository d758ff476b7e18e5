import { before } from 'node:test';
import { closedAfterAll } from '../../../runtime/closings-for-tests.ts';
import { type ClickHouse, createClickHouse } from '../../clickhouse/clickhouse-client.ts';
import { startTestClickHouse } from '../../stores-for-tests.ts';
import { createClickHousePositions } from './clickhouse-positions.ts';
import { testPositions } from './positions.conformance.ts';

const shared = closedAfterAll();
let clickHouse: ClickHouse;

before(async () => {
  // Its sink brings the schema up to date.
  const server = await startTestClickHouse();
  shared.after(server.stop);
  clickHouse = createClickHouse(server.url);
  shared.after(() => clickHouse.close());
});

testPositions('ClickHouse', async () => {
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
