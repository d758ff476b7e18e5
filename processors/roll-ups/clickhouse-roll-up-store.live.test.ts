import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before } from 'node:test';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { type ClickHouseUrls, startClickHouse } from '../../stack/clickhouse.ts';
import type { Engine } from '../../stack/engine.ts';
import { freePort } from '../../stack/ports.ts';
import { readMigrations } from '../migrations.ts';
import { createClickHouseRollUpStore, type RollUpClient } from './clickhouse-roll-up-store.ts';
import { rollUpColumns } from './roll-up-columns.ts';
import type { RollUpRow } from './roll-up-row.ts';
import { testRollUpStore } from './roll-up-store.conformance.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipstream-roll-ups-'));
let server: Engine<ClickHouseUrls>;
let client: ClickHouseClient;

before(async () => {
  server = await startClickHouse({ dir, port: await freePort(), user: 'writer', password: 'secret' });
  const { http: url, user: username, password } = server.urls;
  client = createClient({ url, username, password });
  for (const { statements } of readMigrations('clickhouse')) {
    for (const query of statements) await client.command({ query });
  }
});

after(async () => {
  await client?.close();
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const rollUpClient: RollUpClient = {
  async insert(query, body, signal) {
    const values = Readable.from([Buffer.from(body.buffer, body.byteOffset, body.length)]);
    const { stream } = await client.exec({ query, values, abort_signal: signal });
    stream.resume();
  },
  async command(query, params, signal) {
    await client.command({ query, query_params: { ...params }, abort_signal: signal });
  },
};

testRollUpStore('ClickHouse', async () => {
  for (const table of ['samples', 'rollup_10s']) await client.command({ query: `TRUNCATE TABLE slipstream.${table}` });
  const never = new AbortController().signal;
  return {
    store: createClickHouseRollUpStore(rollUpClient),
    async storeRaw(messages) {
      for (const { data } of messages) {
        if (data.length === 0) continue;
        await rollUpClient.insert('INSERT INTO slipstream.samples FORMAT Native', new Uint8Array(data), never);
      }
    },
    async rows() {
      const names = rollUpColumns().map(({ name }) => name);
      const result = await client.query({
        query: `SELECT * REPLACE toUnixTimestamp(ts) AS ts FROM slipstream.rollup_10s FINAL`,
        format: 'JSONEachRow',
        clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
      });
      const rows = await result.json<Record<string, never>>();
      return rows.map((row): RollUpRow => {
        const { device, athlete, source, ts, version, epoch, samples } = row;
        const values = Object.fromEntries(names.slice(7).map((name) => [name, row[name]]));
        return { device, athlete, source, tsMs: 1000 * ts, version, epoch, samples, values };
      });
    },
  };
});
