import type { Certificate } from '../../runtime/certificate.ts';
import type { Timer } from '../../runtime/clock.ts';
import type { SocketServer, SocketServerOptions } from '../../runtime/sockets/socket-server.ts';
import { WEBSOCKET_PATH } from '../../schemas/names.ts';
import { encodeGoodbye } from '../../schemas/websocket-framing.ts';
import type { FrontEndDeps } from '../connections/front-end.ts';
import { startSweeping } from '../connections/sweep.ts';
import { closeCode } from './close-codes.ts';
import { type Slot, WebsocketConnection } from './connection.ts';

export interface WebsocketServerOptions extends FrontEndDeps {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Several processes listen on the same port, and the kernel spreads the connections. */
  readonly reusePort?: boolean;
  /** With one the port speaks TLS and nothing else. */
  readonly certificate?: Certificate | null;
  /** Chooses the adapter, and says so in the log. */
  readonly createSockets: (options: SocketServerOptions<Slot>) => SocketServer | Promise<SocketServer>;
}

/** Frames over binary WebSocket. Every connection belongs to the `connections` of the process, over all protocols. */
export interface WebsocketServer {
  /** Throws `StartError` when the port cannot be had. */
  listen(): Promise<{ host: string; port: number }>;
  /** Accepts nothing more, acknowledges what was taken, says goodbye, and resolves when every connection is closed. */
  drain(): Promise<void>;
  /** Closes everything at once. */
  stop(): Promise<void>;
}

export async function createWebsocketServer(options: WebsocketServerOptions): Promise<WebsocketServer> {
  const { host, port, reusePort = false, connections, counts, limits, log } = options;
  const open = new Set<WebsocketConnection>();
  let sweeping: Timer | null = null;
  let whenEmpty: (() => void) | null = null;

  const sockets = await options.createSockets({
    path: WEBSOCKET_PATH,
    createData: () => ({ connection: null }),
    maxMessageBytes: limits.maxPacketBytes,
    maxBackpressureBytes: limits.maxOutputBytes,
    whenSlow: 'close',
    maxConnections: limits.maxConnections,
    idleTimeoutMs: limits.websocketIdleMs,
    reusePort,
    ...(options.certificate && {
      tls: {
        certificate: options.certificate,
        maxHandshakes: limits.maxUnauthenticated,
        handshakeTimeoutMs: limits.connectTimeoutMs,
      },
    }),
    portOption: '--websocket-port',
    handlers: {
      open(socket) {
        const place = connections.arrive(socket.remoteAddress);
        if (typeof place === 'string') {
          counts.reasons[place] += 1;
          socket.send(encodeGoodbye(place));
          socket.close(closeCode(place), place);
          return;
        }
        const connection = new WebsocketConnection(socket, place, sockets.canPause, options);
        socket.data.connection = connection;
        open.add(connection);
        counts.accepted += 1;
        counts.open += 1;
      },
      message: (socket, bytes, kind) => socket.data.connection?.message(bytes, kind),
      close(socket, _code, limit) {
        const { connection } = socket.data;
        if (connection === null) return;
        connection.gone(limit);
        open.delete(connection);
        counts.open -= 1;
        if (open.size === 0) whenEmpty?.();
      },
    },
  });

  return {
    async listen() {
      const address = await sockets.listen({ host, port });
      sweeping = startSweeping(options, open);
      log.info({ ...address, path: WEBSOCKET_PATH, adapter: sockets.adapter }, 'WebSocket is listening');
      return address;
    },
    async drain() {
      sockets.stopListening();
      for (const connection of open) connection.drain();
      if (open.size > 0) await new Promise<void>((resolve) => (whenEmpty = resolve));
    },
    async stop() {
      for (const connection of open) connection.close('draining');
      await sockets.close({ graceMs: limits.lingerMs });
      sweeping?.cancel();
    },
  };
}
