import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestNats, type TestNats } from './nats-for-tests.ts';
import { openNatsKv } from './nats-kv.ts';
import { openNatsLog } from './nats-stream.ts';

const MIB = 1024 * 1024;
let server: TestNats;
before(async () => {
  server = await startTestNats({ maxFileBytes: 100 * MIB });
});
after(() => server.stop());

const log = (maxBytes: number) => ({
  name: 'LOG',
  subjects: ['log.>'],
  maxBytes,
  duplicateWindowMs: 10_000,
  replicas: 1,
  metadata: {},
});
const bucket = (maxBytes: number) => ({ bucket: 'bucket', ttlMs: 0, maxBytes, replicas: 1 });

test('what takes up most of the server is opened again by other processes, also when all come at once', async () => {
  const links = await Promise.all(Array.from({ length: 4 }, () => server.connect()));
  const logs = await Promise.all(links.map((link) => openNatsLog(link, log(60 * MIB))));
  const buckets = await Promise.all(links.map((link) => openNatsKv(link, bucket(30 * MIB))));
  await openNatsLog(links[0], log(60 * MIB));
  await openNatsKv(links[0], bucket(30 * MIB));
  await logs[0].publish('log.a', new Uint8Array(1), { msgId: '1', headers: {} });
  assert.deepEqual(await logs[3].info(), {
    firstSeq: 1,
    lastSeq: 1,
    messages: 1,
    bytes: (await logs[0].info()).bytes,
    maxBytes: 60 * MIB,
  });
  await buckets[0].put('a', new Uint8Array([7]));
  assert.deepEqual((await buckets[3].get('a'))?.value, new Uint8Array([7]));
});

test('a size that changed is taken over', async () => {
  const link = await server.connect();
  const found = await openNatsLog(link, log(64 * MIB));
  assert.equal((await found.info()).maxBytes, 64 * MIB);
});
