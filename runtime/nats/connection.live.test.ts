import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../../stack/ports.ts';
import { createSilentLog } from '../log.ts';
import { StartError } from '../service.ts';
import { connectNats } from './connection.ts';

test('a server that is not there is told to whoever started the process, without a stack', async () => {
  const server = `nats://127.0.0.1:${await freePort()}`;
  const logger = createSilentLog();
  const connecting = connectNats({ servers: [server], name: 'nobody', connectTimeoutMs: 500, logger });
  await assert.rejects(connecting, (error) => {
    assert.ok(error instanceof StartError);
    assert.deepEqual([error.name, error.message], ['NatsConnectionError', `no answer from NATS at ${server}`]);
    return true;
  });
});
