import mqttPacket, { type IConnectPacket, type Packet } from 'mqtt-packet';
import type { RefusedReason } from '../../schemas/reasons.ts';
import { connackCode, connackReturnCode, disconnectCode } from './reason-codes.ts';

/** A CONNECT that is refused before anyone looks at the token; `code` for each version's CONNACK. */
export interface ConnectRefusal {
  readonly reason: 'not_supported' | 'malformed_packet' | 'protocol_error' | 'packet_too_large';
  readonly codeV5: number;
  readonly codeV4: number;
}

/**
 * Everything but PUBLISH and PINGREQ goes through mqtt-packet: such packets are rare, and it knows them all. It is
 * given one whole packet at a time, and a parser of its own for each, so no connection carries one.
 */
export type Version = 4 | 5;

export const PINGRESP = Buffer.from([0xd0, 0x00]);

/** First bytes of what a client may send once it is connected, but PUBLISH, whose flags vary. */
const CLIENT_PACKETS = new Set([0x40, 0x50, 0x62, 0x70, 0x82, 0xa2, 0xc0, 0xe0, 0xf0]);

/** Tells a client that forgot to connect from one that speaks another protocol. */
export function isClientPacket(first: number): boolean {
  return first >> 4 === 3 || CLIENT_PACKETS.has(first);
}

/** The packet, or null when it is malformed. */
export function readPacket(bytes: Uint8Array, version: Version): Packet | null {
  const found: Packet[] = [];
  let isMalformed = false;
  const parser = mqttPacket.parser({ protocolVersion: version });
  parser.on('packet', (packet) => found.push(packet));
  parser.on('error', () => {
    isMalformed = true;
  });
  try {
    parser.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (error) {
    // It reads past the end of some packets that lie about a length.
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
  return isMalformed || found.length !== 1 ? null : found[0];
}

/** Bytes of a packet that the server sends. */
export function writePacket(packet: Packet, version: Version): Buffer {
  return mqttPacket.generate(packet, { protocolVersion: version });
}

/**
 * The protocol level of a CONNECT, before anything else in it is believed: 4 and 5 are ours, another one gets the
 * answer that its own protocol has (MQTT-3.1.2-2). NaN when there is none.
 */
export function protocolLevelOf(bytes: Uint8Array, body: number, end: number): number {
  if (end - body < 7) return Number.NaN;
  const name = Buffer.from(bytes.subarray(body + 2, body + 6)).toString('latin1');
  if (bytes[body] === 0 && bytes[body + 1] === 4 && name === 'MQTT') return bytes[body + 6];
  // MQTT 3.1 is called MQIsdp.
  return bytes[body + 1] === 6 && name === 'MQIs' ? 3 : Number.NaN;
}

/** MQTT 3.1.1's "unacceptable protocol version", which every older client understands. */
export const UNACCEPTABLE_VERSION = Buffer.from([0x20, 0x02, 0x00, 0x01]);

export function disconnectPacket(reason: RefusedReason, code: number | undefined, withReasonString: boolean): Buffer {
  const properties = withReasonString ? { reasonString: reason } : undefined;
  return writePacket({ cmd: 'disconnect', reasonCode: code ?? disconnectCode(reason), properties }, 5);
}

/** A CONNACK that lets nobody in. */
export function refusalPacket(reason: RefusedReason, codes: ConnectRefusal | undefined, version: Version): Buffer {
  const reasonCode = codes?.codeV5 ?? connackCode(reason);
  const returnCode = codes?.codeV4 ?? connackReturnCode(reason);
  // A client that takes only tiny packets gets the code alone.
  const properties = version === 5 && reason !== 'packet_too_large' ? { reasonString: reason } : undefined;
  return writePacket({ cmd: 'connack', sessionPresent: false, reasonCode, returnCode, properties }, version);
}

export type Connect = IConnectPacket;
