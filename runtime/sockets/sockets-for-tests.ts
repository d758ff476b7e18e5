import type { TestContext } from 'node:test';
import { createMemoryLog, type Logger } from '../log.ts';
import type { Peer, PeerRequest } from './peer.ts';
import type { ConnectionRequest, Socket, SocketServer, SocketServerOptions } from './socket-server.ts';

/** One implementation of the contract, and how to reach it. */
export interface Subject {
  name: string;
  create<Data>(options: SocketServerOptions<Data>, log: Logger): SocketServer;
  connect(
    server: SocketServer,
    address: { host: string; port: number },
    request: PeerRequest & { answersPings?: boolean },
  ): Promise<Peer>;
  /** The twin has no ports, so it cannot find one taken. */
  hasPorts: boolean;
  /** The shortest idle time-out that a test can wait for; undefined where there is none or it is too long. */
  idleTimeoutMs: number | undefined;
}

export const PATH = '/v1/stream';

/** A server that answers every message with its bytes, and notes what happens. */
export interface Running {
  server: SocketServer;
  address: { host: string; port: number };
  sockets: Socket<ConnectionRequest>[];
  events: string[];
  records: Record<string, unknown>[];
  connect(request?: PeerRequest & { answersPings?: boolean }): Promise<Peer>;
}

export async function startServer(
  t: TestContext,
  subject: Subject,
  overrides: Partial<SocketServerOptions<ConnectionRequest>> = {},
): Promise<Running> {
  const { log, records } = createMemoryLog('info');
  const sockets: Socket<ConnectionRequest>[] = [];
  const events: string[] = [];
  const handlers = overrides.handlers ?? { message: (socket, bytes) => void socket.send(bytes.slice()) };
  const server = subject.create<ConnectionRequest>(
    {
      path: PATH,
      createData: (request) => ({ ...request }),
      maxMessageBytes: 1024 * 1024,
      maxBackpressureBytes: 1024 * 1024,
      whenSlow: 'drop',
      maxConnections: 10,
      idleTimeoutMs: 60_000,
      ...overrides,
      handlers: {
        ...handlers,
        open(socket) {
          sockets.push(socket);
          events.push('open');
          handlers.open?.(socket);
        },
        close(socket, code, limit) {
          events.push(`close ${code}${limit === null ? '' : ` for its limit: ${limit}`}`);
          handlers.close?.(socket, code, limit);
        },
      },
    },
    log,
  );
  t.after(() => server.close({ graceMs: 100 }));
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const connect = async (request = {}) => {
    const peer = await subject.connect(server, address, { path: PATH, ...request });
    t.after(() => peer.vanish());
    return peer;
  };
  return { server, address, sockets, events, records, connect };
}

/** The next `count` messages of a peer. */
export function collect(peer: Peer, count: number): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = [];
  return new Promise((resolve) => {
    peer.onMessage((bytes) => {
      messages.push(bytes);
      if (messages.length === count) resolve(messages);
    });
  });
}

/** Waits until `isTrue`, at most `boundMs`. */
export async function until(what: string, isTrue: () => boolean, boundMs = 20_000): Promise<void> {
  const deadlineMs = performance.now() + boundMs;
  while (!isTrue()) {
    if (performance.now() > deadlineMs) throw new Error(`${what} did not happen within ${boundMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
