import { test } from 'node:test';
import { type Subject, socketServerConformance } from './conformance.ts';
import { createMemorySocketServer, type MemorySocketServer } from './memory-server.ts';
import { createUwsServer, loadUws, type Uws } from './uws-server.ts';
import { connectWsPeer } from './ws-peer.ts';
import { createWsServer } from './ws-server.ts';

const connect: Subject['connect'] = (_server, address, request) => connectWsPeer(address, request);

socketServerConformance({
  name: 'memory',
  create: createMemorySocketServer,
  connect: (server, _address, request) => (server as MemorySocketServer).connect(request),
  hasPorts: false,
  idleTimeoutMs: undefined,
});

socketServerConformance({ name: 'ws', create: createWsServer, connect, hasPorts: true, idleTimeoutMs: 200 });

const loaded = await loadUws().catch((err: Error) => err);
if (loaded instanceof Error) {
  test('the socket server uWebSockets.js', { skip: loaded.message.trim().split('\n').at(-1) }, () => undefined);
} else {
  const uws: Uws = loaded;
  socketServerConformance({
    name: 'uWebSockets.js',
    create: (options, log) => createUwsServer(uws, options, log),
    connect,
    hasPorts: true,
    idleTimeoutMs: 8_000,
  });
}
