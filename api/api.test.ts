import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createSilentLog } from '../runtime/log.ts';
import { StartError } from '../runtime/service.ts';
import { createApiService } from './api.ts';
import { createTestApi, NOW_MS } from './api-for-tests.ts';
import { ledger, turnedAway } from './operations/operations-for-tests.ts';
import { StoreUnavailableError } from './samples/reader.ts';
import { sampleRow } from './samples/rows.arbitrary.ts';
import type { ApiServer } from './server.ts';

test('the process says that it lives, whether it is ready, and how it is', async (t) => {
  const { get, health } = await createTestApi(t);
  assert.deepEqual((await get('/health/live')).body, { ok: true });
  assert.deepEqual((await get('/health/ready')).body, { ok: true, checks: {} });
  health.register('clickhouse', () => ({ ok: false, detail: 'out of reach' }));
  const { status, body } = await get('/health/ready');
  assert.deepEqual([status, body], [503, { ok: false, checks: { clickhouse: { ok: false, detail: 'out of reach' } } }]);
  assert.match(String((await get('/metrics')).headers['content-type']), /^text\/plain/);
});

test('operators read the ledger, devices do not', async (t) => {
  const { get } = await createTestApi(t);
  assert.deepEqual((await get('/v1/ledger', 'operator')).body, { ...ledger, turnedAway, deadLetters: 0 });
  const refused = await get('/v1/ledger', 'watch-1');
  assert.deepEqual([refused.status, refused.body.type], [403, 'urn:slipstream:problem:operator_only']);
  assert.equal((await get('/v1/ledger')).status, 401);
});

test('a ledger whose store is out of reach is a problem that names it', async (t) => {
  const { get, failLedger } = await createTestApi(t);
  failLedger(new StoreUnavailableError('clickhouse', 'no answer in 10 ms'));
  const { status, body } = await get('/v1/ledger', 'operator');
  assert.deepEqual([status, body.store], [503, 'clickhouse']);
});

test('what goes wrong inside is logged and not told', async (t) => {
  const { get, failLedger, records } = await createTestApi(t);
  failLedger(new Error('password of the store: 1234'));
  const { status, body } = await get('/v1/ledger', 'operator');
  assert.equal(status, 500);
  assert.equal(JSON.stringify(body).includes('1234'), false);
  assert.equal(JSON.stringify(records).includes('1234'), true);
});

test('an address that is not served is a problem too', async (t) => {
  const { get, api } = await createTestApi(t);
  const { status, body } = await get('/v1/nothing');
  assert.deepEqual([status, body.type, body.detail], [404, 'urn:slipstream:problem:no_route', 'GET /v1/nothing']);
  const posted = await api.inject({
    method: 'POST',
    url: '/v1/ledger',
    headers: { 'content-type': 'application/json' },
    payload: '{',
  });
  assert.deepEqual([posted.statusCode, posted.json().type], [400, 'urn:slipstream:problem:bad_request']);
});

test('a path that cannot be decoded is a problem like any other', async (t) => {
  const { get } = await createTestApi(t);
  const { status, body } = await get('/v1/devices/%zz/samples', 'operator');
  assert.deepEqual([status, body.type], [400, 'urn:slipstream:problem:bad_request']);
});

test('each request is one line in the log, without its token', async (t) => {
  const { get, records } = await createTestApi(t);
  await get('/v1/ledger', 'operator');
  await get('/health/live');
  // What parts of it say by themselves is about no request.
  const ofRequests = records.filter(({ method }) => method !== undefined);
  const lines = ofRequests.map(({ level, msg, method, url, statusCode }) => ({ level, msg, method, url, statusCode }));
  assert.deepEqual(lines, [
    { level: 'info', msg: 'answered', method: 'GET', url: '/v1/ledger', statusCode: 200 },
    { level: 'debug', msg: 'answered', method: 'GET', url: '/health/live', statusCode: 200 },
  ]);
  assert.equal(JSON.stringify(records).includes('Bearer'), false);
});

test('draining answers what has come in and takes no new connection', async (t) => {
  const { api, hot } = await createTestApi(t, { openLoopback: true });
  hot.insert([sampleRow({ tsMs: NOW_MS - 1 })]);
  const asked = Promise.withResolvers<void>();
  const answerNow = Promise.withResolvers<void>();
  const read = hot.rows;
  hot.rows = async (query, signal) => {
    asked.resolve();
    await answerNow.promise;
    return read(query, signal);
  };
  const service = createApiService(api, { host: '127.0.0.1', port: 0 }, createSilentLog());
  const listening = once(api.server, 'listening');
  const running = service.run();
  await listening;
  const port = portOf(api);
  const answer = fetch(`http://127.0.0.1:${port}/v1/devices/watch-1/samples`);
  await asked.promise;
  const drained = service.drain();
  answerNow.resolve();
  assert.equal((await answer).status, 200);
  await drained;
  await running;
  await assert.rejects(fetch(`http://127.0.0.1:${port}/health/live`));
  await service.stop();
});

test('a client that is gone ends the reading for it', async (t) => {
  const { api, hot } = await createTestApi(t, { openLoopback: true });
  const asked = Promise.withResolvers<AbortSignal | undefined>();
  const ended = Promise.withResolvers<void>();
  hot.rows = (_query, signal) =>
    new Promise((_, reject) => {
      asked.resolve(signal);
      signal?.addEventListener('abort', () => {
        ended.resolve();
        reject(signal.reason);
      });
    });
  await api.listen({ host: '127.0.0.1', port: 0 });
  const client = new AbortController();
  const answer = fetch(`http://127.0.0.1:${portOf(api)}/v1/devices/watch-1/samples`, {
    signal: client.signal,
  });
  await asked.promise;
  client.abort();
  await assert.rejects(answer);
  await ended.promise;
});

test('a port that is taken ends the start with a message', async (t) => {
  const { api: first } = await createTestApi(t);
  const { api: second } = await createTestApi(t);
  await first.listen({ host: '127.0.0.1', port: 0 });
  const port = portOf(first);
  const service = createApiService(second, { host: '127.0.0.1', port }, createSilentLog());
  await assert.rejects(service.run(), (error) => error instanceof StartError && error.message.includes('--api-port'));
  await service.stop();
});

function portOf(server: ApiServer): number {
  return (server.server.address() as AddressInfo).port;
}
