import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryLog } from '../log.ts';
import { createSocketServer } from './choose.ts';
import type { SocketServerOptions } from './socket-server.ts';
import { loadUws } from './uws-server.ts';

const options: SocketServerOptions<undefined> = {
  path: '/',
  createData: () => undefined,
  handlers: { message: () => undefined },
  maxMessageBytes: 1_000,
  maxBackpressureBytes: 1_000,
  whenSlow: 'drop',
  maxConnections: 1,
  idleTimeoutMs: 10_000,
};

test('where uWebSockets.js does not load, ws serves, and one line of the log says why', async (t) => {
  const { log, records } = createMemoryLog();
  const server = await createSocketServer(options, log, async () => {
    throw new Error("supports only these\n\nError: libc.so.6: version `GLIBC_2.38' not found");
  });
  t.after(() => server.close());
  assert.equal(server.adapter, 'ws');
  assert.deepEqual(
    records.map(({ level, adapter, reason, msg }) => ({ level, adapter, reason, msg })),
    [
      {
        level: 'info',
        adapter: 'ws',
        reason: "libc.so.6: version `GLIBC_2.38' not found",
        msg: 'WebSockets are served by ws: uWebSockets.js did not load',
      },
    ],
  );
});

test('where uWebSockets.js loads, it serves', async (t) => {
  const isHere = await loadUws().then(
    () => true,
    () => false,
  );
  const { log, records } = createMemoryLog();
  const server = await createSocketServer(options, log);
  t.after(() => server.close());
  assert.equal(server.adapter, isHere ? 'uws' : 'ws');
  assert.equal(records.length, 1);
});
