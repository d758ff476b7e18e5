import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { listenError } from '../listen-error.ts';
import type { Logger } from '../log.ts';
import { superviseTls, tlsServerOptions } from '../tls-server.ts';
import { createHeartbeat } from './heartbeat.ts';
import { wordOf } from './paths.ts';
import {
  CLOSE_CODE,
  type CutOffLimit,
  DEFAULT_GRACE_MS,
  DEFAULT_PORT_OPTION,
  type SendResult,
  type Socket,
  type SocketServer,
  type SocketServerOptions,
} from './socket-server.ts';
import { createTopics } from './topics.ts';

const BINARY = { binary: true } as const;

/** The same on the port of an HTTP server, which whoever made it listens with and closes. */
export function attachWsServer<Data>(
  http: Server,
  options: SocketServerOptions<Data>,
  log: Logger,
): Omit<SocketServer, 'listen'> {
  return createWsServer(options, log, http);
}

/** The contract on the package `ws`: plain JavaScript, runs wherever Node does. */
export function createWsServer<Data>(options: SocketServerOptions<Data>, log: Logger, attached?: Server): SocketServer {
  const { path, handlers, maxMessageBytes, maxBackpressureBytes, maxConnections, portOption } = options;
  const open = new Set<WsSocket>();
  const topics = createTopics<WsSocket>();
  const heartbeat = createHeartbeat<WsSocket>(options.idleTimeoutMs);
  const upgrader = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false });
  let cutHandshakes: () => void = () => undefined;
  const http = attached ?? createHttp();

  function createHttp() {
    const { tls } = options;
    if (tls === undefined) return createServer(refuseToAnswer);
    const https = createHttpsServer(tlsServerOptions(tls.certificate, tls), refuseToAnswer);
    cutHandshakes = superviseTls(https, tls.certificate, tls, (err) =>
      log.debug({ err }, 'a TLS handshake came to nothing'),
    );
    return https;
  }

  /** One connection. `isOpen` turns false once, when its end is certain; from then on every call is harmless. */
  class WsSocket implements Socket<Data> {
    readonly data: Data;
    readonly remoteAddress: string;
    readonly ws: WebSocket;
    /** What it writes to. */
    readonly stream: Duplex;
    isOpen = true;
    isPaused = false;
    limit: CutOffLimit | null = null;
    private isWaitingForDrain = false;

    constructor(ws: WebSocket, stream: Duplex, remoteAddress: string, data: Data) {
      this.ws = ws;
      this.stream = stream;
      this.remoteAddress = remoteAddress;
      this.data = data;
    }

    send(bytes: Uint8Array): SendResult {
      if (!this.hasRoom()) return 'dropped';
      this.ws.send(bytes, BINARY, this.written);
      return this.afterSending();
    }

    sendAll(messages: readonly Uint8Array[]): SendResult {
      if (!this.hasRoom()) return 'dropped';
      this.stream.cork();
      for (const bytes of messages) this.ws.send(bytes, BINARY, this.written);
      this.stream.uncork();
      return this.afterSending();
    }

    private hasRoom(): boolean {
      if (!this.isOpen || this.ws.readyState !== WebSocket.OPEN) return false;
      if (this.ws.bufferedAmount < maxBackpressureBytes) return true;
      if (options.whenSlow === 'close') this.cutOff('backpressure');
      return false;
    }

    private afterSending(): SendResult {
      if (this.ws.bufferedAmount === 0) return 'sent';
      this.isWaitingForDrain = true;
      return 'buffered';
    }

    private readonly written = (): void => {
      if (!this.isWaitingForDrain || !this.isOpen || this.ws.bufferedAmount > 0) return;
      this.isWaitingForDrain = false;
      guarded(this, 'drain', () => handlers.drain?.(this));
    };

    bufferedBytes(): number {
      return this.isOpen ? this.ws.bufferedAmount : 0;
    }

    pause(): void {
      if (!this.isOpen || this.isPaused) return;
      this.isPaused = true;
      this.ws.pause();
    }

    resume(): void {
      if (!this.isOpen || !this.isPaused) return;
      this.isPaused = false;
      heartbeat.heard(this);
      this.ws.resume();
    }

    subscribe(topic: string): void {
      if (this.isOpen) topics.add(topic, this);
    }

    unsubscribe(topic: string): void {
      topics.delete(topic, this);
    }

    close(code: number, reason = ''): void {
      // A paused socket would never read the peer's answer.
      this.resume();
      this.ws.close(code, reason);
    }

    ping(): void {
      if (this.ws.readyState === WebSocket.OPEN) this.ws.ping();
    }

    terminate(): void {
      this.ws.terminate();
    }

    cutOff(limit: CutOffLimit): void {
      this.limit ??= limit;
      this.ws.terminate();
    }
  }

  function guarded(socket: WsSocket, what: string, handle: () => void): void {
    try {
      handle();
    } catch (err) {
      log.error({ err, remoteAddress: socket.remoteAddress }, `the socket handler ${what} threw`);
      socket.close(CLOSE_CODE.internalError);
    }
  }

  function accept(ws: WebSocket, request: IncomingMessage, query: string, word: string): void {
    const remoteAddress = request.socket.remoteAddress ?? '';
    const { origin, host, cookie } = request.headers;
    const data = options.createData({ query, word, origin, host, cookie, remoteAddress });
    const socket = new WsSocket(ws, request.socket, remoteAddress, data);
    open.add(socket);
    heartbeat.add(socket);
    ws.on('message', (message: Buffer, isBinary) => {
      heartbeat.heard(socket);
      // A plain array, because `slice` of a Buffer does not copy, and whoever keeps the bytes relies on a copy.
      const bytes = new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
      guarded(socket, 'message', () => handlers.message(socket, bytes, isBinary ? 'binary' : 'text'));
    });
    ws.on('pong', () => heartbeat.heard(socket));
    ws.on('ping', () => heartbeat.heard(socket));
    // `close` follows: here only why is noted (a frame that breaks the protocol, a message that is too long).
    ws.on('error', (err: NodeJS.ErrnoException) => {
      if (err.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') socket.limit ??= 'message';
      log.debug({ err, remoteAddress }, 'a WebSocket connection broke');
    });
    ws.on('close', (code) => {
      socket.isOpen = false;
      open.delete(socket);
      heartbeat.delete(socket);
      topics.deleteMember(socket);
      guarded(socket, 'close', () => handlers.close?.(socket, code, socket.limit));
    });
    guarded(socket, 'open', () => handlers.open?.(socket));
  }

  onUpgrade(http, (request, stream, head) => {
    const [requestPath, query = ''] = (request.url ?? '/').split('?', 2);
    const word = wordOf(path, requestPath);
    if (word === null) return false;
    if (open.size >= maxConnections) refuse(stream, 503);
    else upgrader.handleUpgrade(request, stream, head, (ws) => accept(ws, request, query, word));
    return true;
  });

  return {
    adapter: 'ws',
    canPause: true,
    async listen({ host, port }) {
      await new Promise<void>((resolve, reject) => {
        http.once('error', (err) => reject(listenError(err, { host, port }, portOption ?? DEFAULT_PORT_OPTION)));
        http.listen({ host, port, reusePort: options.reusePort ?? false }, resolve);
      });
      const address = http.address() as AddressInfo;
      return { host: address.address, port: address.port };
    },
    publish(topic, bytes) {
      let count = 0;
      for (const socket of topics.members(topic)) if (socket.send(bytes) !== 'dropped') count++;
      return count;
    },
    connectionCount: () => open.size,
    stopListening() {
      if (attached === undefined && http.listening) http.close();
    },
    async close({ graceMs = DEFAULT_GRACE_MS } = {}) {
      heartbeat.stop();
      const closed = new Promise<void>((resolve) => {
        if (attached === undefined && http.listening) http.close();
        const gone = () => void (open.size === 0 && resolve());
        for (const socket of open) {
          socket.ws.once('close', gone);
          socket.close(CLOSE_CODE.goingAway);
        }
        gone();
      });
      const cutOff = setTimeout(() => {
        for (const socket of open) socket.terminate();
      }, graceMs);
      await closed;
      clearTimeout(cutOff);
      cutHandshakes();
      if (attached === undefined) http.closeAllConnections();
    },
  };
}

/** True when the path was one's own. */
type Upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => boolean;
/** Several may be attached to one HTTP server: the first that serves the path answers. */
const upgrades = new WeakMap<Server, Upgrade[]>();

function onUpgrade(http: Server, upgrade: Upgrade): void {
  const known = upgrades.get(http);
  if (known !== undefined) return void known.push(upgrade);
  const all = [upgrade];
  upgrades.set(http, all);
  http.on('upgrade', (request, stream, head) => {
    if (!all.some((one) => one(request, stream, head))) refuse(stream, 404);
  });
}

function refuseToAnswer(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end('this port speaks WebSocket only\n');
}

function refuse(stream: Duplex, status: number): void {
  stream.on('error', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
