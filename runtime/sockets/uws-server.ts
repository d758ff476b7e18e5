import type * as UwsModule from 'uWebSockets.js';
import { createServer, isIPv6 } from 'node:net';
import { systemClock } from '../clock.ts';
import { type ListenAddress, listenError } from '../listen-error.ts';
import type { Logger } from '../log.ts';
import { wordOf } from './paths.ts';
import {
  CLOSE_CODE,
  type CutOffLimit,
  DEFAULT_GRACE_MS,
  DEFAULT_PORT_OPTION,
  type SocketServer,
  type SocketServerOptions,
} from './socket-server.ts';
import { type Slot, type Uws, UwsSocket } from './uws-socket.ts';

type Listen = (
  host: string,
  port: number,
  how: number,
  then: (token: UwsModule.us_listen_socket | false) => void,
) => void;

/** Loads the native library. Rejects where it has no binary for this machine (its Linux one needs glibc 2.38). */
export async function loadUws(): Promise<Uws> {
  const { default: uws } = await import('uWebSockets.js');
  return uws as Uws;
}

/** Its default: a port that several sockets listen on. */
const SHARED_PORT = 0;

/** The library cuts off what is longer than this many times `maxMessageBytes`; up to there we can say why first. */
const LIBRARY_LIMIT_FACTOR = 2;
/**
 * How long a peer has to take the last goodbye out of its kernel, when the server closes: the library does not say when
 * it has, and a connection that is cut too soon takes the goodbye along.
 */
const LAST_WORDS_MS = 500;

/** The contract on uWebSockets.js: native, several times faster, but not for every machine (see `loadUws`). */
export function createUwsServer<Data>(uws: Uws, options: SocketServerOptions<Data>, log: Logger): SocketServer {
  const { path, handlers, whenSlow, maxConnections } = options;
  const open = new Set<UwsSocket<Data>>();
  const app = uws.App();
  let listening: UwsModule.us_listen_socket | undefined;
  let whenEmpty: (() => void) | undefined;
  let lastGoodbyeMs = Number.NEGATIVE_INFINITY;

  function guarded(socket: UwsSocket<Data>, what: string, handle: () => void): void {
    try {
      handle();
    } catch (err) {
      log.error({ err, remoteAddress: socket.remoteAddress }, `the socket handler ${what} threw`);
      socket.close(CLOSE_CODE.internalError);
    }
  }

  app.ws<Slot<Data>>(path, {
    maxPayloadLength: options.maxMessageBytes * LIBRARY_LIMIT_FACTOR,
    maxBackpressure: options.maxBackpressureBytes,
    closeOnBackpressureLimit: whenSlow === 'close',
    idleTimeout: idleTimeoutSeconds(options.idleTimeoutMs),
    sendPingsAutomatically: true,
    compression: uws.DISABLED,
    upgrade(response, request, context) {
      const word = wordOf(path, request.getUrl());
      if (word === null) {
        response.writeStatus('404 Not Found').end(undefined, true);
        return;
      }
      if (open.size >= maxConnections) {
        response.writeStatus('503 Service Unavailable').end(undefined, true);
        return;
      }
      const slot: Slot<Data> = {
        request: {
          query: request.getQuery() ?? '',
          word,
          origin: request.getHeader('origin') || undefined,
          host: request.getHeader('host') || undefined,
          cookie: request.getHeader('cookie') || undefined,
          remoteAddress: text(response.getRemoteAddressAsText()),
        },
      };
      const protocol = request.getHeader('sec-websocket-protocol');
      const extensions = request.getHeader('sec-websocket-extensions');
      response.upgrade(slot, request.getHeader('sec-websocket-key'), protocol, extensions, context);
    },
    open(ws) {
      const slot = ws.getUserData();
      const data = options.createData(slot.request);
      const socket = new UwsSocket(ws, slot.request.remoteAddress, data, whenSlow === 'close');
      slot.socket = socket;
      open.add(socket);
      guarded(socket, 'open', () => handlers.open?.(socket));
    },
    message(ws, message, isBinary) {
      const socket = ws.getUserData().socket!;
      if (socket.isSayingGoodbye) return;
      if (message.byteLength > options.maxMessageBytes) {
        socket.limit = 'message';
        socket.close(CLOSE_CODE.tooBig);
        return;
      }
      guarded(socket, 'message', () => {
        handlers.message(socket, new Uint8Array(message), isBinary ? 'binary' : 'text');
      });
    },
    dropped: (ws) => ws.getUserData().socket?.tooSlow(),
    drain(ws) {
      const socket = ws.getUserData().socket!;
      if (socket.bufferedBytes() > 0) return;
      if (socket.isSayingGoodbye) return socket.sayGoodbye();
      if (!socket.isWaitingForDrain) return;
      socket.isWaitingForDrain = false;
      guarded(socket, 'drain', () => handlers.drain?.(socket));
    },
    close(ws, code, message) {
      const socket = ws.getUserData().socket!;
      socket.handle = undefined;
      open.delete(socket);
      if (socket.isSayingGoodbye) lastGoodbyeMs = systemClock.monotonicMs();
      guarded(socket, 'close', () => handlers.close?.(socket, code, socket.limit ?? limitOf(code, message)));
      if (open.size === 0) whenEmpty?.();
    },
  });
  app.any('/*', (response, request) => {
    const isUpgrade = request.getHeader('upgrade') !== '';
    response.writeStatus(isUpgrade ? '404 Not Found' : '426 Upgrade Required').end(undefined, true);
  });

  function stopListening(): void {
    if (listening) uws.us_listen_socket_close(listening);
    listening = undefined;
  }

  return {
    adapter: 'uws',
    canPause: false,
    async listen(address) {
      listening = await listenOn(uws, app, address, options);
      return { host: address.host, port: uws.us_socket_local_port(listening) };
    },
    publish(topic, bytes) {
      const count = app.numSubscribers(topic);
      if (count > 0) app.publish(topic, bytes, true);
      return count;
    },
    connectionCount: () => open.size,
    stopListening,
    async close({ graceMs = DEFAULT_GRACE_MS } = {}) {
      stopListening();
      const empty = new Promise<void>((resolve) => {
        whenEmpty = resolve;
      });
      for (const socket of [...open]) socket.close(CLOSE_CODE.goingAway);
      const cutOff = setTimeout(() => app.close(), graceMs);
      if (open.size > 0) await empty;
      clearTimeout(cutOff);
      const lastWordsMs = lastGoodbyeMs + Math.min(LAST_WORDS_MS, graceMs) - systemClock.monotonicMs();
      if (lastWordsMs > 0) await systemClock.sleep(lastWordsMs);
      app.close();
    },
  };
}

