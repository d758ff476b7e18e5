import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Engine } from './engine.ts';
import { type NatsUrls, startNats } from './nats.ts';
import { freePort } from './ports.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipstream-nats-'));
const port = await freePort();
let server: Engine<NatsUrls> | undefined;
const start = () => startNats({ dir, port, maxFileBytes: 64 * 1024 * 1024 });

after(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('a stream survives kill -9 of nats-server, on the same folder and port', async () => {
  server = await start();
  const first = await connect({ servers: server.urls.nats });
  assert.equal(first.info?.max_payload, 8 * 1024 * 1024);
  await (await jetstreamManager(first)).streams.add({ name: 'T', subjects: ['t.>'] });
  for (let i = 1; i <= 10; i++) assert.equal((await jetstream(first).publish('t.a', `${i}`)).seq, i);
  await first.close();
  server.kill('SIGKILL');
  assert.deepEqual(await server.exited, { code: null, signal: 'SIGKILL' });

  server = await start();
  const second = await connect({ servers: server.urls.nats });
  const { state } = await (await jetstreamManager(second)).streams.info('T');
  await second.close();
  assert.deepEqual([state.messages, state.last_seq], [10, 10]);
});
