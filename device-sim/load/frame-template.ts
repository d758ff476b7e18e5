import { encodeFrame, type SensorFrame } from '../../schemas/frame/encode.ts';
import { publishPacket } from '../transport/mqtt-bytes.ts';

const DEVICE_FIELD = 1;
const SEQ_FIELD = 3;
const SENT_FIELD = 5;
const BASE_FIELD = 6;
const BOOT_FIELD = 2;
/** A varint of four bytes; a smaller seq is written in four bytes too, which every decoder reads. */
const SEQ_BYTES = 4;
export const MAX_TEMPLATE_SEQ = 2 ** 28 - 1;
/** A varint of six bytes, as every time between 1971 and 2109 has. */
const TIME_BYTES = 6;

/**
 * One frame in one QoS 1 PUBLISH, encoded once. What differs from one sending to the next is written in place: packet
 * identifier, boot, seq, base time and sending time have the same width each time. Differences between times, and
 * all values, stay.
 */
export interface PublishTemplate {
  readonly bytes: Buffer;
  setBoot(boot: string): void;
  /** Whose frame it is: a name in ASCII. Throws RangeError when it is not as long as the one that was encoded. */
  setDevice(device: Uint8Array): void;
  /** Throws RangeError on a seq over `MAX_TEMPLATE_SEQ`. */
  set(packetId: number, seq: number, baseMs: number, sentMs: number): void;
}

export function createPublishTemplate(topic: string, version: 4 | 5, frame: SensorFrame): PublishTemplate {
  const payload = encodeFrame({ ...frame, seq: MAX_TEMPLATE_SEQ, sentMs: frame.timesMs[0] });
  const { bytes, packetIdAt, payloadAt } = publishPacket(topic, version, 0, payload);
  const deviceAt = [packetIdAt - topic.length + topic.indexOf(frame.device)];
  deviceAt.push(payloadAt + valueStart(payload, DEVICE_FIELD) + 1);
  const at = (field: number) => payloadAt + valueStart(payload, field);
  const [bootAt, seqAt, sentAt, baseAt] = [BOOT_FIELD, SEQ_FIELD, SENT_FIELD, BASE_FIELD].map(at);
  return {
    bytes,
    setBoot(boot) {
      bytes.writeUInt32LE(Number.parseInt(boot.slice(8), 16), bootAt);
      bytes.writeUInt32LE(Number.parseInt(boot.slice(0, 8), 16), bootAt + 4);
    },
    setDevice(device) {
      if (device.length !== frame.device.length) throw new RangeError('the template has room for names of one length');
      for (const place of deviceAt) bytes.set(device, place);
    },
    set(packetId, seq, baseMs, sentMs) {
      if (seq > MAX_TEMPLATE_SEQ) throw new RangeError(`seq ${seq} does not fit the template`);
      bytes[packetIdAt] = packetId >> 8;
      bytes[packetIdAt + 1] = packetId & 0xff;
      writeVarint(bytes, seqAt, seq, SEQ_BYTES);
      writeVarint(bytes, baseAt, baseMs, TIME_BYTES);
      writeVarint(bytes, sentAt, sentMs, TIME_BYTES);
    },
  };
}

/** Exactly `width` bytes, padded with groups of zero bits where the value needs fewer. */
function writeVarint(bytes: Uint8Array, at: number, value: number, width: number): void {
  // Two halves of 28 bits, for shifts work on 32 bits only.
  let low = value % 0x1000_0000;
  let high = (value - low) / 0x1000_0000;
  for (let i = 0; i < width - 1; i++) {
    bytes[at + i] = (low & 0x7f) | 0x80;
    low = i === 3 ? high : low >>> 7;
    if (i === 3) high = 0;
  }
  bytes[at + width - 1] = low & 0x7f;
}

/** Where the value of a field begins in a frame of ours, whose fields before the columns are in order. */
function valueStart(payload: Uint8Array, wanted: number): number {
  for (let pos = 0; pos < payload.length; ) {
    const [field, wire] = [payload[pos] >> 3, payload[pos] & 7];
    pos++;
    if (field === wanted) return pos;
    if (wire === 1) pos += 8;
    else if (wire === 2) pos += 1 + payload[pos];
    else while (payload[pos++] >= 0x80);
  }
  throw new RangeError(`the frame has no field ${wanted}`);
}
