import { socketServerConformance } from './conformance.ts';
import { createMemorySocketServer, type MemorySocketServer } from './memory-server.ts';
import type { Subject } from './sockets-for-tests.ts';
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

socketServerConformance({ name: 'ws', create: createWsServer, connect, hasPorts: true, idleTimeoutMs: 1_000 });
