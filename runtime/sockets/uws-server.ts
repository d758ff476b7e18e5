import type * as UwsModule from 'uWebSockets.js';
import { isIPv6 } from 'node:net';
import { type ListenAddress, listenError } from '../listen-error.ts';
import type { Logger } from '../log.ts';
import {
  CLOSE_CODE,
  type ConnectionRequest,
  type CutOffLimit,
  DEFAULT_GRACE_MS,
  DEFAULT_PORT_OPTION,
  type SendResult,
  type Socket,
  type SocketServer,
  type SocketServerOptions,
} from './socket-server.ts';

/** The library as it is: its type declarations miss two facts about listening. */
export type Uws = typeof UwsModule & { LIBUS_LISTEN_EXCLUSIVE_PORT: number };
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

/** What uWebSockets.js answers to a send. */
const SENT = 1;
const DROPPED = 2;
/** Its default: a port that several sockets listen on. */
const SHARED_PORT = 0;

interface Slot<Data> {
  request: ConnectionRequest;
  socket?: UwsSocket<Data>;
}

/**
 * One connection. The library's object must not be touched after its close event, so `handle` is taken away then, and
 * every call is harmless from there on.
 */
class UwsSocket<Data> implements Socket<Data> {
  readonly data: Data;
  readonly remoteAddress: string;
  isWaitingForDrain = false;
  isTooSlow = false;
  handle: UwsModule.WebSocket<Slot<Data>> | undefined;
  private readonly closesWhenSlow: boolean;

  constructor(handle: UwsModule.WebSocket<Slot<Data>>, remoteAddress: string, data: Data, closesWhenSlow: boolean) {
    this.handle = handle;
    this.remoteAddress = remoteAddress;
    this.data = data;
    this.closesWhenSlow = closesWhenSlow;
  }

  send(bytes: Uint8Array): SendResult {
    const result = this.handle?.send(bytes, true);
    if (result === undefined) return 'dropped';
    if (result === SENT) return 'sent';
    if (result === DROPPED) {
      if (this.closesWhenSlow) {
        this.isTooSlow = true;
        this.terminate();
      }
      return 'dropped';
    }
    this.isWaitingForDrain = true;
    return 'buffered';
  }

  bufferedBytes(): number {
    return this.handle?.getBufferedAmount() ?? 0;
  }

  pause(): void {
    // The library cannot pause a WebSocket: see `canPause`.
  }

  resume(): void {
    // Nothing was paused.
  }

  subscribe(topic: string): void {
    this.handle?.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    this.handle?.unsubscribe(topic);
  }

  close(code: number, reason = ''): void {
    this.handle?.end(code, reason);
  }

  terminate(): void {
    this.handle?.close();
  }
}

/** The contract on uWebSockets.js: native, several times faster, but not for every machine (see `loadUws`). */
export function createUwsServer<Data>(uws: Uws, options: SocketServerOptions<Data>, log: Logger): SocketServer {
  const { path, handlers, whenSlow, maxConnections } = options;
  const open = new Set<UwsSocket<Data>>();
  const app = uws.App();
  let listening: UwsModule.us_listen_socket | undefined;
  let whenEmpty: (() => void) | undefined;

  function guarded(socket: UwsSocket<Data>, what: string, handle: () => void): void {
    try {
      handle();
    } catch (err) {
      log.error({ err, remoteAddress: socket.remoteAddress }, `the socket handler ${what} threw`);
      socket.close(CLOSE_CODE.internalError);
    }
  }

  app.ws<Slot<Data>>(path, {
    maxPayloadLength: options.maxMessageBytes,
    maxBackpressure: options.maxBackpressureBytes,
    closeOnBackpressureLimit: whenSlow === 'close',
    idleTimeout: idleTimeoutSeconds(options.idleTimeoutMs),
    sendPingsAutomatically: true,
    compression: uws.DISABLED,
    upgrade(response, request, context) {
      if (open.size >= maxConnections) {
        response.writeStatus('503 Service Unavailable').end(undefined, true);
        return;
      }
      const slot: Slot<Data> = {
        request: {
          query: request.getQuery() ?? '',
          origin: request.getHeader('origin') || undefined,
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
      guarded(socket, 'message', () => {
        handlers.message(socket, new Uint8Array(message), isBinary ? 'binary' : 'text');
      });
    },
    drain(ws) {
      const socket = ws.getUserData().socket!;
      if (!socket.isWaitingForDrain || socket.bufferedBytes() > 0) return;
      socket.isWaitingForDrain = false;
      guarded(socket, 'drain', () => handlers.drain?.(socket));
    },
    close(ws, code, message) {
      const socket = ws.getUserData().socket!;
      socket.handle = undefined;
      open.delete(socket);
      const limit = socket.isTooSlow ? 'backpressure' : limitOf(code, message);
      guarded(socket, 'close', () => handlers.close?.(socket, code, limit));
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
      if (token) resolve(token);
      else reject(listenError({ code: 'EADDRINUSE' }, { host: isIPv6(host) ? `[${host}]` : host, port }, portOption));
    };
    (app.listen as unknown as Listen).call(app, host, port, how, listened);
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