function listenOn(
  uws: Uws,
  app: UwsModule.TemplatedApp,
  { host, port }: ListenAddress,
  { reusePort = false, portOption = DEFAULT_PORT_OPTION }: { reusePort?: boolean; portOption?: string },
): Promise<UwsModule.us_listen_socket> {
  // Without the option the library shares the port, and two servers would silently halve the connections.
  const how = reusePort ? SHARED_PORT : uws.LIBUS_LISTEN_EXCLUSIVE_PORT;
  return new Promise((resolve, reject) => {
    const listened = (token: UwsModule.us_listen_socket | false) => {
      if (token) return resolve(token);
      const address = { host: isIPv6(host) ? `[${host}]` : host, port };
      findListenError({ host, port }).then((err) => reject(listenError(err, address, portOption)), reject);
    };
    (app.listen as unknown as Listen).call(app, host, port, how, listened);
  });
}

/** The library does not say why it could not listen, so Node is asked to do the same. */
function findListenError(address: ListenAddress): Promise<unknown> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    // The other one has gone meanwhile.
    server.listen({ ...address, exclusive: true }, () => server.close(() => resolve({ code: 'EADDRINUSE' })));
  });
}

/** The library says in words why it cut a connection off; a peer cannot send 1006. */
function limitOf(code: number, message: ArrayBuffer): CutOffLimit | null {
  if (code !== CLOSE_CODE.abnormal) return null;
  const why = text(message);
  if (why.startsWith('Received too big message')) return 'message';
  return why === 'WebSocket timed out from inactivity' ? 'idle' : null;
}

/** The library counts in steps of 4 s and takes 8 s to 960 s. */
function idleTimeoutSeconds(idleTimeoutMs: number): number {
  return Math.min(960, Math.max(8, Math.round(idleTimeoutMs / 4_000) * 4));
}

function text(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString();
}
