import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import { hkSample } from '../../files/health/health-for-tests.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { AGAIN_MS, DONE_AFTER_MS, encodeDeletedAthlete } from '../../schemas/deleted-athlete.ts';
import { keys } from '../../schemas/names.ts';
import { BEN, PASSWORD } from '../accounts/accounts-for-tests.ts';
import { assertStoredObjects } from '../database/stored-objects-for-tests.ts';
import { formOf, gpxOf, readingImporter } from '../imports/imports-for-tests.ts';
import { notify, openReceiver, recordNews, someone } from '../notifications/news-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import { deleteAgain } from './delete-again.ts';

const ask = (api: TestApi, token: string, password = PASSWORD) =>
  api.ask({ method: 'POST', url: '/v1/account/deletion', payload: { password } }, token);

/** Tables in which a word stands anywhere. */
async function tablesWith({ database }: TestApi, word: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select tablename as name from pg_tables
    where schemaname = 'public'`.execute(database.kysely);
  const found: string[] = [];
  for (const { name } of rows) {
    const there = await sql`select 1 from ${sql.table(name)} as t where t::text ilike ${`%${word}%`} limit 1`.execute(
      database.kysely,
    );
    if (there.rows.length > 0) found.push(name);
  }
  return found;
}

/** What the deletion of a person promises, on any PostgreSQL. */
export function testDeletion(open: (t: TestContext) => Promise<TestApi>): void {
  test('whoever deletes their account is in no table any more, and others stay', async (t) => {
    const api = await open(t);
    const [ben, eva] = [await someone(api), await someone(api, 'eva@example.test')];
    const receiver = await openReceiver(t);
    const key = { 'idempotency-key': 'k' };
    const webhook = { method: 'POST', url: '/v1/notifications/webhooks', payload: { url: receiver.url } } as const;
    for (const { token } of [ben, eva]) await api.ask({ ...webhook, headers: key }, token);
    const profile = { method: 'PUT', url: '/v1/profile', payload: { language: 'ru' } } as const;
    await api.ask({ ...profile, headers: { 'if-match': '"profile-0"' } }, ben.token);
    await notify(api, recordNews(ben, 'a1', api.clock.nowMs()));
    const time = new Date(api.clock.nowMs() - 60_000).toISOString();
    const samples = [hkSample('HeartRate', 60, 'count/min', { startDate: time, endDate: time })];
    await api.ask({ method: 'POST', url: '/v1/me/health/healthkit', payload: { samples } }, ben.token);
    const wrong = await ask(api, ben.token, 'not the one');
    assert.deepEqual([wrong.status, (await api.get('/v1/account', ben.token)).status], [401, 200]);
    const { status, body } = await ask(api, ben.token);
    assert.equal(status, 202);
    const askedMs = api.clock.nowMs();
    assert.deepEqual([body.askedMs, body.doneMs], [askedMs, askedMs + DONE_AFTER_MS]);
    assert.equal((await api.get('/v1/account', ben.token)).status, 401, 'at once');
    const again = await api.ask({ method: 'POST', url: '/v1/sessions', payload: { ...BEN, as: 'token' } });
    assert.equal(again.status, 401);
    await api.identity.outbox.runDue();
    const [{ to, subject }] = api.mailer.caught();
    assert.deepEqual([to, subject], [BEN.email, 'Your account was deleted']);
    assert.deepEqual(await tablesWith(api, ben.account), []);
    assert.deepEqual(await tablesWith(api, BEN.email), []);
    assert.deepEqual(await tablesWith(api, ben.athlete), ['deletions'], 'until nothing can come back');
    assert.equal((await api.get('/v1/notifications/webhooks', eva.token)).body.webhooks.length, 1);
    const { deletions } = (await api.get('/v1/operations/deletions', 'operator')).body;
    const [{ id, removed, doneMs }] = deletions;
    assert.deepEqual([deletions.length, id, doneMs], [1, body.deletion, null]);
    assert.deepEqual(body.removed, removed, 'the receipt says what the proof says so far');
    assert.equal(removed.postgresql.notifications, 1);
    assert.equal(removed.postgresql.accounts, 1);
    assert.deepEqual([removed.postgresql.health_records, removed.postgresql.health_pushes], [1, 1]);
    assert.doesNotMatch(JSON.stringify(api.jobs.waiting()), new RegExp(ben.account), 'nor does a job name them');
  });

  test('who was deleted is noted apart from the stores, by names that nobody else has', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const { body } = await ask(api, ben.token);
    await api.deletion.outbox.runDue();
    const noted = { deletion: body.deletion, athlete: ben.athlete, devices: [], deletedMs: api.clock.nowMs() };
    assert.deepEqual(api.noted, [noted]);
  });

  test('who has a tombstone and an account after a restore is deleted again under the number they know', async (t) => {
    const api = await open(t);
    const [ben, eva] = [await someone(api), await someone(api, 'eva@example.test')];
    const { database, config, clock } = api;
    const again = () => deleteAgain({ database: database.kysely, config, clock, log: createSilentLog() });
    assert.equal(await again(), 0);
    const deletion = '7f0b9ad0-5a86-4f1b-9d62-1f6f1a3f2b11';
    const deletedMs = clock.nowMs() - 86_400_000;
    const stone = encodeDeletedAthlete({ deletedMs, devices: ['watch-7'], deletion });
    await config.put(keys.deletedAthlete(ben.athlete), stone);
    assert.equal(await again(), 1);
    assert.deepEqual(await tablesWith(api, ben.account), []);
    assert.equal((await api.get('/v1/account', eva.token)).status, 200);
    const { deletions } = (await api.get('/v1/operations/deletions', 'operator')).body;
    assert.deepEqual(
      deletions.map(({ id, askedMs, passes }: { id: string; askedMs: number; passes: number }) => [
        id,
        askedMs,
        passes,
      ]),
      [[deletion, deletedMs, 0]],
    );
    assert.equal(await again(), 0, 'once');
  });

  test('files that wait to be imported leave the store of objects, and those of others are imported', async (t) => {
    const api = await open(t);
    api.setImporter(readingImporter(api.clock.nowMs));
    const [ben, eva] = [await someone(api), await someone(api, 'eva@example.test')];
    const form = formOf([{ name: 'run.gpx', bytes: gpxOf(api.clock.nowMs() - 86_400_000) }]);
    const upload = async (token: string) =>
      (await api.ask({ method: 'POST', url: '/v1/imports', ...form }, token)).body.id as string;
    const [own, others] = [await upload(ben.token), await upload(eva.token)];
    assert.deepEqual([...api.objects.keys()].sort(), [`${own}/0`, `${others}/0`].sort());
    await assertStoredObjects(api);
    await ask(api, ben.token);
    await api.deletion.outbox.runDue();
    assert.deepEqual(api.objects.keys(), [`${others}/0`]);
    await api.jobs.runAll();
    assert.notEqual((await api.get(`/v1/imports/${others}`, eva.token)).body.endedMs, null);
  });

  test('every store is gone through until it answers, then again, and at last the names are forgotten', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const seen: [string, readonly string[]][] = [];
    let isAway = true;
    Object.assign(api.stores, {
      // After the first time no store knows whose the devices were.
      devicesOf: async () => (seen.length === 0 ? ['watch-1'] : []),
      mark: async () => ({ tokens: { devices: 1 } }),
      remove: async ({ athlete, devices }: { athlete: string; devices: readonly string[] }) => {
        if (isAway) throw new Error('ClickHouse is away');
        seen.push([athlete, devices]);
        return { clickhouse: { samples: 10 } };
      },
    });
    await ask(api, ben.token);
    await api.deletion.outbox.runDue();
    assert.deepEqual(seen, []);
    isAway = false;
    for (const waitMs of [2_000, ...AGAIN_MS, ...AGAIN_MS]) {
      await api.clock.advance(waitMs);
      await api.deletion.outbox.runDue();
    }
    assert.deepEqual(seen, Array(4).fill([ben.athlete, ['watch-1']]));
    const { passes, doneMs, removed } = (await api.get('/v1/operations/deletions', 'operator')).body.deletions[0];
    assert.deepEqual([passes, doneMs === null], [4, false]);
    assert.deepEqual([removed.clickhouse, removed.tokens], [{ samples: 40 }, { devices: 1 }]);
    assert.deepEqual([await tablesWith(api, ben.athlete), await tablesWith(api, 'watch-1')], [[], []]);
  });

  test('proofs come page by page', async (t) => {
    const api = await open(t);
    for (const name of ['ann', 'ben', 'eva']) {
      await ask(api, (await someone(api, `${name}@example.test`)).token);
      await api.clock.advance(1_000);
    }
    const first = (await api.get('/v1/operations/deletions?limit=2', 'operator')).body;
    const rest = (await api.get(`/v1/operations/deletions?limit=2&cursor=${first.next}`, 'operator')).body;
    const ids = [...first.deletions, ...rest.deletions].map(({ id }: { id: string }) => id);
    assert.deepEqual([new Set(ids).size, first.deletions.length, rest.next], [3, 2, null]);
    const cursor = Buffer.from(`1\n${'-'.repeat(36)}`).toString('base64url');
    const strange = await api.get(`/v1/operations/deletions?cursor=${cursor}`, 'operator');
    assert.equal(strange.status, 422);
  });
}
