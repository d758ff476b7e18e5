import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { closedAfterAll } from '../../../runtime/closings-for-tests.ts';
import { TABLES_OF_ATHLETES } from '../../../schemas/deleted-athlete.ts';
import { createTestApi } from '../../api-for-tests.ts';
import { noPostgresql, openTestPostgresql } from '../../database/postgresql-for-tests.ts';
import { startTestClickHouse, type TestClickHouse } from '../../samples/stores-for-tests.ts';
import { createClickHouseQueries } from '../../stores/clickhouse-client.ts';
import { createClickHouseSamples } from './clickhouse-samples.ts';
import { testExports } from './conformance.ts';

describe('exports on a PostgreSQL', { skip: noPostgresql }, () => {
  let database: Awaited<ReturnType<typeof openTestPostgresql>>;
  before(async () => {
    database = await openTestPostgresql();
  });
  after(() => database?.stop());

  testExports((t) => createTestApi(t, { database }));
});

describe('exports from ClickHouse', () => {
  const t = closedAfterAll();
  let store: TestClickHouse;
  before(async () => {
    store = await startTestClickHouse(t.after);
  });

  test('every table with a column athlete is exported, a file a month, and only that athlete’s rows', async () => {
    const clickhouse = createClickHouseQueries({ url: store.url, timeoutMs: 60_000, maxConnections: 4 });
    t.after(() => clickhouse.close());
    const tables = await clickhouse.select(
      `SELECT DISTINCT c.table FROM system.columns AS c INNER JOIN system.tables AS t
        ON c.database = t.database AND c.table = t.name
      WHERE c.database = 'slipstream' AND c.name = 'athlete' AND t.engine LIKE '%MergeTree' ORDER BY 1`,
      {},
    );
    assert.deepEqual(tables.flat(), [...TABLES_OF_ATHLETES].sort());
    const june = Date.UTC(2026, 5, 30, 23, 59, 58);
    const raw = { device: 'watch-1', source: 'gps', firmware: 'a "b", c', boot: 1, seq: 1 };
    const rows = Array.from({ length: 2_000 }, (_, i) => ({
      ...raw,
      device_time: june + i * 1_000,
      ts: june + i * 1_000,
    }));
    for (const athlete of ['ann', 'ben']) {
      const device = `${athlete}-1`;
      await store.insertRows(
        'samples',
        rows.map((row) => ({ ...row, athlete, device })),
      );
    }
    // The same again: one row each.
    await store.insertRows(
      'samples',
      rows.map((row) => ({ ...row, athlete: 'ann', device: 'ann-1' })),
    );
    const signal = AbortSignal.timeout(60_000);
    const files = await createClickHouseSamples(clickhouse).files('ann', signal);
    const told: unknown[] = [];
    for (const { name, content, count } of files) {
      const pieces: Buffer[] = [];
      for await (const piece of content) pieces.push(Buffer.from(piece as Uint8Array));
      const [head, ...lines] = Buffer.concat(pieces).toString().trimEnd().split('\n');
      assert.ok(head.split(',').includes('athlete'));
      assert.equal(
        lines.every((line) => line.includes('"ann"') && line.includes('"a ""b"", c"')),
        true,
      );
      told.push([name, lines.length, count()]);
    }
    assert.deepEqual(told, [
      ['samples/samples-2026-06.csv', 2, 2],
      ['samples/samples-2026-07.csv', 1_998, 1_998],
    ]);
  });
});
