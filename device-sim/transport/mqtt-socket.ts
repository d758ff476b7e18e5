import { connect as connectTcp, type Socket } from 'node:net';
import {
  CONNECT_TIMEOUT_MS,
  ConnectError,
  type Credentials,
  DEFAULT_MAX_IN_FLIGHT,
} from '../../runtime/device-client/connection.ts';
import { connectPacket, DISCONNECT, PINGREQ } from './mqtt-bytes.ts';
import { createMqttReader } from './mqtt-reader.ts';
import { KEEP_ALIVE_S } from './transport.ts';

export interface MqttAddress {
  readonly host: string;
  readonly port: number;
  readonly version: 4 | 5;
}

/** A connected MQTT session on a bare socket: what is written are ready packets, what comes back are PUBACKs. */
export interface MqttSocket {
  readonly maxInFlight: number;
  /** `written` is called when the bytes have left this process, or never will: from then on they may be changed. */
  write(packets: Uint8Array, written?: () => void): void;
  readonly closed: Promise<string>;
  close(): Promise<void>;
  cut(): void;
}

export interface Acknowledged {
  /** Called for every PUBACK, in the order in which they come. */
  onPuback(packetId: number, code: number, tail: Uint8Array | null): void;
  /** After everything that came in one read. */
  afterRead?(): void;
}

const FINAL_CODES = new Set([4, 5, 0x84, 0x85, 0x86, 0x87, 0x8a]);
const CLOSE_TIMEOUT_MS = 2_000;

/** Throws ConnectError. */
export async function openMqttSocket(
  { host, port, version }: MqttAddress,
  { device, token }: Credentials,
  acknowledged: Acknowledged,
): Promise<MqttSocket> {
  const socket = connectTcp({ host, port, noDelay: true });
  const closed = Promise.withResolvers<string>();
  const accepted = Promise.withResolvers<number>();
  let why = 'the server closed the connection';
  const read = createMqttReader({
    onConnack(code, receiveMaximum) {
      const isFinal = FINAL_CODES.has(code);
      if (code === 0) accepted.resolve(receiveMaximum ?? DEFAULT_MAX_IN_FLIGHT);
      else accepted.reject(new ConnectError(`the server refused the connection: 0x${code.toString(16)}`, { isFinal }));
    },
    onPuback: acknowledged.onPuback,
    onDisconnect(code) {
      why = `the server said goodbye: 0x${code.toString(16)}`;
    },
  });
  socket.on('connect', () => socket.write(connectPacket({ device, token, version })));
  socket.on('data', (chunk) => {
    try {
      read(chunk);
      acknowledged.afterRead?.();
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
  socket.on('error', (error) => {
    why = error.message;
  });
  socket.on('close', () => {
    closed.resolve(why);
    accepted.reject(new ConnectError(why));
  });
  socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('no answer to CONNECT')));
  try {
    const maxInFlight = await accepted.promise;
    socket.setTimeout(0);
    return openedSocket(socket, maxInFlight, closed.promise, (reason) => {
      why = reason;
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function openedSocket(
  socket: Socket,
  maxInFlight: number,
  closed: Promise<string>,
  setWhy: (why: string) => void,
): MqttSocket {
  const pings = setInterval(() => socket.write(PINGREQ), (KEEP_ALIVE_S * 1_000) / 2);
  pings.unref();
  socket.once('close', () => clearInterval(pings));
  return {
    maxInFlight,
    closed,
    write: (packets, written) => void socket.write(packets, written),
    async close() {
      setWhy('the device said goodbye');
      if (!socket.destroyed) {
        socket.end(DISCONNECT);
        socket.setTimeout(CLOSE_TIMEOUT_MS, () => socket.destroy());
      }
      await closed;
    },
    cut() {
      setWhy('the device lost its radio');
      socket.destroy();
    },
  };
}
