import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { createQuestDbSink } from './sink.ts';

type Table = [name: string, suspended: boolean, applied: number, accepted: number, error: string | null];

/** A QuestDB that knows its tables, and what it was told to alter. */
async function startQuestDb(t: TestContext, tables: Table[]) {
  const altered: string[] = [];
  const server = createServer((request, response) => {
    const sql = new URL(request.url ?? '', 'http://localhost').searchParams.get('query') ?? '';
    if (/^ALTER TABLE .* RESUME/.test(sql)) altered.push(sql);
    response.end(JSON.stringify({ dataset: /wal_tables/.test(sql) ? tables : [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const clock = createManualClock();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sink = createQuestDbSink({ url, clock, hotRetentionMs: 1_000, maxWalLagTransactions: 10 });
  await sink.open();
  t.after(async () => {
    await sink.close();
    server.closeAllConnections();
    server.close();
  });
  return { sink, clock, altered };
}

test('tables that an error suspended are resumed, again and again, and the sink waits', async (t) => {
  const tables: Table[] = [
    ['samples', true, 1, 9, 'No space left'],
    ['rr', true, 1, 2, 'No space left'],
    ['ledger', false, 5, 5, null],
  ];
  const { sink, clock, altered } = await startQuestDb(t, tables);
  const suspended = { ok: false, reason: "QuestDB's table samples is suspended" };
  assert.deepEqual(await sink.health(), suspended);
  assert.deepEqual(altered, ['ALTER TABLE "samples" RESUME WAL', 'ALTER TABLE "rr" RESUME WAL']);
  await clock.advance(2_000);
  assert.deepEqual(await sink.health(), suspended);
  assert.equal(altered.length, 2);
  tables[1] = ['rr', false, 2, 2, null];
  await clock.advance(4_000);
  assert.deepEqual(await sink.health(), suspended);
  assert.deepEqual(altered.slice(2), ['ALTER TABLE "samples" RESUME WAL']);
  tables[0] = ['samples', false, 9, 9, null];
  assert.deepEqual(await sink.health(), { ok: true });
});

test('a table that a person suspended is left alone', async (t) => {
  const { sink, altered } = await startQuestDb(t, [['samples', true, 1, 9, '']]);
  assert.deepEqual(await sink.health(), { ok: false, reason: "QuestDB's table samples is suspended" });
  assert.deepEqual(altered, []);
});
