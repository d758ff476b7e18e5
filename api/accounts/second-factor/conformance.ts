import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { createTestApi } from '../../api-for-tests.ts';
import type { TestApi } from '../../openapi-for-tests.ts';
import { BEN, codeOf, logIn, PASSWORD, signUp } from '../accounts-for-tests.ts';
import { CHALLENGE_MS } from './challenges.ts';
import {
  challengeOf,
  codeNow,
  complete,
  enrol,
  SECOND_FACTOR,
  STEP_MS,
  signUpWithSecondFactor,
  staleCode,
} from './second-factor-for-tests.ts';
import { totpCode } from './totp.ts';

type Open = (t: TestContext, options?: Parameters<typeof createTestApi>[1]) => Promise<TestApi>;

const problemOf = ({ status, body }: { status: number; body: { type?: string } }) => [
  status,
  body?.type?.replace('urn:slipstream:problem:', ''),
];
const post = (api: TestApi, token: string, part: string, payload: object) =>
  api.ask({ method: 'POST', url: `${SECOND_FACTOR}${part}`, payload }, token);
const state = async (api: TestApi, token: string) => (await api.get(SECOND_FACTOR, token)).body;

async function subjects(api: TestApi): Promise<string[]> {
  await api.identity.outbox.runDue();
  return api.mailer.caught().map(({ subject }) => subject);
}

