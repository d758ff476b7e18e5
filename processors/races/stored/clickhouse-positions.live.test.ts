import { after, before } from 'node:test';
import { type ClickHouse, createClickHouse } from '../../clickhouse/clickhouse-client.ts';
import { startTestClickHouse, type TestStore } from '../../stores-for-tests.ts';
import { createClickHousePositions } from './clickhouse-positions.ts';
import { testPositions } from './positions.conformance.ts';

let server: TestStore;
let clickHouse: ClickHouse;

before(async () => {
  // Its sink brings the schema up to date.
  server = await startTestClickHouse();
  clickHouse = createClickHouse(server.url);
});

after(async () => {
  await clickHouse?.close();
  await server?.stop();
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
