import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BEN, signUp } from '../accounts/accounts-for-tests.ts';
import { createTestApi } from '../api-for-tests.ts';

const OWN = { 'sec-fetch-site': 'same-origin' };

/** The cookies of an answer as a browser sends them back, without those that are over. */
function jarOf(setCookie: string | string[] | number | undefined): string {
  const lines = [setCookie].flat().map(String);
  return lines
    .filter((line) => !line.includes('1970'))
    .map((line) => line.split(';')[0])
    .join('; ');
}

test('a browser logs in, reads, refreshes and logs out by cookies that no script can read', async (t) => {
  const api = await createTestApi(t);
  await signUp(api);
  const logIn = { method: 'POST', url: '/v1/sessions', payload: { ...BEN, as: 'cookie' } } as const;
  const opened = await api.ask({ ...logIn, headers: OWN });
  assert.deepEqual([opened.body.accessToken, opened.body.refreshToken], [null, null]);
  const [access, refresh] = opened.headers['set-cookie'] as unknown as string[];
  assert.match(access, /^slipstream=ssa_\S{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
  assert.match(refresh, /^slipstream-refresh=ssr_\S{43}; Path=\/v1\/sessions\/refresh; .*HttpOnly; SameSite=Strict$/);
  const cookie = jarOf(opened.headers['set-cookie']);
  const read = await api.ask({ method: 'GET', url: '/v1/account', headers: { cookie } });
  assert.deepEqual([read.status, read.headers['cache-control']], [200, 'no-store']);

  const next = { method: 'POST', url: '/v1/sessions/refresh', payload: {} } as const;
  const refreshed = await api.ask({ ...next, headers: { cookie, ...OWN } });
  assert.deepEqual([refreshed.status, refreshed.body.session], [200, opened.body.session]);
  const again = await api.ask({ ...next, headers: { cookie, ...OWN } });
  assert.deepEqual([again.status, jarOf(again.headers['set-cookie'])], [401, ''], 'stolen cookies are taken away');
});

test('another site’s page changes nothing by the cookies of a visitor', async (t) => {
  const api = await createTestApi(t);
  const { accessToken } = await signUp(api);
  const logOut = (headers: Record<string, string>) =>
    api.ask({
      ...{ method: 'DELETE', url: '/v1/sessions' },
      headers: { cookie: `slipstream=${accessToken}`, host: 'here.test', ...headers },
    });
  const strangers: Record<string, string>[] = [
    {},
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', origin: 'http://here.test' },
    { origin: 'http://there.test' },
    { origin: 'null' },
  ];
  for (const headers of strangers) {
    const { status, body } = await logOut(headers);
    assert.deepEqual([status, body.type], [403, 'urn:slipstream:problem:cross_site'], JSON.stringify(headers));
  }
  assert.equal((await logOut({ origin: 'http://here.test' })).status, 204);
});

test('an address that asks too often waits; the answers say how much is left', async (t) => {
  const api = await createTestApi(t);
  Object.assign(api.rates, { factor: 0.1 });
  const ask = (remoteAddress: string, url = '/v1/password-resets') =>
    api.ask({ method: 'POST', url, payload: { email: BEN.email }, remoteAddress });
  const first = await ask('192.0.2.1');
  const limit = ({ headers }: typeof first) => [headers['ratelimit-limit'], headers['ratelimit-remaining']];
  assert.deepEqual([first.status, limit(first)], [202, ['2', '1']]);
  await ask('192.0.2.1');
  const third = await ask('192.0.2.1');
  assert.deepEqual([third.status, third.body.type], [429, 'urn:slipstream:problem:too_many_requests']);
  assert.match(String(third.headers['retry-after']), /^\d+$/);
  assert.equal((await ask('192.0.2.2')).status, 202, 'another address');
  assert.equal((await ask('2001:db8:1:2::1')).status, 202);
  assert.equal((await ask('2001:db8:1:2::2')).status, 202);
  assert.equal((await ask('2001:db8:1:2::3')).status, 429, 'one network is one address');
});

test('what cannot be right is named with its field and its rule', async (t) => {
  const api = await createTestApi(t);
  const { status, body } = await api.ask({
    ...{ method: 'POST', url: '/v1/accounts' },
    payload: { email: 'ben\u0000@example.test', password: 'short', colour: 'red' },
  });
  assert.equal(status, 422);
  assert.deepEqual([...new Set(body.errors.map(({ parameter }: { parameter: string }) => parameter))].sort(), [
    'colour',
    'email',
    'password',
  ]);
});

test('no secret stands in the log', async (t) => {
  const api = await createTestApi(t);
  const { accessToken, refreshToken } = await signUp(api);
  await api.ask({ method: 'POST', url: '/v1/sessions/refresh', payload: { refreshToken } });
  await api.get('/v1/account', accessToken);
  const log = JSON.stringify(api.records);
  const codes = api.mailer.caught().flatMap(({ text }) => text.match(/[\w-]{43}/g) ?? []);
  assert.ok(codes.length > 0);
  for (const secret of [BEN.password, accessToken, refreshToken, ...codes]) assert.equal(log.includes(secret), false);
});
