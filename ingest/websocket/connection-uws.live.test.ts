import { test } from 'node:test';
import { loadUwsOrRestart } from '../../runtime/sockets/uws-for-tests.ts';
import { createUwsServer } from '../../runtime/sockets/uws-server.ts';
import { connectionConformance, type Start, silenceConformance } from './connection.conformance.ts';
import { type CreateSockets, startWebsocket } from './websocket-for-tests.ts';

const uws = await loadUwsOrRestart(import.meta.filename);
if (typeof uws === 'string') {
  test('a WebSocket connection (uWebSockets.js)', { skip: uws }, () => undefined);
} else {
  const sockets: CreateSockets = (options, log) => createUwsServer(uws, options, log);
  const start: Start = (t, options) => startWebsocket(t, { sockets, ...options });
  connectionConformance('uWebSockets.js', { start, canPause: false });
  silenceConformance(start, 8_000);
}
