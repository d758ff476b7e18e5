import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryLog, createSilentLog, withoutCredentials } from './log.ts';

test('a record has its level by name, an ISO time, its fields and a sentence', () => {
  const { log, records } = createMemoryLog();
  log.info({ port: 1883 }, 'listening');
  const { time, pid, hostname, ...rest } = records[0];
  assert.deepEqual(rest, { level: 'info', name: 'test', port: 1883, msg: 'listening' });
  assert.match(String(time), /^\d{4}-\d\d-\d\dT/);
  assert.equal(typeof pid, 'number');
  assert.equal(typeof hostname, 'string');
});

test('secrets are masked wherever they stand', () => {
  const { log, records } = createMemoryLog();
  log.info({ token: 'eyJ', user: { password: 'p' }, req: { headers: { authorization: 'Bearer eyJ' } } }, 'connect');
  assert.deepEqual(
    [records[0].token, records[0].user, records[0].req],
    ['***', { password: '***' }, { headers: { authorization: '***' } }],
  );
});

test('an error keeps its message, stack and cause', () => {
  const { log, records } = createMemoryLog();
  log.error({ err: new Error('no rows', { cause: new Error('disk full') }) }, 'flush failed');
  const err = records[0].err as { message: string; stack: string; cause: { message: string } };
  assert.equal(err.message, 'no rows');
  assert.equal(err.cause.message, 'disk full');
  assert.match(err.stack, /log\.test/);
});

test('a silent log writes nothing, not even what is fatal', () => {
  assert.equal(createSilentLog().isLevelEnabled('fatal'), false);
});

test('a URL is shown without its user and password', () => {
  assert.equal(withoutCredentials('nats://me:pw@db.local:4222/x?y=a@b'), 'nats://***@db.local:4222/x?y=a@b');
  assert.equal(withoutCredentials('http://db.local:9000/exec'), 'http://db.local:9000/exec');
});
