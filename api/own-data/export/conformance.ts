import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import { storedActivity } from '../../activities/activity.arbitrary.ts';
import { recordedActivity } from '../../activities/export/recorded-activity.ts';
import { HOT_MS, NOW_MS } from '../../api-for-tests.ts';
import { assertStoredObjects } from '../../database/stored-objects-for-tests.ts';
import { listOf, notify, type Reader, recordNews, someone } from '../../notifications/news-for-tests.ts';
import type { TestApi } from '../../openapi-for-tests.ts';
import { createSampleHistory } from '../../samples/history.ts';
import { sampleRow } from '../../samples/rows.arbitrary.ts';
import { askExport, EXPORTS, exportOf, filesOfZip, readFit, sha256 } from './export-for-tests.ts';
import { LEFT_OUT, SECRET_COLUMNS, tablesOfPeople } from './person-rows.ts';
import { KEEP_MS } from './run-export.ts';

const problemOf = ({ status, body }: { status: number; body: { type?: string } }) => [
  status,
  body?.type?.replace('urn:slipstream:problem:', ''),
];
const stateOf = async (api: TestApi, token: string, id: string) => (await api.get(`${EXPORTS}/${id}`, token)).body;

/** What the export of all own data promises, on any PostgreSQL. */
export function testExports(open: (t: TestContext) => Promise<TestApi>): void {
  test('every table is exported, or left out with a reason; no column that opens something is', async (t) => {
    const { database } = await open(t);
    const { rows } = await sql<{ table: string; columns: string[] }>`
      select table_name::text as table, array_agg(column_name::text) as columns from information_schema.columns
      where table_schema = 'public' group by 1`.execute(database.kysely);
    const exported = new Map((await tablesOfPeople(database.kysely)).map((one) => [one.table, one]));
    const neither = rows.filter(({ table }) => !exported.has(table) && !Object.hasOwn(LEFT_OUT, table));
    assert.deepEqual(
      neither.map(({ table }) => table),
      [],
      'they need a person’s column, a way to one in BY_WAY_OF, or a reason in LEFT_OUT',
    );
    assert.deepEqual(
      Object.keys(LEFT_OUT).filter((table) => !rows.some((row) => row.table === table)),
      [],
    );
    for (const { table, columns, key } of exported.values()) {
      assert.ok(key.length > 0, `${table} has no primary key to page by`);
      assert.deepEqual(
        columns.filter((column) => /hash|secret|digest|password|salt|p256dh|^auth$|sealed/.test(column)),
        [],
        `${table}: a secret? SECRET_COLUMNS`,
      );
    }
    for (const [table, columns] of Object.entries(SECRET_COLUMNS)) {
      const own = rows.find((row) => row.table === table)?.columns ?? [];
      assert.deepEqual(
        columns.filter((column) => !own.includes(column)),
        [],
        table,
      );
    }
  });

  test('a person gets everything of theirs and nothing of others, with counts and digests that hold', async (t) => {
    const api = await open(t);
    const [ben, eva] = [await someone(api), await someone(api, 'eva@example.test')];
    const startMs = NOW_MS - HOT_MS - 60_000;
    const ride = storedActivity({ athlete: ben.athlete, startMs, endMs: startMs + 10_000 });
    api.activities.insert([ride, storedActivity({ athlete: eva.athlete, startMs })]);
    for (let s = 0; s < 10; s++) {
      const channels = { heart_rate: 120 + s, latitude: 500_000_000 + s, longitude: 80_000_000 };
      api.cold.insert([sampleRow({ tsMs: startMs + s * 1_000 }, channels)]);
    }
    for (const who of [ben, eva]) await notify(api, recordNews(who, `of ${who.email}`, api.clock.nowMs()));
    // More than a page of rows.
    const many = Array.from({ length: 1_203 }, (_, i) => ({
      account: ben.account,
      kind: 'healthData',
      number: 100 + i,
    }));
    for (let i = 0; i < many.length; i += 400) {
      const rows = many.slice(i, i + 400).map((one) => ({ ...one, is_given: true, text: 'x', at: new Date(NOW_MS) }));
      await api.database.kysely
        .insertInto('consents')
        .values(rows as never)
        .execute();
    }
    const { zip } = await exportOf(api, ben.token);
    const files = await filesOfZip(zip);
    const manifest = JSON.parse(files.get('manifest.json')!.toString());
    assert.deepEqual(
      manifest.files.map(({ name, bytes, sha256: digest }: { name: string; bytes: number; sha256: string }) => [
        ...[name, bytes, digest],
      ]),
      [...files]
        .filter(([name]) => name !== 'manifest.json' && name !== 'README.txt')
        .map(([name, bytes]) => [name, bytes.length, sha256(bytes)]),
    );
    assert.deepEqual(manifest.leftOut, []);
    const database = (await tablesOfPeople(api.database.kysely)).map(({ table }) => `database/${table}.json`);
    const activity = [...files.keys()].find((name) => name.startsWith('activities/'))!;
    const rest = ['product-events.json', 'races.json', 'samples/samples-2026-06.csv', activity];
    assert.deepEqual([...files.keys()], ['README.txt', ...database, ...rest, 'manifest.json']);
    const read = (table: string) => JSON.parse(files.get(`database/${table}.json`)!.toString());
    assert.deepEqual(
      [read('accounts').length, read('accounts')[0].email, Object.hasOwn(read('accounts')[0], 'password_hash')],
      [1, ben.email, false],
    );
    const numbers = read('consents').map(({ number }: { number: number }) => number);
    assert.equal(new Set(numbers).size, 1_204);
    assert.equal(numbers.length, 1_204);
    assert.equal(read('notifications').length, 1);
    const text = [...files.values()].map((bytes) => bytes.toString()).join('\n');
    for (const other of [eva.account, eva.athlete, eva.email]) assert.equal(text.includes(other), false, other);
    const { hot, cold, clock } = api;
    const history = createSampleHistory({ hot, cold, clock, hotMs: HOT_MS });
    const stored = (await recordedActivity(history, ride, AbortSignal.timeout(60_000)))!;
    const [again] = await readFit(files.get(activity)!, NOW_MS);
    assert.deepEqual([...again.samples.timesMs], [...stored.samples.timesMs], 'an exported file is the same activity');
    assert.deepEqual([...again.samples.columns.heart_rate.values], [...stored.samples.columns.heart_rate.values]);
  });

  test('one is written at a time, for its owner alone, for three days', async (t) => {
    const api = await open(t);
    const [ben, eva] = [await someone(api), await someone(api, 'eva@example.test')];
    assert.deepEqual(problemOf(await askExport(api, ben.token, 'not the one')), [401, 'wrong_credentials']);
    const asked = await askExport(api, ben.token);
    const { id, ...rest } = asked.body;
    const fresh = { state: 'waiting', progress: 0, bytes: 0, createdMs: api.clock.nowMs() };
    assert.deepEqual([asked.status, rest], [202, { ...fresh, endedMs: null, expiresMs: null }]);
    assert.equal(asked.headers.location, `${EXPORTS}/${id}`);
    assert.deepEqual(problemOf(await askExport(api, ben.token)), [409, 'export_under_way']);
    const file = `${EXPORTS}/${id}/file`;
    assert.deepEqual(problemOf(await api.get(file, ben.token)), [409, 'export_not_ready']);
    await api.jobs.runAll();
    const ready = await stateOf(api, ben.token, id);
    assert.deepEqual([ready.state, ready.progress, ready.expiresMs], ['ready', 1, api.clock.nowMs() + KEEP_MS]);
    assert.deepEqual(problemOf(await api.get(file, eva.token)), [404, 'unknown_export']);
    assert.deepEqual(problemOf(await api.get(`${EXPORTS}/${id}`, eva.token)), [404, 'unknown_export']);
    await api.identity.outbox.runDue();
    assert.equal(api.mailer.caught()[0].subject, 'Somebody asked for all that is kept of you');
    await assertToldReady(api, ben, ready);
    assert.equal((await api.get(EXPORTS, ben.token)).body.exports.length, 1);
    await api.database.kysely
      .updateTable('exports')
      .set({ expires_at: new Date(api.clock.nowMs()) })
      .execute();
    assert.deepEqual(problemOf(await api.get(file, ben.token)), [404, 'unknown_export'], 'its time is over');
    await api.exports.forgetOld();
    assert.deepEqual(api.objects.keys(), []);
  });

  test('what breaks off leaves nothing, begins anew, and is told as failed in the end', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const { id } = (await askExport(api, ben.token)).body;
    const { list } = api.activities;
    api.activities.list = async () => Promise.reject(new Error('ClickHouse is away'));
    await api.jobs.runAll();
    assert.deepEqual([(await stateOf(api, ben.token, id)).state, api.objects.keys()], ['writing', []]);
    // A process that died in the middle has left a part.
    await api.objects.put(`exports/${id}/1-0`, Buffer.from('half'));
    await api.database.kysely.updateTable('exports').set({ parts: 1 }).execute();
    api.activities.list = list;
    await api.jobs.runAll();
    assert.equal((await stateOf(api, ben.token, id)).state, 'ready');
    assert.deepEqual(api.objects.keys(), [`exports/${id}/2-0`]);
    await assertStoredObjects(api);
    const other = (await askExport(api, ben.token)).body;
    api.activities.list = async () => Promise.reject(new Error('ClickHouse is away'));
    await api.jobs.runAll({ isLast: true });
    assert.equal((await stateOf(api, ben.token, other.id)).state, 'failed');
    const titles = (await listOf(api, ben)).notifications.map(({ title }: { title: string }) => title);
    assert.deepEqual(titles, ['Your data could not be written to a file', 'All that is kept of you is ready']);
    assert.equal((await askExport(api, ben.token)).status, 202, 'and may be asked for again');
  });

  test('an export goes with the account, also one that is being written', async (t) => {
    const api = await open(t);
    const [ben, eva] = [await someone(api), await someone(api, 'eva@example.test')];
    await exportOf(api, ben.token);
    const under = await exportOf(api, eva.token);
    await askExport(api, ben.token);
    const { list } = api.activities;
    api.activities.list = async (...query) => {
      // While the second one is written.
      const deletion = { method: 'POST', url: '/v1/account/deletion', payload: { password: 'correct horse battery' } };
      await api.ask(deletion as never, ben.token);
      return list(...query);
    };
    await api.jobs.runAll();
    await api.deletion.outbox.runDue();
    assert.deepEqual(api.objects.keys(), [`exports/${under.id}/1-0`]);
  });
}

