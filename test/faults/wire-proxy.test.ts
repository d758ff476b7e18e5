import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { startWireProxy } from './wire-proxy.ts';

const HOST = '127.0.0.1';

test('a wire whose server is gone and whose client stays is closed with the proxy', { timeout: 30_000 }, async (t) => {
  const taken = Promise.withResolvers<Socket>();
  const server = createServer(taken.resolve).listen(0, HOST);
  await once(server, 'listening');
  t.after(() => server.close());
  const proxy = await startWireProxy((server.address() as AddressInfo).port, 0);
  // As a frozen process: it hears that the other side has ended, and says nothing to that.
  const client = connect({ host: HOST, port: proxy.port, allowHalfOpen: true });
  t.after(() => client.destroy());
  client.resume().write('hello');
  const ended = once(client, 'end');
  const far = await taken.promise;
  await once(far, 'data');
  far.destroy();
  await ended;
  assert.equal(client.destroyed, false);
  await proxy.close();
});
