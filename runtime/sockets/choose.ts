import type { Logger } from '../log.ts';
import type { SocketServer, SocketServerOptions } from './socket-server.ts';
import { createUwsServer, loadUws } from './uws-server.ts';
import type { Uws } from './uws-socket.ts';
import { createWsServer } from './ws-server.ts';

/**
 * uWebSockets.js where it loads, `ws` where it does not; the log says which, and why not the faster one. With TLS it is
 * always `ws`: the other one reads its certificate once, and a renewed one would take a restart.
 */
export async function createSocketServer<Data>(
  options: SocketServerOptions<Data>,
  log: Logger,
  load: () => Promise<Uws> = loadUws,
): Promise<SocketServer> {
  if (options.tls !== undefined) {
    const server = createWsServer(options, log);
    const reason = 'uWebSockets.js cannot take over a renewed certificate';
    log.info({ adapter: server.adapter, reason }, 'WebSockets are served by ws, with TLS');
    return server;
  }
  try {
    const server = createUwsServer(await load(), options, log);
    log.info({ adapter: server.adapter }, 'WebSockets are served by uWebSockets.js');
    return server;
  } catch (err) {
    const server = createWsServer(options, log);
    log.info(
      { adapter: server.adapter, reason: reasonOf(err) },
      'WebSockets are served by ws: uWebSockets.js did not load',
    );
    return server;
  }
}

/** The library says what it supports first and the real cause in its last line. */
function reasonOf(err: unknown): string {
  const message = err instanceof Error ? err.message : String(err);
  return message
    .trim()
    .split('\n')
    .at(-1)!
    .replace(/^Error: /, '');
}