/** In the list and by letter: how large it is, where it is, and until when by the clock of its owner. */
async function assertToldReady(api: TestApi, ben: Reader, { id, bytes, expiresMs }: Record<string, never>) {
  const said = { method: 'PUT', url: '/v1/profile', payload: { timeZone: 'Asia/Tokyo' } } as const;
  await api.ask({ ...said, headers: { 'if-match': '"profile-0"' } }, ben.token);
  const [{ kind, title, text, path, data }] = (await listOf(api, ben)).notifications;
  assert.deepEqual([kind, path, data], ['export', '/app/settings#export', { export: id, bytes, expiresMs }]);
  const until = new Date(expiresMs).toLocaleString('en', {
    ...{ timeZone: 'Asia/Tokyo', dateStyle: 'medium', timeStyle: 'short' },
  } as const);
  assert.equal(title, 'All that is kept of you is ready');
  assert.match(text, /^\d[\d.]* MB, in the settings until /);
  assert.ok(text.includes(`until ${until}. If it was not you`), text);
  await api.clock.advance(60_000);
  await api.news.sending.runDue();
  const [letter] = api.mailer.caught();
  assert.deepEqual([letter.to, letter.subject], [ben.email, title]);
  assert.ok(letter.text.includes(`${text}\nhttp://here.test${path}`), letter.text);
}
