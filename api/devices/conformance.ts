import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { BEN, signUp } from '../accounts/accounts-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import { askCode, pairDevice } from './devices-for-tests.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** What devices of accounts promise, on any PostgreSQL. `open` gives an API over an empty database. */
export function testDevices(open: (t: TestContext) => Promise<TestApi>): void {
  const exchange = (api: TestApi, code: string, device = 'watch-7', remoteAddress?: string) =>
    api.ask({ method: 'POST', url: '/v1/devices/credentials', payload: { code, device }, remoteAddress });
  /** What the device may read by its credential: its athlete's activities. */
  const statusOf = async (api: TestApi, credential: string) => {
    await api.identity.outbox.runDue();
    await api.clock.advance(0);
    const { status, body } = await api.get('/v1/activities', credential);
    return status === 200 ? 'good' : String(body.type).split(':').at(-1);
  };

  test('a code that somebody asks for gives a device its credential, once, within ten minutes', async (t) => {
    const api = await open(t);
    const { accessToken } = await signUp(api);
    const { athlete } = (await api.get('/v1/account', accessToken)).body;
    const asked = await api.ask({ method: 'POST', url: '/v1/devices/pairings' }, accessToken);
    assert.match(asked.body.code, /^[B-Z]{4}-[B-Z]{4}$/);
    assert.equal(asked.body.expiresMs, api.clock.nowMs() + 10 * MINUTE_MS);
    const typed = ` ${asked.body.code.toLowerCase().replace('-', ' ')}`;
    const { status, body } = await exchange(api, typed);
    assert.equal(status, 201);
    assert.match(body.device, /^d[0-9a-f]{12}-watch-7$/);
    assert.equal(body.expiresMs, api.clock.nowMs() + 90 * DAY_MS);
    assert.equal(await statusOf(api, body.credential), 'good');
    assert.equal((await api.get(`/v1/activities?athlete=${athlete}`, body.credential)).status, 200);
    assert.equal((await exchange(api, typed)).body.type, 'urn:slipstream:problem:bad_pairing_code', 'a second time');
    const late = await askCode(api, accessToken);
    await api.clock.advance(10 * MINUTE_MS);
    assert.equal((await exchange(api, late)).status, 422, 'too late');
    const { entries } = (await api.get('/v1/account/audit', accessToken)).body;
    assert.deepEqual([entries[0].act, entries[0].detail], ['device_paired', { device: body.device }]);
  });

  test('only the newest code of an account counts, and devices of two people never share an id', async (t) => {
    const api = await open(t);
    const ben = await signUp(api);
    const first = await askCode(api, ben.accessToken);
    const second = await askCode(api, ben.accessToken);
    assert.equal((await exchange(api, first)).status, 422);
    const his = (await exchange(api, second)).body;
    const eve = await signUp(api, { ...BEN, email: 'eve@example.test' });
    const hers = await pairDevice(api, eve.accessToken, 'watch-7');
    assert.notEqual(his.device, hers.device);
    const remove = { method: 'DELETE', url: `/v1/devices/${his.device}` } as const;
    assert.equal((await api.ask(remove, eve.accessToken)).status, 404, 'nor is one ended by the other');
    assert.equal(await statusOf(api, his.credential), 'good');
    const other = await api.ask({ method: 'POST', url: `/v1/devices/${his.device}/credentials` }, hers.credential);
    assert.equal(other.status, 403);
  });

  test('guessing codes locks the network that guesses, and no other', async (t) => {
    const api = await open(t);
    const { accessToken } = await signUp(api);
    const code = await askCode(api, accessToken);
    const guess = (said = 'BCDF-GHJK', from = '192.0.2.1') => exchange(api, said, 'watch-7', from);
    for (let i = 0; i < 5; i++) assert.equal((await guess()).status, 422);
    const locked = await guess(code);
    assert.deepEqual([locked.status, locked.headers['retry-after']], [429, '60'], 'the right one tells nothing now');
    assert.equal((await guess(code, '192.0.2.2')).status, 201);
  });

  test('a device that is let go is refused, and paired again it is good with its new credential', async (t) => {
    const api = await open(t);
    const { accessToken } = await signUp(api);
    const first = await pairDevice(api, accessToken);
    assert.equal(await statusOf(api, first.credential), 'good');
    const remove = { method: 'DELETE', url: `/v1/devices/${first.device}` } as const;
    assert.equal((await api.ask(remove, accessToken)).status, 204);
    assert.equal(await statusOf(api, first.credential), 'revoked_token');
    assert.deepEqual((await api.get('/v1/devices', accessToken)).body, { devices: [] });
    assert.equal((await api.ask(remove, accessToken)).status, 404);
    const again = await pairDevice(api, accessToken);
    assert.equal(again.device, first.device);
    assert.equal(await statusOf(api, again.credential), 'good');
    assert.equal(await statusOf(api, first.credential), 'revoked_token');
    const third = await pairDevice(api, accessToken);
    assert.equal(await statusOf(api, again.credential), 'revoked_token', 'pairing anew ends what was there');
    assert.equal(await statusOf(api, third.credential), 'good');
  });

  test('its owner calls a device otherwise, from the version that was seen, and nobody else does', async (t) => {
    const api = await open(t);
    const { accessToken } = await signUp(api);
    const { device } = await pairDevice(api, accessToken);
    const rename = (name: string | null, tag: string, token = accessToken) => {
      const headers = { 'if-match': tag };
      return api.ask({ method: 'PATCH', url: `/v1/devices/${device}`, payload: { name }, headers }, token);
    };
    const named = await rename('Часы 🏃 ריצה', '"device-1"');
    const body = { device, name: 'Часы 🏃 ריצה', ownName: 'watch-7', version: 2 };
    assert.deepEqual([named.status, named.headers.etag, named.body], [200, '"device-2"', body]);
    assert.equal((await rename('Other', '"device-1"')).status, 412, 'somebody was faster');
    const [listed] = (await api.get('/v1/devices', accessToken)).body.devices;
    assert.deepEqual([listed.name, listed.ownName, listed.version], [body.name, 'watch-7', 2]);
    const eve = await signUp(api, { ...BEN, email: 'eve@example.test' });
    assert.equal((await rename('Mine', '"device-2"', eve.accessToken)).status, 404);
    assert.equal((await rename('two\nlines', '"device-2"')).status, 422);
    assert.deepEqual((await rename(null, '"device-2"')).body, { ...body, name: 'watch-7', version: 3 });
    await pairDevice(api, accessToken);
    assert.equal(
      (await api.get('/v1/devices', accessToken)).body.devices[0].version,
      3,
      'pairing anew changes no name',
    );
  });

  test('a device rotates its credential; the one before is good for five minutes, if it never heard', async (t) => {
    const api = await open(t);
    const { accessToken } = await signUp(api);
    const first = await pairDevice(api, accessToken);
    const rotate = (credential: string) =>
      api.ask({ method: 'POST', url: `/v1/devices/${first.device}/credentials` }, credential);
    await api.clock.advance(MINUTE_MS);
    const unheard = await rotate(first.credential);
    assert.equal(unheard.status, 201);
    await api.clock.advance(MINUTE_MS);
    const second = (await rotate(first.credential)).body;
    const all = () => Promise.all([first, unheard.body, second].map(({ credential }) => statusOf(api, credential)));
    assert.deepEqual(await all(), ['good', 'good', 'good']);
    await api.clock.advance(4 * MINUTE_MS);
    assert.deepEqual(await all(), ['revoked_token', 'good', 'good']);
    await api.clock.advance(MINUTE_MS);
    assert.deepEqual(await all(), ['revoked_token', 'revoked_token', 'good']);
    await rotate(second.credential);
    assert.equal((await api.ask({ method: 'DELETE', url: `/v1/devices/${first.device}` }, accessToken)).status, 204);
    assert.equal(await statusOf(api, second.credential), 'revoked_token', 'letting it go ends the grace');
    assert.equal((await rotate(second.credential)).status, 401);
  });
}
