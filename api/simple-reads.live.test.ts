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
