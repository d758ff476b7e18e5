import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { TestApi } from '../openapi-for-tests.ts';
import { BEN, codeOf, logIn, PASSWORD, signUp } from './accounts-for-tests.ts';

const MINUTE_MS = 60_000;

/** What accounts promise, on any PostgreSQL. `open` gives an API over an empty database. */
export function testAccounts(open: (t: TestContext) => Promise<TestApi>): void {
  test('who registers logs in once the letter’s code has confirmed the address', async (t) => {
    const api = await open(t);
    const early = await api.ask({ method: 'POST', url: '/v1/sessions', payload: { ...BEN, as: 'token' } });
    assert.equal(early.body.type, 'urn:slipstream:problem:wrong_credentials');
    const registered = await api.ask({ method: 'POST', url: '/v1/accounts', payload: BEN });
    assert.deepEqual([registered.status, registered.body], [202, { next: 'check_mail' }]);
    const unverified = await api.ask({ method: 'POST', url: '/v1/sessions', payload: { ...BEN, as: 'token' } });
    assert.deepEqual(unverified.body.type, early.body.type, 'nor does this tell that the address was free');
    const token = await codeOf(api, BEN.email);
    const verification = { method: 'POST', url: '/v1/accounts/verifications' } as const;
    const wrong = await api.ask({ ...verification, payload: { token, password: 'somebody else’s password' } });
    assert.equal(wrong.status, 401, 'the code without the password');
    assert.equal((await api.ask({ ...verification, payload: { token, password: PASSWORD } })).status, 204);
    assert.equal((await api.ask({ ...verification, payload: { token, password: PASSWORD } })).status, 422);
    const { accessToken } = await logIn(api);
    const { body, headers } = await api.get('/v1/account', accessToken);
    const { id, athlete, ...rest } = body;
    assert.match(athlete, /^p[0-9a-f]{20}$/);
    assert.equal(headers.etag, '"account-1"');
    assert.deepEqual(rest, {
      ...{
        email: BEN.email,
        isVerified: true,
        hasSecondFactor: false,
        roles: ['athlete'],
        organiser: null,
        version: 1,
      },
      createdMs: api.clock.nowMs(),
    });
    const { entries } = (await api.get('/v1/account/audit', accessToken)).body;
    assert.deepEqual(
      entries.map((entry: { act: string; account: string }) => [entry.act, entry.account]),
      [
        ['logged_in', id],
        ['verified', id],
        ['login_failed', id],
        ['registered', id],
      ],
    );
  });

  test('nobody can tell by the answers whether an address has an account', async (t) => {
    const api = await open(t);
    await signUp(api);
    const other = { email: 'nobody@example.test', password: 'a guess at something' };
    const asked = async (request: { method: 'POST'; url: string; payload: object }) => {
      const { status, headers, body } = await api.ask(request);
      const { instance: _, ...rest } = body;
      const {
        date: __,
        'content-length': ___,
        'ratelimit-remaining': ____,
        'ratelimit-reset': _____,
        ...kept
      } = headers;
      return { status, kept, rest };
    };
    for (const [url, more] of [
      ['/v1/password-resets', {}],
      ['/v1/accounts', { password: other.password }],
      ['/v1/sessions', { password: other.password, as: 'token' }],
    ] as const) {
      const known = await asked({ method: 'POST', url, payload: { email: BEN.email, ...more } });
      const unknown = await asked({ method: 'POST', url, payload: { email: other.email, ...more } });
      assert.deepEqual(known, unknown, url);
      // Who has an address is looked up when its letter is written.
      await api.identity.outbox.runDue();
    }
    assert.deepEqual(
      api.mailer.caught().map(({ to, subject }) => [to, subject]),
      [
        [other.email, 'Confirm your e-mail address'],
        [BEN.email, 'You have an account already'],
        [BEN.email, 'Set a new password'],
        [BEN.email, 'Confirm your e-mail address'],
      ],
    );
  });

  test('guessing locks an address, had by somebody or not, for longer and longer', async (t) => {
    const api = await open(t);
    await signUp(api);
    for (const email of [BEN.email, 'nobody@example.test']) {
      const guess = async (password = 'a guess at something', remoteAddress = '192.0.2.1') => {
        const payload = { email, password, as: 'token' };
        const { status, headers } = await api.ask({ method: 'POST', url: '/v1/sessions', payload, remoteAddress });
        return [status, headers['retry-after']];
      };
      for (let i = 0; i < 5; i++) assert.deepEqual(await guess(), [401, undefined]);
      assert.deepEqual(await guess(), [429, '60']);
      assert.deepEqual(await guess(PASSWORD), [429, '60'], 'the right one tells nothing now');
      assert.equal((await guess(undefined, '192.0.2.2'))[0], 401, 'another network is not locked out');
      await api.clock.advance(MINUTE_MS);
      assert.deepEqual(await guess(), [401, undefined]);
      assert.deepEqual(await guess(), [429, '120']);
      await api.clock.advance(2 * MINUTE_MS);
    }
    await logIn(api);
  });

  test('a refresh token gives the next pair once; when it comes again, the whole session ends', async (t) => {
    const api = await open(t);
    const first = await signUp(api);
    const refresh = (refreshToken: string) =>
      api.ask({ method: 'POST', url: '/v1/sessions/refresh', payload: { refreshToken } });
    const second = (await refresh(first.refreshToken)).body;
    assert.equal(second.session, first.session);
    assert.equal((await api.get('/v1/account', first.accessToken)).status, 401, 'the first pair is over');
    assert.equal((await api.get('/v1/account', second.accessToken)).status, 200);
    const stolen = await refresh(first.refreshToken);
    assert.deepEqual([stolen.status, stolen.body.type], [401, 'urn:slipstream:problem:bad_refresh_token']);
    assert.equal((await api.get('/v1/account', second.accessToken)).status, 401);
    assert.equal((await refresh(second.refreshToken)).status, 401);
    const { accessToken } = await logIn(api);
    const { entries } = (await api.get('/v1/account/audit?limit=2', accessToken)).body;
    assert.deepEqual(entries[1].act, 'refresh_token_reused');
    assert.deepEqual(entries[1].detail, { session: first.session });
  });

  test('an access token is good for a quarter of an hour, a session for thirty days', async (t) => {
    const api = await open(t);
    const opened = await signUp(api);
    assert.deepEqual(
      [opened.accessExpiresMs - api.clock.nowMs(), opened.expiresMs - api.clock.nowMs()],
      [15 * MINUTE_MS, 30 * 24 * 60 * MINUTE_MS],
    );
    await api.clock.advance(15 * MINUTE_MS);
    assert.equal((await api.get('/v1/account', opened.accessToken)).status, 401);
    await api.clock.advance(30 * 24 * 60 * MINUTE_MS);
    const payload = { refreshToken: opened.refreshToken };
    assert.equal((await api.ask({ method: 'POST', url: '/v1/sessions/refresh', payload })).status, 401);
  });

  test('sessions are listed page by page and ended one by one, all others, or all', async (t) => {
    const api = await open(t);
    const opened = [await signUp(api)];
    for (let i = 0; i < 4; i++) {
      await api.clock.advance(1_000);
      opened.unshift(await logIn(api));
    }
    const [current, second] = opened;
    const read = async (url: string) => (await api.get(url, current.accessToken)).body;
    const pages = [];
    for (let next: string | null = ''; next !== null; ) {
      const page: { sessions: { id: string; isCurrent: boolean }[]; next: string | null } = await read(
        `/v1/sessions?limit=2${next === '' ? '' : `&cursor=${next}`}`,
      );
      pages.push(page.sessions.map(({ id, isCurrent }) => [id, isCurrent]));
      next = page.next;
    }
    const rows = opened.map(({ session }) => [session, session === current.session]);
    assert.deepEqual(pages, [rows.slice(0, 2), rows.slice(2, 4), rows.slice(4)]);
    const end = (what: string, token = current.accessToken) =>
      api.ask({ method: 'DELETE', url: `/v1/sessions${what}` }, token);
    assert.equal((await end(`/${second.session}`)).status, 204);
    assert.equal((await api.get('/v1/account', second.accessToken)).status, 401, 'at once');
    assert.equal((await end(`/${second.session}`)).status, 404);
    assert.equal((await end('/current', opened[2].accessToken)).status, 204);
    assert.deepEqual((await read('/v1/sessions')).sessions.length, 3);
    assert.equal((await end('')).status, 204);
    for (const { accessToken } of opened) assert.equal((await api.get('/v1/account', accessToken)).status, 401);
  });

  test('nobody ends or sees the sessions of somebody else', async (t) => {
    const api = await open(t);
    const ben = await signUp(api);
    const eva = await signUp(api, { email: 'eva@example.test', password: PASSWORD });
    const other = await api.ask({ method: 'DELETE', url: `/v1/sessions/${ben.session}` }, eva.accessToken);
    assert.equal(other.status, 404);
    assert.equal((await api.get('/v1/account', ben.accessToken)).status, 200);
    const { sessions } = (await api.get('/v1/sessions', eva.accessToken)).body;
    assert.deepEqual(
      sessions.map(({ id }: { id: string }) => id),
      [eva.session],
    );
  });

  test('a letter’s code sets a new password within an hour, once, and ends every session', async (t) => {
    const api = await open(t);
    const before = await signUp(api);
    const ask = () => api.ask({ method: 'POST', url: '/v1/password-resets', payload: { email: 'BEN@example.test' } });
    const set = (token: string, password: string) =>
      api.ask({ method: 'POST', url: '/v1/password-resets/completions', payload: { token, password } });
    await ask();
    const late = await codeOf(api, BEN.email);
    await api.clock.advance(60 * MINUTE_MS);
    assert.equal((await set(late, 'a new long password')).status, 422);
    await ask();
    const code = await codeOf(api, BEN.email);
    assert.equal((await set(code, 'a new long password')).status, 204);
    assert.equal((await set(code, 'another long password')).status, 422);
    assert.equal((await api.get('/v1/account', before.accessToken)).status, 401);
    await logIn(api, { ...BEN, password: 'a new long password' });
    await api.identity.outbox.runDue();
    assert.equal(api.mailer.caught()[0].subject, 'Your password was changed');
  });

  test('changing the password takes the old one and ends the other sessions', async (t) => {
    const api = await open(t);
    const [own, other] = [await signUp(api), await logIn(api)];
    const change = (current: string) =>
      api.ask(
        { method: 'PUT', url: '/v1/account/password', payload: { current, password: 'a new long password' } },
        own.accessToken,
      );
    assert.equal((await change('not the old one')).status, 401);
    assert.equal((await change(PASSWORD)).status, 204);
    assert.equal((await api.get('/v1/account', own.accessToken)).status, 200);
    assert.equal((await api.get('/v1/account', other.accessToken)).status, 401);
  });

  test('another address counts once its letter came back, and the old one is told', async (t) => {
    const api = await open(t);
    const { accessToken } = await signUp(api);
    const ask = (email: string, password = PASSWORD) =>
      api.ask({ method: 'PUT', url: '/v1/account/email', payload: { email, password } }, accessToken);
    const confirm = async (email: string) =>
      api.ask({
        ...{ method: 'POST', url: '/v1/account/email/confirmations' },
        payload: { token: await codeOf(api, email) },
      });
    assert.equal((await ask('new@example.test', 'not the password')).status, 401);
    assert.equal((await ask('new@example.test')).status, 202);
    assert.equal((await api.get('/v1/account', accessToken)).body.email, BEN.email);
    assert.equal((await confirm('new@example.test')).status, 204);
    assert.equal((await api.get('/v1/account', accessToken)).body.email, 'new@example.test');
    await api.identity.outbox.runDue();
    const { to, subject } = api.mailer.caught()[0];
    assert.deepEqual([to, subject], [BEN.email, 'Your e-mail address was changed']);
    await signUp(api);
    await ask(BEN.email);
    assert.equal((await confirm(BEN.email)).body.type, 'urn:slipstream:problem:email_taken');
  });

  test('the same registration under one key is done once, and another under it is refused', async (t) => {
    const api = await open(t);
    const register = (email: string, key: string) =>
      api.ask({
        ...{ method: 'POST', url: '/v1/accounts', payload: { email, password: PASSWORD } },
        headers: { 'idempotency-key': key },
      });
    const answers = await Promise.all(Array.from({ length: 4 }, () => register(BEN.email, 'one')));
    for (const { status, body } of answers) assert.deepEqual([status, body], [202, { next: 'check_mail' }]);
    await api.identity.outbox.runDue();
    assert.equal(api.mailer.caught().length, 1);
    const other = await register('Ben@Example.test', 'one');
    assert.equal(other.body.type, 'urn:slipstream:problem:key_reused');
    await api.clock.advance(25 * 60 * MINUTE_MS);
    await api.identity.forgetOld();
    assert.equal((await register('Ben@Example.test', 'one')).status, 202, 'a day later the key is forgotten');
  });

  test('an operator makes an administrator, who gives roles from the version that they saw', async (t) => {
    const api = await open(t);
    const [ben, eva] = [await signUp(api), await signUp(api, { email: 'eva@example.test', password: PASSWORD })];
    const find = async (email: string, token: string) => api.get(`/v1/accounts?email=${email}`, token);
    const give = (id: string, payload: object, token: string, tag = '"account-1"') =>
      api.ask({ method: 'PUT', url: `/v1/accounts/${id}/roles`, payload, headers: { 'if-match': tag } }, token);
    assert.equal((await find('eva@example.test', ben.accessToken)).status, 403);
    const { body: found } = await find(BEN.email, 'operator');
    assert.equal((await give(found.id, { roles: ['athlete', 'administrator'] }, ben.accessToken)).status, 403);
    assert.equal((await give(found.id, { roles: ['athlete', 'administrator'] }, 'operator')).status, 200);
    const { body: other } = await find('eva@example.test', ben.accessToken);
    const organiser = { roles: ['athlete', 'organiser'], organiser: 'club' };
    assert.equal((await give(other.id, { roles: ['organiser'] }, ben.accessToken)).status, 422);
    const given = await give(other.id, organiser, ben.accessToken);
    assert.deepEqual([given.status, given.headers.etag], [200, '"account-2"']);
    assert.equal((await give(other.id, organiser, ben.accessToken)).status, 412);
    const races = await api.get('/v1/organiser/races', eva.accessToken);
    assert.equal(races.status, 200, 'an organiser by role is one like by token');
    const { entries } = (await api.get('/v1/audit?limit=1', ben.accessToken)).body;
    assert.deepEqual(
      [entries[0].actor, entries[0].account, entries[0].act, entries[0].detail],
      [`account:${found.id}`, other.id, 'roles_changed', organiser],
    );
  });

  test('a letter that could not be sent is sent later, and one process sends it', async (t) => {
    const api = await open(t);
    const { send } = api.mailer;
    let failures = 0;
    api.mailer.send = async () => {
      failures++;
      throw new Error('the mail server is away');
    };
    await api.ask({ method: 'POST', url: '/v1/accounts', payload: BEN });
    await api.identity.outbox.runDue();
    assert.deepEqual([failures, api.mailer.caught().length], [1, 0]);
    api.mailer.send = send;
    await api.identity.outbox.runDue();
    assert.equal(api.mailer.caught().length, 0, 'not before a second has passed');
    await api.clock.advance(1_200);
    await Promise.all([api.identity.outbox.runDue(), api.identity.outbox.runDue()]);
    assert.equal(api.mailer.caught().length, 1);
  });
}
