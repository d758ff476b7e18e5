import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { systemClock } from '../../runtime/clock.ts';
import { type ClickHouseUrls, startClickHouse } from '../../stack/clickhouse.ts';
import type { Engine } from '../../stack/engine.ts';
import { freePort } from '../../stack/ports.ts';
import { type ClickHouse, createClickHouse } from '../clickhouse/clickhouse-client.ts';
import { readMigrations } from '../migrations.ts';
import { createClickHouseRollUpStore } from './clickhouse-roll-up-store.ts';
import { testRollUpStore } from './roll-up-store.conformance.ts';
import { readStoredRollUps } from './stored-roll-ups-for-tests.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipstream-roll-ups-'));
let server: Engine<ClickHouseUrls>;
let clickHouse: ClickHouse;

before(async () => {
  const port = await freePort();
  server = await startClickHouse({ dir, port, user: 'writer', password: 'secret' });
  clickHouse = createClickHouse(`http://writer:secret@127.0.0.1:${port}`);
  for (const { statements } of readMigrations('clickhouse')) {
    for (const statement of statements) await clickHouse.command(statement);
  }
});

after(async () => {
  await clickHouse?.close();
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

testRollUpStore('ClickHouse', async () => {
  for (const table of ['samples', 'rollup_10s']) await clickHouse.command(`TRUNCATE TABLE slipstream.${table}`);
  return {
    store: createClickHouseRollUpStore(clickHouse, { clock: systemClock, joinMs: 1, maxJoinedBytes: 1024 * 1024 }),
    async storeRaw(messages) {
      for (const { data } of messages) {
        if (data.length > 0) await clickHouse.insert('INSERT INTO slipstream.samples FORMAT Native', [data]);
      }
    },
    rows: () => readStoredRollUps(clickHouse),
  };
});
