import { test } from 'node:test';
import { socketServerConformance } from './conformance.ts';
import { loadUwsOrRestart } from './uws-for-tests.ts';
import { createUwsServer } from './uws-server.ts';
import { connectWsPeer } from './ws-peer.ts';

const uws = await loadUwsOrRestart(import.meta.filename);
if (typeof uws === 'string') {
  test('the socket server uWebSockets.js', { skip: uws }, () => undefined);
} else {
  socketServerConformance({
    name: 'uWebSockets.js',
    create: (options, log) => createUwsServer(uws, options, log),
    connect: (_server, address, request) => connectWsPeer(address, request),
    hasPorts: true,
    idleTimeoutMs: 8_000,
  });
}
