import { after, before, describe } from 'node:test';
import { closedAfterAll } from '../../runtime/closings-for-tests.ts';
import { createTestApi } from '../api-for-tests.ts';
import { noPostgresql, openTestPostgresql } from '../database/postgresql-for-tests.ts';
import { startTestClickHouse, type TestClickHouse } from '../samples/stores-for-tests.ts';
import { createClickHouseQueries } from '../stores/clickhouse-client.ts';
import { createClickHouseDeviceReader } from './clickhouse.ts';
import { testDevices } from './conformance.ts';
import { deviceReaderConformance } from './conformance-of-reader.ts';
import type { SeenRow } from './memory-reader.ts';

describe('devices on a PostgreSQL', { skip: noPostgresql }, () => {
  let database: Awaited<ReturnType<typeof openTestPostgresql>>;
  before(async () => {
    database = await openTestPostgresql();
  });
  after(() => database?.stop());

  testDevices((t) => createTestApi(t, { database }));
});

const shared = closedAfterAll();

/** Of every kind in turn: a boot counts its frames whatever they carry. Only samples measure the battery. */
async function insertRows(clickhouse: TestClickHouse, rows: readonly SeenRow[]): Promise<void> {
  const stored = rows.map(({ boot, tsMs, battery, offsetMs, ...rest }, i) => ({
    kind: battery !== null ? 'samples' : (['samples', 'rr', 'events'] as const)[i % 3],
    row: {
      ...rest,
      boot: BigInt(`0x${boot}`).toString(),
      ts: new Date(tsMs).toISOString().slice(0, -1),
      device_time: new Date(tsMs - offsetMs).toISOString().slice(0, -1),
      source: `s${i}`,
    },
    battery,
  }));
  for (const kind of ['samples', 'rr', 'events'] as const) {
    const own = stored.filter((one) => one.kind === kind);
    const withBattery = own.map(({ row, battery }) => (kind === 'samples' ? { ...row, battery } : row));
    await clickhouse.insertRows(kind, withBattery);
  }
}

deviceReaderConformance('ClickHouse', async () => {
  const clickhouse = await startTestClickHouse(shared.after);
  const client = createClickHouseQueries({ url: clickhouse.url, timeoutMs: 20_000, maxConnections: 4 });
  shared.after(() => client.close());
  return { reader: createClickHouseDeviceReader(client), insert: (rows) => insertRows(clickhouse, rows) };
});
