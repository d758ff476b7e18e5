import { clickHouseOfAllTests } from '../../clickhouse/clickhouse-for-tests.ts';
import { createClickHouseGearStore } from './clickhouse-gear-store.ts';
import { testGearStore } from './gear-store.conformance.ts';

const open = clickHouseOfAllTests();

testGearStore('ClickHouse', async () => {
  const clickHouse = open();
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
