import { WebSocket } from 'ws';
import { type Clock, systemClock } from '../../runtime/clock.ts';
import {
  CONNECT_TIMEOUT_MS,
  type Connect,
  ConnectError,
  type Connection,
  DEFAULT_MAX_IN_FLIGHT,
  type Outcome,
  outcomeOfPuback,
} from './transport.ts';
import { ACKS, frameMessage, GOODBYE, helloMessage, readAcks, SLOW_DOWN, WELCOME } from './websocket-words.ts';

export interface WebsocketTarget {
  /** `ws://host:port`, with the path that ingest serves. */
  readonly url: string;
  readonly clock?: Clock;
}

const CLOSE_TIMEOUT_MS = 2_000;

/** Phones: the token in the first message, then frames; answers come for each frame, in any order. */
export function createWebsocketConnect({ url, clock = systemClock }: WebsocketTarget): Connect {
  return async function connect({ device, token }) {
    const socket = new WebSocket(url, { handshakeTimeout: CONNECT_TIMEOUT_MS, perMessageDeflate: false });
    const phone = createPhone(socket, clock);
    // An open deployment has no tokens: there the name of the device stands in its place.
    socket.once('open', () => socket.send(helloMessage(token ?? device)));
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

  function hear(message: Buffer): void {
    if (message[0] === WELCOME) welcomed.resolve();
    else if (message[0] === ACKS) {
      for (const ack of readAcks(message)) {
        const settle = waiting.get(ack.ordinal);
        waiting.delete(ack.ordinal);
        settle?.(outcomeOfPuback(ack.status, undefined));
      }
    } else if (message[0] === GOODBYE) {
      why = `the server said goodbye: ${message.subarray(1).toString()}`;
      welcomed.reject(new ConnectError(why, { isFinal: /token|device/.test(why) }));
    } else if (message[0] === SLOW_DOWN) slowUntilMs = clock.nowMs() + message.readUInt32LE(1);
  }

  const connection: Connection = {
    maxInFlight: DEFAULT_MAX_IN_FLIGHT,
    get slowUntilMs() {
      return slowUntilMs;
    },
    closed: closed.promise,
    send(frame) {
      if (socket.readyState !== WebSocket.OPEN) return Promise.resolve({ kind: 'lost' });
      const own = ordinal++;
      socket.send(frameMessage(frame));
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
