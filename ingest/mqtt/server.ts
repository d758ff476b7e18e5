import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from '../../runtime/certificate.ts';
import type { Timer } from '../../runtime/clock.ts';
import { StartError } from '../../runtime/service.ts';
import { superviseTls, tlsServerOptions } from '../../runtime/tls-server.ts';
import type { FrontEndDeps } from '../connections/front-end.ts';
import { startSweeping } from '../connections/sweep.ts';
import { MqttConnection } from './connection.ts';

const TCP_KEEP_ALIVE_MS = 60_000;
const BACKLOG = 1_024;

export interface MqttServerOptions extends FrontEndDeps {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Several processes listen on the same port, and the kernel spreads the connections. */
  readonly reusePort?: boolean;
  /** With one the port speaks TLS and nothing else. */
  readonly certificate?: Certificate | null;
}

/** MQTT 3.1.1 and 5.0 over TCP or TLS. Every connection belongs to the `connections` of the process. */
export interface MqttServer {
  /** Throws {@link StartError} when the port cannot be had. */
  listen(): Promise<{ host: string; port: number }>;
  /** Accepts nothing more, acknowledges what was taken, says goodbye, and resolves when every connection is closed. */
  drain(): Promise<void>;
  /** Closes everything at once. */
  stop(): Promise<void>;
}

export function createMqttServer(options: MqttServerOptions): MqttServer {
  const { host, port, reusePort = false, certificate = null, connections, counts, limits, log } = options;
  const open = new Set<MqttConnection>();
  let sweeping: Timer | null = null;
  let whenEmpty: (() => void) | null = null;
  let isClosing = false;

  const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS };
  let cutHandshakes: () => void = () => undefined;
  const server = certificate === null ? createServer(socketOptions, accept) : createSecureServer(certificate);

  function createSecureServer(served: Certificate) {
    const handshakes = { maxHandshakes: limits.maxUnauthenticated, handshakeTimeoutMs: limits.connectTimeoutMs };
    const secure = createTlsServer({ ...socketOptions, ...tlsServerOptions(served, handshakes) }, accept);
    cutHandshakes = superviseTls(secure, served, handshakes, handshakeFailed);
    return secure;
  }

  function handshakeFailed(err: NodeJS.ErrnoException): void {
    log.debug({ err }, 'a TLS handshake came to nothing');
    if (err.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') counts.reasons.connect_timeout += 1;
    // Who hangs up in the middle only looked whether somebody is there, as load balancers do.
    else if (err.code !== 'ECONNRESET') counts.reasons.malformed_packet += 1;
  }

  function accept(socket: Socket): void {
    // Its handshake ended after the closing had begun.
    if (isClosing) return void socket.destroy();
    const place = connections.arrive(socket.remoteAddress ?? '');
    if (typeof place === 'string') {
      // There is no packet before CONNECT that could say so.
      counts.reasons[place] += 1;
      log.debug({ reason: place }, 'a connection is cut');
      socket.destroy();
      return;
    }
    const connection = new MqttConnection(socket, place, options);
    open.add(connection);
    counts.accepted += 1;
    counts.open += 1;
    socket.on('close', () => {
      open.delete(connection);
      counts.open -= 1;
      if (open.size === 0) whenEmpty?.();
    });
  }

  function close(): Promise<void> {
    isClosing = true;
    cutHandshakes();
    return new Promise((resolve, reject) => {
      if (!server.listening) return resolve();
      server.close((err) => (err ? reject(err) : resolve()));
    });
  }

  return {
    listen() {
      return new Promise((resolve, reject) => {
        const fail = (err: Error) => reject(new StartError(`MQTT cannot listen on ${host}:${port}: ${err.message}`));
        server.once('error', fail);
        server.listen({ host, port, reusePort, backlog: BACKLOG }, () => {
          server.off('error', fail);
          server.on('error', (err) => log.error({ err }, 'the MQTT listener failed'));
          sweeping = startSweeping(options, open);
          const address = server.address() as AddressInfo;
          log.info({ host: address.address, port: address.port, tls: certificate !== null }, 'MQTT is listening');
          resolve({ host: address.address, port: address.port });
        });
      });
    },
    async drain() {
      const closed = close();
      for (const connection of open) connection.drain();
      if (open.size > 0) await new Promise<void>((resolve) => (whenEmpty = resolve));
      await closed;
    },
    async stop() {
      const closed = close();
      for (const connection of open) connection.destroy('draining');
      await closed;
      sweeping?.cancel();
    },
  };
}
