import { KEEP_ALIVE_S } from './transport.ts';

/** The few MQTT packets that a device which only publishes needs, as bytes. Clauses are those of MQTT 3.1.1 and 5.0. */
export const PINGREQ = Buffer.from([0xc0, 0x00]);
export const DISCONNECT = Buffer.from([0xe0, 0x00]);

const CONNECT = 0x10;
const PUBLISH_QOS_1 = 0x32;
const CLEAN = 0x02;
const WITH_USER = 0x80;
const WITH_PASSWORD = 0x40;

export function connectPacket({
  device,
  token,
  version,
}: {
  device: string;
  token: string | null;
  version: 4 | 5;
}): Buffer {
  const flags = CLEAN | WITH_USER | (token === null ? 0 : WITH_PASSWORD);
  const head = Buffer.concat([text('MQTT'), Buffer.from([version, flags, KEEP_ALIVE_S >> 8, KEEP_ALIVE_S & 0xff])]);
  const properties = version === 5 ? Buffer.from([0]) : Buffer.alloc(0);
  const password = token === null ? [] : [text(token)];
  const body = Buffer.concat([head, properties, text(device), text(device), ...password]);
  return Buffer.concat([Buffer.from([CONNECT, ...remainingLength(body.length)]), body]);
}

/** A QoS 1 PUBLISH, and where its two-byte packet identifier stands. */
export function publishPacket(
  topic: string,
  version: 4 | 5,
  packetId: number,
  payload: Uint8Array,
): { bytes: Buffer; packetIdAt: number; payloadAt: number } {
  const name = text(topic);
  const properties = version === 5 ? [0] : [];
  const length = remainingLength(name.length + 2 + properties.length + payload.length);
  const fixed = Buffer.from([PUBLISH_QOS_1, ...length]);
  const id = Buffer.from([packetId >> 8, packetId & 0xff, ...properties]);
  const bytes = Buffer.concat([fixed, name, id, payload]);
  return { bytes, packetIdAt: fixed.length + name.length, payloadAt: bytes.length - payload.length };
}

/** 2.2.3: seven bits a byte, least first. */
function remainingLength(length: number): number[] {
  const bytes: number[] = [];
  let left = length;
  do {
    bytes.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    left >>>= 7;
  } while (left > 0);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}
