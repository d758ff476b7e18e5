import { KINDS } from '../../schemas/channels.ts';
import { BATCH_HEADERS } from '../../schemas/names.ts';
import { clickHouseOfAllTests } from '../clickhouse/clickhouse-for-tests.ts';
import { testActivityStore } from './activity-store.conformance.ts';
import { createClickHouseActivityStore } from './clickhouse-activity-store.ts';

const open = clickHouseOfAllTests();

testActivityStore('ClickHouse', async () => {
  const clickHouse = open();
  for (const table of [...KINDS, 'activities', 'efforts'])
    await clickHouse.command(`TRUNCATE TABLE slipstream.${table}`);
  return {
    store: createClickHouseActivityStore(clickHouse),
    async storeRaw(messages) {
      for (const { header, data } of messages) {
        const table = `slipstream.${header(BATCH_HEADERS.kind)}`;
        await clickHouse.insert(`INSERT INTO ${table} FORMAT Native`, [data as Uint8Array<ArrayBuffer>]);
      }
    },
    async shown() {
      const rows = await clickHouse.select(`SELECT
  id, revision, status, toUnixTimestamp64Milli(start) AS start_ms, toUnixTimestamp64Milli(end) AS end_ms, distance_m,
  settings_version,
  (SELECT groupArray(name) FROM slipstream.efforts AS e FINAL
    WHERE e.kind = 'distance' AND (e.activity, e.revision) IN (SELECT id, revision FROM slipstream.activities FINAL)
  ) AS efforts
FROM slipstream.activities FINAL`);
      return rows.map((row) => ({
        id: String(row.id),
        revision: Number(row.revision),
        status: String(row.status),
        startMs: Number(row.start_ms),
        endMs: Number(row.end_ms),
        distanceM: row.distance_m as number | null,
        settingsVersion: Number(row.settings_version),
        efforts: row.efforts as string[],
      }));
    },
  };
});
