import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Engine } from './engine.ts';
import { freePorts } from './ports.ts';
import { type QuestDbUrls, startQuestDb } from './questdb.ts';

const WAIT_MS = 10_000;
const dir = mkdtempSync(join(tmpdir(), 'slipstream-questdb-'));
const [httpPort = 0, pgPort = 0] = await freePorts(2);
let server: Engine<QuestDbUrls> | undefined;
const start = () => startQuestDb({ dir, httpPort, pgPort, maxHeapMb: 256 });

after(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function query<Row extends pg.QueryResultRow>(urls: QuestDbUrls, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: urls.pg });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('rows sent by ILP survive kill -9 of QuestDB, and a PostgreSQL client reads them', async () => {
  server = await start();
  await query(
    server.urls,
    'CREATE TABLE t (ts TIMESTAMP, x LONG) TIMESTAMP(ts) PARTITION BY DAY WAL DEDUP UPSERT KEYS(ts)',
  );
  const body = Array.from({ length: 100 }, (_, i) => `t x=${i}i ${i + 1}000000\n`).join('');
  const response = await fetch(`${server.urls.http}/write`, { method: 'POST', body });
  assert.equal(response.status, 204, await response.text());
  server.kill('SIGKILL');
  await server.exited;

  server = await start();
  const count = async () => Number((await query<{ n: string }>(server!.urls, 'SELECT count() n FROM t'))[0]?.n);
  // What was acknowledged is in the write-ahead log; it shows once that has been applied.
  const untilMs = Date.now() + WAIT_MS;
  let rows = await count();
  for (; rows < 100 && Date.now() < untilMs; rows = await count()) await delay(20);
  assert.equal(rows, 100);
});
