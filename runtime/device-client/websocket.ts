import { WebSocket } from 'ws';
import { REASONS, type Reason } from '../../schemas/reasons.ts';
import { type Ack, encodeFrameMessage, encodeHello, readDown } from '../../schemas/websocket-framing.ts';
import { type Clock, systemClock } from '../clock.ts';
import {
  CONNECT_TIMEOUT_MS,
  type Connect,
  ConnectError,
  type Connection,
  DEFAULT_MAX_IN_FLIGHT,
  type Outcome,
} from './connection.ts';

export interface WebsocketTarget {
  /** `ws://host:port`, with the path that ingest serves. */
  readonly url: string;
  readonly clock?: Clock;
}

const CLOSE_TIMEOUT_MS = 2_000;
/** Goodbyes after which coming back with the same token is of no use. */
const FINAL_REASONS = new Set(['bad_token', 'expired_token', 'revoked_token', 'wrong_device', 'not_supported']);

/** Phones: the token in the first message, then frames; answers come for each frame, in any order. */
export function createWebsocketConnect({ url, clock = systemClock }: WebsocketTarget): Connect {
  return async function connect({ device, token }) {
    const socket = new WebSocket(url, { handshakeTimeout: CONNECT_TIMEOUT_MS, perMessageDeflate: false });
    const phone = createPhone(socket, clock);
    // An open deployment has no tokens: there the name of the device stands in its place.
    socket.once('open', () => socket.send(encodeHello({ client: '', token: token ?? device })));
    const timer = clock.setTimer(() => socket.terminate(), CONNECT_TIMEOUT_MS);
    try {
      await phone.welcomed;
      return phone.connection;
    } catch (error) {
      socket.terminate();
      throw error;
    } finally {
      timer.cancel();
    }
  };
}

function createPhone(socket: WebSocket, clock: Clock) {
  const waiting = new Map<number, (outcome: Outcome) => void>();
  const welcomed = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<string>();
  let ordinal = 0;
  let maxInFlight = DEFAULT_MAX_IN_FLIGHT;
  let slowUntilMs = 0;
  let why = 'the server closed the connection';

  socket.on('message', (data) => {
    try {
      hear(data as Buffer);
    } catch (error) {
      why = `the server sent nonsense: ${(error as Error).message}`;
      socket.terminate();
    }
  });
  socket.on('error', (error) => {
    why = error.message;
  });
  socket.on('close', () => {
    for (const settle of waiting.values()) settle({ kind: 'lost' });
    waiting.clear();
    welcomed.reject(new ConnectError(why));
    closed.resolve(why);
  });

  function hear(bytes: Buffer): void {
    const message = readDown(bytes);
    if (message === null) throw new RangeError(`a message of ${bytes.length} bytes that starts with ${bytes[0]}`);
    if (message.kind === 'welcome') {
      maxInFlight = message.maxInFlightFrames;
      welcomed.resolve();
    } else if (message.kind === 'acks') {
      for (const ack of message.acks) {
        const settle = waiting.get(ack.ordinal);
        waiting.delete(ack.ordinal);
        settle?.(outcomeOfAck(ack));
      }
    } else if (message.kind === 'goodbye') {
      why = `the server said goodbye: ${message.reason}`;
      welcomed.reject(new ConnectError(why, { isFinal: FINAL_REASONS.has(message.reason) }));
    } else if (message.kind === 'slow-down') {
      slowUntilMs = clock.nowMs() + message.forMs;
    }
  }

  const connection: Connection = {
    get maxInFlight() {
      return maxInFlight;
    },
    get slowUntilMs() {
      return slowUntilMs;
    },
    closed: closed.promise,
    send(frame) {
      if (socket.readyState !== WebSocket.OPEN) return Promise.resolve({ kind: 'lost' });
      const own = ordinal;
      ordinal = (ordinal + 1) >>> 0;
      socket.send(encodeFrameMessage('protobuf', frame));
      return new Promise((resolve) => waiting.set(own, resolve));
    },
    async close() {
      why = 'the device said goodbye';
      socket.close(1000);
      const timer = clock.setTimer(() => socket.terminate(), CLOSE_TIMEOUT_MS);
      await closed.promise;
      timer.cancel();
    },
    cut() {
      why = 'the device lost its radio';
      socket.terminate();
    },
  };
  return { connection, welcomed: welcomed.promise };
}

function outcomeOfAck({ status, reason }: Ack): Outcome {
  if (status === 'refused') return { kind: 'refused', reason };
  if (status === 'stored') return { kind: 'acknowledged', reason: null };
  return { kind: 'acknowledged', reason: reason in REASONS ? (reason as Reason) : 'unnamed' };
}
