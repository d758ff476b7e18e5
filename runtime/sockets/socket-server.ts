import type { Certificate } from '../certificate.ts';
import type { HandshakeLimits } from '../tls-server.ts';

/**
 * The contract of the WebSocket server. Two adapters keep it on real sockets (`uws-server.ts`, `ws-server.ts`), a twin
 * in memory (`memory-server.ts`), and `conformance.ts` holds all three to it.
 *
 * Promises of every adapter:
 * - `open` comes once for each socket, then `message` in order of arrival, then `close` exactly once; nothing after it.
 * - A socket that is closed can still be called: `send` answers `dropped`, the rest does nothing.
 * - What one socket holds in memory stays below `maxBackpressureBytes` plus what is sent at once, whether or not its
 *   peer reads.
 * - A handler that throws costs its own socket (closed with 1011) and a line in the log, nothing else.
 * - A connection beyond `maxConnections` is refused with 503, one for another path with 404, before it is a WebSocket.
 */
export interface SocketServer {
  /** `uws`, `ws` or `memory`. */
  readonly adapter: string;
  /** Whether `pause` really stops reading. If not, the owner closes sockets that send more than it can take. */
  readonly canPause: boolean;
  /** Resolves with the address in use (port 0 takes a free port); throws `StartError`, as when the port is taken. */
  listen(address: { host: string; port: number }): Promise<{ host: string; port: number }>;
  /**
   * Sends to every subscriber and returns to how many. One that is too slow is treated as in `send`, and may be counted
   * all the same.
   */
  publish(topic: string, bytes: Uint8Array): number;
  connectionCount(): number;
  /** Takes no new connections; those that are open stay. */
  stopListening(): void;
  /** Closes every socket with 1001, waits at most `graceMs` for the peers to answer, then cuts the rest off. */
  close(options?: { graceMs?: number }): Promise<void>;
}

/** What became of a message: in the kernel's hands, in our memory until `drain`, or gone because there is no room. */
export type SendResult = 'sent' | 'buffered' | 'dropped';

export interface Socket<Data> {
  /** The owner's slot, as `createData` made it. */
  readonly data: Data;
  readonly remoteAddress: string;
  /** Sends one binary message. The bytes must not change afterwards. */
  send(bytes: Uint8Array): SendResult;
  /**
   * Sends several binary messages in their order, as one write. `dropped` when one of them is: which of the others
   * arrive, nobody says.
   */
  sendAll(messages: readonly Uint8Array[]): SendResult;
  /** Bytes of messages that wait in our memory for the peer to read. */
  bufferedBytes(): number;
  /** Stops reading until `resume`; messages already read (up to 64 KiB of them) still arrive. See `canPause`. */
  pause(): void;
  resume(): void;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /**
   * Says goodbye, after all that was sent before, with a close code (1000–1014, 3000–4999) and a reason of at most 123
   * bytes. Waits for the peer as long as it takes; `terminate` cuts that short.
   */
  close(code: number, reason?: string): void;
  /** Cuts the connection without a word. */
  terminate(): void;
}

/** `maxMessageBytes`, `maxBackpressureBytes` (with `whenSlow: 'close'`) and `idleTimeoutMs`. */
export type CutOffLimit = 'message' | 'backpressure' | 'idle';

export interface ConnectionRequest {
  /** Without the question mark; may be empty. */
  query: string;
  /** What stood for `:id` in the path; '' without one. */
  word: string;
  origin: string | undefined;
  host: string | undefined;
  cookie: string | undefined;
  remoteAddress: string;
}

export interface SocketHandlers<Data> {
  open?(socket: Socket<Data>): void;
  /** `bytes` may be used only until the handler returns: copy what must stay. A text message comes as its UTF-8. */
  message(socket: Socket<Data>, bytes: Uint8Array, kind: 'binary' | 'text'): void;
  /** Everything that was `buffered` is now with the kernel. */
  drain?(socket: Socket<Data>): void;
  /**
   * `code` is the peer's close code, or 1006 when the connection just ended; `limit` is the one for which the server
   * cut it off without being told to.
   */
  close?(socket: Socket<Data>, code: number, limit: CutOffLimit | null): void;
}

export interface SocketServerOptions<Data> {
  /** The one path that is served, such as `/v1/stream`, or all that end with one word more: `/v1/live/races/:id`. */
  path: string;
  createData(request: ConnectionRequest): Data;
  handlers: SocketHandlers<Data>;
  /** A longer message closes its connection with 1009; one far longer may be cut off before it is read. */
  maxMessageBytes: number;
  /** When this much waits for a slow reader, `whenSlow` happens. */
  maxBackpressureBytes: number;
  /** At the limit: drop the message and keep the connection, or cut the connection (the message is dropped too). */
  whenSlow: 'drop' | 'close';
  maxConnections: number;
  /**
   * A peer that sends nothing and answers no ping for this long is cut off. uWebSockets.js counts in steps of 4 s from
   * 8 s to 960 s and takes the nearest.
   */
  idleTimeoutMs: number;
  /** Speaks TLS and nothing else. */
  tls?: HandshakeLimits & { readonly certificate: Certificate };
  /** Several processes on one port, by the kernel's balancing. */
  reusePort?: boolean;
  /** The option that sets the port, for the message about a taken one. */
  portOption?: string;
}

/** Close codes we send, by their meaning (RFC 6455, 7.4.1 and the IANA registry). */
export const CLOSE_CODE = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  abnormal: 1006,
  policyViolation: 1008,
  tooBig: 1009,
  internalError: 1011,
  tryAgainLater: 1013,
} as const;

export const DEFAULT_GRACE_MS = 2_000;
export const DEFAULT_PORT_OPTION = '--port';
