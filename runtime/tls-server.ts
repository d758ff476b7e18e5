import type { Socket } from 'node:net';
import type { Server, TlsOptions } from 'node:tls';
import type { Certificate, KeyPair } from './certificate.ts';

/** What strangers may hold before their handshake is done. */
export interface HandshakeLimits {
  readonly maxHandshakes: number;
  readonly handshakeTimeoutMs: number;
}

/** The oldest version that is still considered safe (RFC 8996). */
const MIN_VERSION = 'TLSv1.2';

/** The options of `node:tls` and `node:https` that serve this certificate. */
export function tlsServerOptions({ pair }: Certificate, { handshakeTimeoutMs }: HandshakeLimits): TlsOptions {
  return { ...pair, minVersion: MIN_VERSION, handshakeTimeout: handshakeTimeoutMs };
}

/**
 * Lets a TLS (or HTTPS) server take renewed certificates over, for connections that come from then on, and bounds its
 * handshakes: a connection is nobody's until its handshake is done, so no other limit sees it. `onFailed` hears of
 * handshakes that came to nothing. What is returned cuts those that are under way, for a server that closes.
 */
export function superviseTls(
  server: Server,
  certificate: Certificate,
  { maxHandshakes }: HandshakeLimits,
  onFailed: (error: NodeJS.ErrnoException) => void,
): () => void {
  /** By the peer's address and port: nothing else tells which socket became a secure one. */
  const handshaking = new Map<string, Socket>();
  const keyOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
  certificate.onRenewed((pair: KeyPair) => server.setSecureContext({ ...pair, minVersion: MIN_VERSION }));
  server.on('connection', (raw: Socket) => {
    if (handshaking.size >= maxHandshakes) return raw.destroy();
    const key = keyOf(raw);
    handshaking.set(key, raw);
    raw.once('close', () => {
      if (handshaking.get(key) === raw) handshaking.delete(key);
    });
  });
  server.on('secureConnection', (socket) => handshaking.delete(keyOf(socket)));
  server.on('tlsClientError', (error, socket) => {
    socket.destroy();
    onFailed(error);
  });
  return () => {
    for (const raw of handshaking.values()) raw.destroy();
  };
}
