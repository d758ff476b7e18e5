import { before } from 'node:test';
import { closedAfterAll } from '../../../runtime/closings-for-tests.ts';
import { type ClickHouse, createClickHouse } from '../../clickhouse/clickhouse-client.ts';
import { startTestClickHouse } from '../../stores-for-tests.ts';
import { createClickHouseGearStore } from './clickhouse-gear-store.ts';
import { testGearStore } from './gear-store.conformance.ts';

const shared = closedAfterAll();
let clickHouse: ClickHouse;

before(async () => {
  const server = await startTestClickHouse();
  shared.after(server.stop);
  clickHouse = createClickHouse(server.url);
  shared.after(() => clickHouse.close());
});

testGearStore('ClickHouse', async () => {
  await clickHouse.command('TRUNCATE TABLE slipstream.gear_load');
  return {
    store: createClickHouseGearStore(clickHouse),
    async totals() {
      const rows = await clickHouse.select(
        `SELECT gear, activities, distance_m, impacts, air_temperature_min_c
FROM slipstream.gear_totals ORDER BY gear, athlete`,
      );
      return rows.map((row) => ({
        gear: String(row.gear),
        activities: Number(row.activities),
        distanceM: row.distance_m as number | null,
        impacts: row.impacts === null ? null : Number(row.impacts),
        minTemperatureC: row.air_temperature_min_c as number | null,
      }));
    },
  };
});
