/** What the server says to a device that only publishes. */
export interface ServerWords {
  onConnack(code: number, receiveMaximum: number | undefined): void;
  /** `tail` is what follows the packet identifier in MQTT 5: code, property length, properties. */
  onPuback(packetId: number, code: number, tail: Uint8Array | null): void;
  onDisconnect(code: number): void;
}

const CONNACK = 0x20;
const PUBACK = 0x40;
const DISCONNECT = 0xe0;
const MAX_PACKET_BYTES = 64 * 1024;
const RECEIVE_MAXIMUM = 0x21;
const REASON_STRING = 0x1f;

/**
 * Reads the server's packets as they come, cut anywhere. PUBACKs of four bytes, nearly all there is, cost a comparison
 * and a call. Throws RangeError on a packet longer than 64 KiB, which no server has a reason to send.
 */
export function createMqttReader(words: ServerWords) {
  let rest: Uint8Array | null = null;

  return function read(chunk: Uint8Array): void {
    const bytes = rest === null ? chunk : Buffer.concat([rest, chunk]);
    rest = null;
    let pos = 0;
    while (pos < bytes.length) {
      if (bytes[pos] === PUBACK && bytes[pos + 1] === 2 && pos + 4 <= bytes.length) {
        words.onPuback((bytes[pos + 2] << 8) | bytes[pos + 3], 0, null);
        pos += 4;
        continue;
      }
      const end = packetEnd(bytes, pos);
      if (end < 0 || end > bytes.length) {
        rest = bytes.slice(pos);
        return;
      }
      readPacket(bytes.subarray(pos, end), words);
      pos = end;
    }
  };
}

/** Where the packet at `pos` ends; -1 when its length has not come yet. */
function packetEnd(bytes: Uint8Array, pos: number): number {
  let length = 0;
  for (let i = 1; i <= 4; i++) {
    if (pos + i >= bytes.length) return -1;
    length += (bytes[pos + i] & 0x7f) * 128 ** (i - 1);
    if (length > MAX_PACKET_BYTES) break;
    if (bytes[pos + i] < 0x80) return pos + i + 1 + length;
  }
  throw new RangeError(`the server sent a packet of more than ${MAX_PACKET_BYTES} bytes`);
}

function readPacket(packet: Uint8Array, words: ServerWords): void {
  const body = packet.subarray(packet.findIndex((byte, i) => i > 0 && byte < 0x80) + 1);
  if (packet[0] === CONNACK) {
    words.onConnack(body[1], body.length > 3 ? (property(body.subarray(3), RECEIVE_MAXIMUM) as number) : undefined);
  } else if (packet[0] === PUBACK) {
    words.onPuback((body[0] << 8) | body[1], body[2] ?? 0, body.length > 2 ? body.subarray(2) : null);
  } else if (packet[0] === DISCONNECT) words.onDisconnect(body[0] ?? 0);
  // PINGRESP says nothing, and what a subscriber would hear is not for us.
}

/** The reason string of a PUBACK's tail, if it has one (MQTT 5, 3.4.2.2.2). */
export function reasonStringOf(tail: Uint8Array): string | undefined {
  return tail.length > 2 ? (property(tail.subarray(2), REASON_STRING) as string | undefined) : undefined;
}

/** How many bytes a property of an answer takes (MQTT 5, 2.2.2.2): 1, 2 or 4, or a text, or a pair of texts. */
const SIZES: Record<number, number | 'text' | 'pair'> = {
  17: 4,
  18: 'text',
  19: 2,
  21: 'text',
  26: 'text',
  28: 'text',
  31: 'text',
  33: 2,
  34: 2,
  36: 1,
  37: 1,
  38: 'pair',
  39: 4,
  40: 1,
  41: 1,
  42: 1,
};

/** The number or text of the property `wanted` among `bytes`; undefined without it, or past one that is unknown. */
function property(bytes: Uint8Array, wanted: number): number | string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let pos = 0; pos < bytes.length; ) {
    const id = bytes[pos++];
    const size = SIZES[id];
    if (size === undefined) return undefined;
    if (size === 'text' || size === 'pair') {
      const start = pos + 2;
      const end = start + view.getUint16(pos);
      if (id === wanted) return Buffer.from(bytes.subarray(start, end)).toString('utf8');
      pos = size === 'pair' ? end + 2 + view.getUint16(end) : end;
      continue;
    }
    if (id === wanted) return size === 1 ? bytes[pos] : size === 2 ? view.getUint16(pos) : view.getUint32(pos);
    pos += size;
  }
  return undefined;
}
