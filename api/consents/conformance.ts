import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CONSENT_TEXTS, presentText } from '../../schemas/consent-texts.ts';
import { BEN, CONSENTS, codeOf, logIn, PASSWORD, signUp } from '../accounts/accounts-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import { MORNING } from '../workouts/workouts-for-tests.ts';

const PATH = '/v1/consents';
const NOW = { healthData: presentText('healthData').version, productEvents: presentText('productEvents').version };
const TEXTS = [
  ...CONSENT_TEXTS.healthData.map((text) => ({ kind: 'healthData', ...text })),
  ...CONSENT_TEXTS.productEvents.map((text) => ({ kind: 'productEvents', ...text })),
];
const problemOf = ({ status, body }: { status: number; body: { type?: string } }) => [status, body.type];

/** Ben, who agreed to health data while he signed up, and what he says since. */
async function openAsBen(t: TestContext, open: (t: TestContext) => Promise<TestApi>) {
  const api = await open(t);
  const signedUpMs = api.clock.nowMs();
  const { accessToken } = await signUp(api);
  const read = () => api.get(PATH, accessToken);
  const put = (payload: object, version?: number) => {
    const headers: Record<string, string> = version === undefined ? {} : { 'if-match': `"consents-${version}"` };
    return api.ask({ method: 'PUT', url: PATH, payload, headers }, accessToken);
  };
  const enter = () => api.ask({ method: 'POST', url: '/v1/workouts', payload: MORNING }, accessToken);
  return { api, accessToken, signedUpMs, read, put, enter };
}

