import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTestApi } from '../api-for-tests.ts';
import { noPostgresql, openTestPostgresql } from '../database/postgresql-for-tests.ts';
import { signUp } from './accounts-for-tests.ts';
import { testAccounts } from './conformance.ts';

describe('accounts on a PostgreSQL', { skip: noPostgresql }, () => {
  let database: Awaited<ReturnType<typeof openTestPostgresql>>;
  before(async () => {
    database = await openTestPostgresql();
  });
  after(() => database?.stop());

  testAccounts((t) => createTestApi(t, { database }));

  test('of many who show one refresh token at once, one gets the next pair, and the session ends', async (t) => {
    const api = await createTestApi(t, { database });
    const { refreshToken, accessToken } = await signUp(api);
    const payload = { refreshToken };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => api.ask({ method: 'POST', url: '/v1/sessions/refresh', payload })),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(7).fill(401)]);
    assert.equal((await api.get('/v1/account', accessToken)).status, 401);
  });

  test('while it is away, 503 is answered; once it is back, all is well', async (t) => {
    const api = await createTestApi(t, { database });
    const { accessToken } = await signUp(api);
    await api.clock.advance(3_000);
    await database.server.kill();
    const away = await api.get('/v1/account', accessToken);
    assert.deepEqual([away.status, away.body.store], [503, 'postgresql']);
    await database.server.start();
    assert.equal((await api.get('/v1/account', accessToken)).status, 200);
  });
});