/** What the second factor promises, on any PostgreSQL. */
export function testSecondFactor(open: Open): void {
  test('a secret is in force once a code has confirmed it, and then other sessions end', async (t) => {
    const api = await open(t);
    const [own, other] = [await signUp(api), await logIn(api)];
    const off = { state: 'off', isOffered: true, enabledMs: null, recoveryCodesLeft: 0, neededFor: [] };
    assert.deepEqual(await state(api, own.accessToken), off);
    assert.deepEqual(problemOf(await post(api, own.accessToken, '', { password: 'not the one' })), [
      ...[401, 'wrong_credentials'],
    ]);
    const first = await enrol(api, own.accessToken);
    const enrolled = await enrol(api, own.accessToken);
    assert.notEqual(first.secret, enrolled.secret, 'who asks again gets another one');
    assert.equal(enrolled.uri.includes(`secret=${enrolled.secret}`), true);
    assert.deepEqual(await state(api, own.accessToken), { ...off, state: 'waiting' });
    await logIn(api);
    const confirm = (code: string) => post(api, own.accessToken, '/confirmations', { code });
    assert.deepEqual(problemOf(await confirm(codeNow(api, first))), [401, 'wrong_code']);
    const code = codeNow(api, enrolled);
    const { status, headers, body } = await confirm(`${code.slice(0, 3)} ${code.slice(3)}`);
    assert.deepEqual([status, headers['cache-control'], body.recoveryCodes.length], [200, 'no-store', 10]);
    const enabledMs = api.clock.nowMs();
    const on = { ...off, state: 'on', enabledMs, recoveryCodesLeft: 10 };
    assert.deepEqual(await state(api, own.accessToken), on);
    assert.equal((await api.get('/v1/account', other.accessToken)).status, 401);
    const { body: account, headers: tag } = await api.get('/v1/account', own.accessToken);
    assert.deepEqual([account.hasSecondFactor, account.version, tag.etag], [true, 2, '"account-2"']);
    assert.deepEqual(problemOf(await confirm(code)), [409, 'second_factor_on']);
    assert.deepEqual(problemOf(await post(api, own.accessToken, '', { password: PASSWORD })), [
      ...[409, 'second_factor_on'],
    ]);
    assert.equal((await subjects(api))[0], 'A second factor is on');
    const { entries } = (await api.get('/v1/account/audit?limit=2', own.accessToken)).body;
    assert.deepEqual(
      entries.map((entry: { act: string; actor: string }) => [entry.act, entry.actor]),
      [
        ['second_factor_enabled', `account:${account.id}`],
        ['second_factor_failed', `account:${account.id}`],
      ],
    );
  });

  test('logging in takes the password, then a code, which is good once', async (t) => {
    const api = await open(t);
    const ben = await signUpWithSecondFactor(api);
    const { challenge, ...asked } = await challengeOf(api);
    assert.deepEqual(asked, { next: 'second_factor', expiresMs: api.clock.nowMs() + CHALLENGE_MS });
    const code = codeNow(api, ben);
    assert.deepEqual(problemOf(await complete(api, challenge, staleCode(api, ben))), [401, 'wrong_code']);
    const opened = await complete(api, challenge, code);
    assert.equal(opened.status, 201, JSON.stringify(opened.body));
    assert.equal((await api.get('/v1/account', opened.body.accessToken)).status, 200);
    assert.deepEqual(problemOf(await complete(api, challenge, code)), [401, 'bad_challenge'], 'it opens one session');
    const again = await challengeOf(api);
    assert.deepEqual(problemOf(await complete(api, again.challenge, code)), [401, 'wrong_code'], 'within its time');
    await api.clock.advance(STEP_MS);
    assert.deepEqual(problemOf(await complete(api, again.challenge, code)), [401, 'wrong_code'], 'and after it');
    assert.equal((await complete(api, again.challenge, codeNow(api, ben))).status, 201);
  });

  test('a clock may be one step off, either way; no code of an earlier step is taken afterwards', async (t) => {
    const api = await open(t);
    const ben = await signUpWithSecondFactor(api);
    const at = async (steps: number) => {
      const { challenge } = await challengeOf(api);
      return (await complete(api, challenge, totpCode(ben.secret, api.clock.nowMs() + steps * STEP_MS))).status;
    };
    assert.deepEqual([await at(2), await at(1), await at(0), await at(1)], [401, 201, 401, 401]);
    await api.clock.advance(3 * STEP_MS);
    assert.deepEqual([await at(-2), await at(-1), await at(0)], [401, 201, 201]);
  });

  test('a challenge is of one program, one way, five minutes, five codes, and the password of then', async (t) => {
    const api = await open(t);
    const ben = await signUpWithSecondFactor(api);
    const bad = [401, 'bad_challenge'];
    const first = await challengeOf(api, BEN, 'token', 'A watch');
    assert.deepEqual(problemOf(await complete(api, first.challenge, codeNow(api, ben))), bad, 'another program');
    const asCookie = await challengeOf(api, BEN, 'cookie');
    const foreign = await complete(api, asCookie.challenge, codeNow(api, ben), { 'sec-fetch-site': 'cross-site' });
    assert.deepEqual(problemOf(foreign), [403, 'cross_site']);
    const { challenge } = await challengeOf(api);
    const remoteAddress = (i: number) => `192.0.2.${i}`;
    const payload = { challenge, code: staleCode(api, ben) };
    const url = '/v1/sessions/completions';
    const guess = (i: number) => api.ask({ method: 'POST', url, payload, remoteAddress: remoteAddress(i) });
    for (let i = 1; i <= 5; i++) assert.deepEqual(problemOf(await guess(i)), [401, 'wrong_code']);
    assert.deepEqual(problemOf(await guess(6)), bad, 'its codes are used up');
    const old = await challengeOf(api);
    await api.clock.advance(CHALLENGE_MS);
    assert.deepEqual(problemOf(await complete(api, old.challenge, codeNow(api, ben))), bad, 'too old');
    const before = await challengeOf(api);
    const change = { current: PASSWORD, password: 'a new long password' };
    await api.clock.advance(STEP_MS);
    const { accessToken } = (await complete(api, (await challengeOf(api)).challenge, codeNow(api, ben))).body;
    await api.ask({ method: 'PUT', url: '/v1/account/password', payload: change }, accessToken);
    await api.clock.advance(STEP_MS);
    assert.deepEqual(problemOf(await complete(api, before.challenge, codeNow(api, ben))), bad, 'the old password');
    const opened = await complete(
      api,
      (await challengeOf(api, { ...BEN, password: change.password }, 'cookie')).challenge,
      codeNow(api, ben),
      { 'sec-fetch-site': 'same-origin' },
    );
    assert.deepEqual([opened.status, opened.body.accessToken], [201, null]);
    assert.ok(String(opened.headers['set-cookie']).includes('HttpOnly'));
  });

  test('guessing codes locks the second step for longer and longer, for the network that guesses', async (t) => {
    const api = await open(t);
    const ben = await signUpWithSecondFactor(api);
    const guess = async (code: string, remoteAddress = '192.0.2.1') => {
      const { challenge } = await challengeOf(api);
      const payload = { challenge, code };
      const asked = { method: 'POST', url: '/v1/sessions/completions', payload, remoteAddress } as const;
      const { status, headers } = await api.ask(asked);
      return [status, headers['retry-after']];
    };
    for (let i = 0; i < 5; i++) assert.deepEqual(await guess(staleCode(api, ben)), [401, undefined]);
    assert.deepEqual(await guess(codeNow(api, ben)), [429, '60'], 'the right one tells nothing now');
    await api.clock.advance(60_000);
    assert.deepEqual(await guess(staleCode(api, ben)), [401, undefined]);
    assert.deepEqual(await guess(codeNow(api, ben)), [429, '120']);
    assert.equal((await guess(codeNow(api, ben), '192.0.2.2'))[0], 201, 'another network is not locked out');
  });

  test('a recovery code opens one session, and new ones take the place of all old ones', async (t) => {
    const api = await open(t);
    const ben = await signUpWithSecondFactor(api);
    const [first, second] = ben.recoveryCodes;
    const logInBy = async (code: string) => complete(api, (await challengeOf(api)).challenge, code);
    const { status, body } = await logInBy(first.toLowerCase().replaceAll('-', ' '));
    assert.equal(status, 201);
    assert.deepEqual(problemOf(await logInBy(first)), [401, 'wrong_code']);
    assert.equal((await state(api, body.accessToken)).recoveryCodesLeft, 9);
    assert.equal((await subjects(api))[0], 'A recovery code was used');
    assert.match(api.mailer.caught()[0].text, /9 are left/);
    const renew = (said: object) => post(api, body.accessToken, '/recovery-codes', said);
    const code = codeNow(api, ben);
    assert.deepEqual(problemOf(await renew({ password: 'not the one', code })), [401, 'wrong_credentials']);
    const renewed = await renew({ password: PASSWORD, code });
    assert.deepEqual([renewed.status, renewed.body.recoveryCodes.length], [200, 10]);
    assert.deepEqual(problemOf(await logInBy(second)), [401, 'wrong_code']);
    assert.equal((await logInBy(renewed.body.recoveryCodes[9])).status, 201);
  });

  test('switching it off asks for the password and a code, and the owner is told', async (t) => {
    const api = await open(t);
    const ben = await signUpWithSecondFactor(api);
    const remove = (said: object) => post(api, ben.accessToken, '/removal', said);
    const code = codeNow(api, ben);
    assert.deepEqual(problemOf(await remove({ password: 'not the one', code })), [401, 'wrong_credentials']);
    const wrong = { password: PASSWORD, code: staleCode(api, ben) };
    assert.deepEqual(problemOf(await remove(wrong)), [401, 'wrong_code']);
    assert.equal((await remove({ password: PASSWORD, code })).status, 204);
    assert.deepEqual(problemOf(await remove({ password: PASSWORD, code })), [409, 'no_second_factor']);
    await logIn(api);
    assert.equal((await subjects(api))[0], 'The second factor is off');
    const { rows } = await api.database.kysely
      .selectFrom('recovery_codes')
      .select(({ fn }) => fn.countAll<string>().as('rows'))
      .executeTakeFirstOrThrow();
    assert.equal(Number(rows), 0);
  });

  test('a new password by a letter does not go past the second factor', async (t) => {
    const api = await open(t);
    const ben = await signUpWithSecondFactor(api);
    await api.ask({ method: 'POST', url: '/v1/password-resets', payload: { email: BEN.email } });
    const payload = { token: await codeOf(api, BEN.email), password: 'a new long password' };
    const reset = await api.ask({ method: 'POST', url: '/v1/password-resets/completions', payload });
    assert.equal(reset.status, 204);
    const { challenge } = await challengeOf(api, { ...BEN, password: payload.password });
    assert.equal((await complete(api, challenge, codeNow(api, ben))).status, 201);
  });

  test('nothing of a secret or a code stands in the database or in the log', async (t) => {
    const api = await open(t);
    const ben = await signUpWithSecondFactor(api);
    const { challenge } = await challengeOf(api);
    await complete(api, challenge, codeNow(api, ben));
    const kept = await Promise.all(
      (['second_factors', 'recovery_codes', 'login_challenges', 'audit_log', 'outbox'] as const).map((table) =>
        api.database.kysely.selectFrom(table).selectAll().execute(),
      ),
    );
    const text = JSON.stringify([kept, api.records, api.mailer.caught()]);
    for (const secret of [ben.secret, challenge, ...ben.recoveryCodes]) assert.equal(text.includes(secret), false);
  });

  test('a role that has to have a second factor opens nothing before, and everything after', async (t) => {
    const api = await open(t, { secondFactorRoles: ['administrator', 'organiser'] });
    const { accessToken } = await signUp(api);
    const find = () => api.get(`/v1/accounts?email=${BEN.email}`, accessToken);
    const { id } = (await api.get(`/v1/accounts?email=${BEN.email}`, 'operator')).body;
    assert.deepEqual(problemOf(await find()), [403, 'administrator_only']);
    const payload = { roles: ['athlete', 'administrator', 'organiser'], organiser: 'club' };
    const headers = { 'if-match': '"account-1"' };
    await api.ask({ method: 'PUT', url: `/v1/accounts/${id}/roles`, payload, headers }, 'operator');
    assert.deepEqual(problemOf(await find()), [403, 'second_factor_needed']);
    const races = () => api.get('/v1/organiser/races', accessToken);
    assert.deepEqual(problemOf(await races()), [403, 'second_factor_needed']);
    assert.equal((await api.get('/v1/workouts', accessToken)).status, 200, 'their own is theirs');
    assert.deepEqual((await state(api, accessToken)).neededFor, ['administrator', 'organiser']);
    const enrolled = await enrol(api, accessToken);
    await post(api, accessToken, '/confirmations', { code: codeNow(api, enrolled) });
    assert.deepEqual([(await find()).status, (await races()).status], [200, 200]);
    await api.clock.advance(STEP_MS);
    await post(api, accessToken, '/removal', { password: PASSWORD, code: codeNow(api, enrolled) });
    assert.deepEqual(problemOf(await find()), [403, 'second_factor_needed']);
  });

  test('an administrator takes it away from who has lost everything, which is told and written down', async (t) => {
    const api = await open(t);
    const ben = await signUpWithSecondFactor(api);
    const eva = await signUp(api, { email: 'eva@example.test', password: PASSWORD });
    const idOf = async (email: string) => (await api.get(`/v1/accounts?email=${email}`, 'operator')).body.id;
    const [id, evas] = [await idOf(BEN.email), await idOf('eva@example.test')];
    const take = (token: string, of = id) =>
      api.ask({ method: 'DELETE', url: `/v1/accounts/${of}/second-factor` }, token);
    assert.deepEqual(problemOf(await take(eva.accessToken)), [403, 'administrator_only']);
    const roles = { roles: ['athlete', 'administrator'] };
    for (const one of [id, evas]) {
      const { version } = (
        await api.get(`/v1/accounts?email=${one === id ? BEN.email : 'eva@example.test'}`, 'operator')
      ).body;
      const headers = { 'if-match': `"account-${version}"` };
      await api.ask({ method: 'PUT', url: `/v1/accounts/${one}/roles`, payload: roles, headers }, 'operator');
    }
    assert.deepEqual(problemOf(await take(ben.accessToken)), [409, 'own_second_factor'], 'not one’s own');
    const { challenge } = await challengeOf(api);
    assert.equal((await take(eva.accessToken)).status, 204);
    assert.equal((await api.get('/v1/account', ben.accessToken)).status, 401, 'sessions have ended');
    assert.deepEqual(problemOf(await complete(api, challenge, codeNow(api, ben))), [401, 'bad_challenge']);
    const again = await logIn(api);
    const off = { state: 'off', isOffered: true, enabledMs: null, recoveryCodesLeft: 0, neededFor: [] };
    assert.deepEqual(await state(api, again.accessToken), off);
    assert.equal((await subjects(api))[0], 'Your second factor was taken away');
    const { entries } = (await api.get('/v1/account/audit?limit=2', again.accessToken)).body;
    assert.deepEqual(
      entries.map((entry: { act: string; actor: string }) => [entry.act, entry.actor]),
      [
        ['logged_in', `account:${id}`],
        ['second_factor_taken_away', `account:${evas}`],
      ],
    );
    assert.deepEqual(problemOf(await take(eva.accessToken)), [409, 'no_second_factor']);
    assert.deepEqual(problemOf(await take(eva.accessToken, crypto.randomUUID())), [404, 'unknown_account']);
    const enrolled = await enrol(api, again.accessToken);
    assert.equal((await post(api, again.accessToken, '/confirmations', { code: codeNow(api, enrolled) })).status, 200);
  });

  test('without a key nobody sets one up, and the password is still enough for everybody else', async (t) => {
    const api = await open(t, { seals: false });
    const { accessToken } = await signUp(api);
    assert.equal((await state(api, accessToken)).isOffered, false);
    assert.deepEqual(problemOf(await post(api, accessToken, '', { password: PASSWORD })), [503, 'second_factor_off']);
    await logIn(api);
  });
}