/** What consents promise, on any PostgreSQL. `open` gives an API over an empty database. */
export function testConsents(open: (t: TestContext) => Promise<TestApi>): void {
  test('what was agreed to while signing up is dated, with the words that it was', async (t) => {
    const { signedUpMs: atMs, read } = await openAsBen(t, open);
    const { status, headers, body } = await read();
    assert.deepEqual([status, headers.etag, headers['cache-control']], [200, '"consents-1"', 'no-store']);
    assert.deepEqual(body, {
      ...{ healthData: { text: NOW.healthData, sinceMs: atMs }, productEvents: null, texts: TEXTS, version: 1 },
      history: [{ kind: 'healthData', isGiven: true, text: NOW.healthData, atMs }],
    });
  });

  test('each is given and taken back apart from the other, and every time is kept and audited', async (t) => {
    const { api, accessToken, signedUpMs, put, read } = await openAsBen(t, open);
    await api.clock.advance(60_000);
    const both = await put(NOW, 1);
    assert.deepEqual([both.status, both.headers.etag], [200, '"consents-2"']);
    await api.clock.advance(60_000);
    const { body } = await put({ healthData: null, productEvents: NOW.productEvents }, 2);
    assert.deepEqual(body, {
      ...{ healthData: null, productEvents: { text: NOW.productEvents, sinceMs: signedUpMs + 60_000 } },
      ...{ texts: TEXTS, version: 3 },
      history: [
        { kind: 'healthData', isGiven: false, text: NOW.healthData, atMs: signedUpMs + 120_000 },
        { kind: 'productEvents', isGiven: true, text: NOW.productEvents, atMs: signedUpMs + 60_000 },
        { kind: 'healthData', isGiven: true, text: NOW.healthData, atMs: signedUpMs },
      ],
    });
    assert.deepEqual((await read()).body, body);
    const { entries } = (await api.get('/v1/account/audit', accessToken)).body;
    const audited = entries.filter(({ act }: { act: string }) => act.startsWith('consent'));
    assert.deepEqual(
      audited.map(({ act, actor, detail }: (typeof entries)[0]) => [act, actor.split(':')[0], detail]),
      [
        ['consent_withdrawn', 'account', { kind: 'healthData', text: NOW.healthData }],
        ['consent_given', 'account', { kind: 'productEvents', text: NOW.productEvents }],
        ['consent_given', 'stranger', { kind: 'healthData', text: NOW.healthData }],
      ],
    );
  });

  test('what is as it was leaves no trace', async (t) => {
    const { put, read } = await openAsBen(t, open);
    const before = (await read()).body;
    const same = await put({ healthData: NOW.healthData, productEvents: null }, 1);
    assert.deepEqual([same.status, same.headers.etag, same.body], [200, '"consents-1"', before]);
  });

  test('of two who change it at once one has to look again, and words that are not shown are refused', async (t) => {
    const { put, read } = await openAsBen(t, open);
    const other = { healthData: null, productEvents: NOW.productEvents };
    const answers = await Promise.all([put(NOW, 1), put(other, 1)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412]);
    assert.deepEqual(problemOf(await put(NOW)), [428, 'urn:slipstream:problem:if_match_needed']);
    const { version } = (await read()).body;
    const before = (await read()).body;
    for (const [field, payload] of [
      ['productEvents', { healthData: null, productEvents: '2020-01-01' }],
      ['healthData', { healthData: 'yes', productEvents: null }],
      ['healthData', { productEvents: null }],
    ] as const) {
      const refused = await put(payload, version);
      assert.deepEqual(problemOf(refused), [422, 'urn:slipstream:problem:invalid_request'], JSON.stringify(payload));
      assert.match(JSON.stringify(refused.body.errors), new RegExp(field));
    }
    assert.deepEqual((await read()).body, before, 'and nothing of it counts');
  });

  test('without consent nothing new is entered; what is there can be read, changed, removed', async (t) => {
    const { api, accessToken, put, enter } = await openAsBen(t, open);
    const { body: entered } = await enter();
    await put({ healthData: null, productEvents: null }, 1);
    assert.deepEqual(problemOf(await enter()), [403, 'urn:slipstream:problem:consent_needed']);
    const pairing = { method: 'POST', url: '/v1/devices/pairings' } as const;
    assert.deepEqual(problemOf(await api.ask(pairing, accessToken)), [403, 'urn:slipstream:problem:consent_needed']);
    const url = `/v1/workouts/${entered.id}`;
    const { workouts } = (await api.get('/v1/workouts', accessToken)).body;
    assert.deepEqual(workouts, [entered], 'the refused one left nothing');
    const headers = { 'if-match': '"workout-1"' };
    const changed = await api.ask({ method: 'PATCH', url, payload: { name: 'Morning' }, headers }, accessToken);
    assert.equal(changed.status, 200);
    const removal = { method: 'DELETE', url, headers: { 'if-match': '"workout-2"' } } as const;
    assert.equal((await api.ask(removal, accessToken)).status, 204);
    assert.equal((await put({ healthData: NOW.healthData, productEvents: null }, 2)).status, 200);
    assert.equal((await enter()).status, 201);
  });

  test('whoever signs up without agreeing has an account, and agrees later', async (t) => {
    const api = await open(t);
    await api.ask({ method: 'POST', url: '/v1/accounts', payload: BEN });
    const payload = { token: await codeOf(api, BEN.email), password: PASSWORD };
    await api.ask({ method: 'POST', url: '/v1/accounts/verifications', payload });
    const { accessToken } = await logIn(api);
    const nothing = { healthData: null, productEvents: null, texts: TEXTS, history: [], version: 0 };
    assert.deepEqual((await api.get(PATH, accessToken)).body, nothing);
    const enter = () => api.ask({ method: 'POST', url: '/v1/workouts', payload: MORNING }, accessToken);
    assert.equal((await enter()).status, 403);
    const said = { method: 'PUT', url: PATH, payload: NOW, headers: { 'if-match': '"consents-0"' } } as const;
    assert.equal((await api.ask(said, accessToken)).body.version, 2);
    assert.equal((await enter()).status, 201);
  });

  test('registering with old words is refused alike whether the address has an account or not', async (t) => {
    const api = await open(t);
    const { accessToken } = await signUp(api);
    const register = (email: string, consents: object) =>
      api.ask({ method: 'POST', url: '/v1/accounts', payload: { email, password: PASSWORD, consents } });
    for (const email of [BEN.email, 'new@example.test']) {
      const refused = await register(email, { healthData: '2020-01-01' });
      assert.deepEqual(problemOf(refused), [422, 'urn:slipstream:problem:invalid_request']);
    }
    assert.equal((await register(BEN.email, NOW)).status, 202);
    const held = (await api.get(PATH, accessToken)).body;
    assert.deepEqual([held.productEvents, held.version], [null, 1], 'nobody agrees for somebody else');
    assert.deepEqual(CONSENTS, { healthData: NOW.healthData });
  });
}
