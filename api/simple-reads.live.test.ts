import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { signUp } from './accounts/accounts-for-tests.ts';
import { createTestApi } from './api-for-tests.ts';
import { testSimpleReads } from './conformance-of-reads.ts';
import { noPostgresql, openTestPostgresql } from './database/postgresql-for-tests.ts';

const WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;

describe('simple reads of a PostgreSQL', { skip: noPostgresql }, () => {
  let database: Awaited<ReturnType<typeof openTestPostgresql>>;
  before(async () => {
    database = await openTestPostgresql();
  });
  after(() => database?.stop());

  testSimpleReads(
    () => database,
    (t) => createTestApi(t, { database }),
  );

  test('a read that waits for a table holds up no other read, and a new column breaks none', async (t) => {
    const api = await createTestApi(t, { database });
    const { accessToken } = await signUp(api);
    const read = async (path: string) => (await api.get(path, accessToken)).status;
    assert.equal(await read('/v1/profile'), 200);
    const waits = await database.kysely.transaction().execute(async (transaction) => {
      await sql`alter table profiles add column some_day text`.execute(transaction);
      const profile = read('/v1/profile');
      assert.equal(await read('/v1/account'), 200);
      assert.equal(await read('/v1/consents'), 200);
      return { profile };
    });
    assert.equal(await waits.profile, 200);
    await sql`alter table profiles drop column some_day`.execute(database.kysely);
    assert.equal(await read('/v1/profile'), 200);
  });

  test('a column of another type breaks no statement that was prepared before', async (t) => {
    const api = await createTestApi(t, { database });
    const { accessToken } = await signUp(api);
    const readAccount = async () => {
      const { status, body } = await api.get('/v1/account', accessToken);
      return { status, email: body.email };
    };
    const before = await readAccount();
    assert.equal(before.status, 200);
    await sql`alter table accounts alter column email type varchar(254)`.execute(database.kysely);
    assert.deepEqual(await readAccount(), before);
    await sql`alter table accounts alter column email type text`.execute(database.kysely);
    assert.deepEqual(await readAccount(), before);
  });

  test('what is asked again and again is prepared, on each connection once', async (t) => {
    const api = await createTestApi(t, { database });
    const { accessToken } = await signUp(api);
    for (let nth = 0; nth < 8; nth++) assert.equal((await api.get('/v1/consents', accessToken)).status, 200);
    const { rows } = await sql<{ statement: string; plans: string }>`
      select statement, generic_plans + custom_plans as plans from pg_prepared_statements
      where statement like '%"is_given"%'`.execute(database.kysely);
    assert.deepEqual(
      rows.map(({ statement, plans }) => [statement.startsWith('select /* prepared */ '), Number(plans) >= 8]),
      [[true, true]],
    );
  });

  test('while PostgreSQL is away reads are answered by 503, and again once it is back', async (t) => {
    const api = await createTestApi(t, { database });
    const { accessToken } = await signUp(api);
    const read = async () => (await api.get('/v1/account', accessToken)).status;
    assert.equal(await read(), 200);
    await database.server.kill();
    assert.deepEqual(await Promise.all([read(), read()]), [503, 503]);
    await database.server.start();
    const untilMs = performance.now() + WITHIN_MS;
    let status = await read();
    for (; status === 503 && performance.now() < untilMs; status = await read()) await delay(LOOK_EVERY_MS);
    assert.equal(status, 200);
  });
});
