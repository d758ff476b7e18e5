import type { TestContext } from 'node:test';
import type { Logger } from '../../runtime/log.ts';
import { createMemorySocketServer, type MemorySocketServer } from '../../runtime/sockets/memory-server.ts';
import type { Peer } from '../../runtime/sockets/peer.ts';
import type { SocketServer, SocketServerOptions } from '../../runtime/sockets/socket-server.ts';
import { until } from '../../runtime/sockets/sockets-for-tests.ts';
import { connectWsPeer } from '../../runtime/sockets/ws-peer.ts';
import { encodeFrame } from '../../schemas/frame/encode.ts';
import { WEBSOCKET_PATH } from '../../schemas/names.ts';
import { type DownMessage, encodeFrameMessage, encodeHello, readDown } from '../../schemas/websocket-framing.ts';
import { countedReasons, createFrontEndParts, type FrontEndParts } from '../front-end-for-tests.ts';
import type { Slot } from './connection.ts';
import { createWebsocketServer } from './server.ts';

/** A phone that sends what it is told to, right or wrong, and keeps what it is sent. */
export interface Phone {
  readonly peer: Peer;
  /** Everything that came. */
  readonly said: DownMessage[];
  send(...messages: Uint8Array[]): void;
  /** The next message that was not asked for yet. */
  next(): Promise<DownMessage>;
  /** What came before the end and was not asked for yet, then the close code. */
  rest(): Promise<[...DownMessage[], number]>;
}

export type CreateSockets = (options: SocketServerOptions<Slot>, log: Logger) => SocketServer;

export interface WebsocketTestOptions extends FrontEndParts {
  /** Real sockets; without them all happens in memory. */
  readonly sockets?: CreateSockets;
  /** Makes the socket server one that cannot hold reading. */
  readonly cannotPause?: boolean;
}

/** A front end in memory, or on real sockets at a free port. Time stands still until `clock.advance`. */
export async function startWebsocket(t: TestContext, options: WebsocketTestOptions = {}) {
  const parts = createFrontEndParts(options);
  for (const device of ['phone', 'other']) parts.authenticator.answers.set(`${device}-token`, { device });
  let sockets: SocketServer | undefined;
  const server = await createWebsocketServer({
    ...parts,
    host: '127.0.0.1',
    port: 0,
    createSockets(socketOptions) {
      sockets = createSockets(options, socketOptions, parts.log);
      return sockets;
    },
  });
  const address = await server.listen();
  t.after(async () => {
    await server.stop();
    parts.connections.stop();
  });

  async function connect(request: { answersPings?: boolean } = {}): Promise<Phone> {
    const peer = options.sockets
      ? await connectWsPeer(address, { path: WEBSOCKET_PATH, ...request })
      : await (sockets as MemorySocketServer).connect({ path: WEBSOCKET_PATH });
    t.after(() => peer.vanish());
    return phoneOf(peer);
  }

  return {
    ...parts,
    server,
    address,
    connect,
    /** Connects and gets in. */
    async enter(token = 'phone-token', client = '') {
      const phone = await connect();
      phone.send(encodeHello({ client, token }));
      await phone.next();
      return phone;
    },
    reasons: () => countedReasons(parts.counts),
    /** Frames that came, once there are so many. */
    async offered(count: number) {
      await until(`${count} frames`, () => parts.intake.offered.length >= count, 30_000);
      return parts.intake.offered;
    },
  };
}

function createSockets(
  { sockets, cannotPause = false }: WebsocketTestOptions,
  options: SocketServerOptions<Slot>,
  log: Logger,
): SocketServer {
  if (sockets) return sockets(options, log);
  const server = createMemorySocketServer(options, log);
  if (!cannotPause) return server;
  const { open } = options.handlers;
  options.handlers.open = (socket) => {
    socket.pause = () => undefined;
    open?.(socket);
  };
  return { ...server, canPause: false } as MemorySocketServer;
}

export function phoneOf(peer: Peer): Phone {
  const said: DownMessage[] = [];
  let code: number | null = null;
  let read = 0;
  peer.onMessage((bytes) => {
    const message = readDown(bytes);
    if (message === null) throw new RangeError(`no message of ours: ${Buffer.from(bytes).toString('hex')}`);
    said.push(message);
  });
  void peer.closed.then((closedWith) => {
    code = closedWith;
  });
  return {
    peer,
    said,
    send(...messages) {
      for (const message of messages) peer.send(message);
    },
    async next() {
      await until('a message', () => said.length > read || code !== null, 30_000);
      if (said.length === read) throw new Error(`the connection was closed (${code}) before another message came`);
      return said[read++];
    },
    async rest() {
      await until('the end of the connection', () => code !== null, 30_000);
      return [...said.slice(read), code!];
    },
  };
}

export const BOOT = { bootLow: 0xff, bootHigh: 1 };

export function frameMessage(seq: number): Buffer {
  const boot = '00000001000000ff';
  const frame = { device: 'phone', boot, seq, source: 'hr', timesMs: [seq], columns: { heart_rate: [60] } };
  return encodeFrameMessage('protobuf', encodeFrame(frame));
}

export { until };
