/**
 * Reads the messages of FIT files (FIT protocol 2.0, https://developer.garmin.com/fit/protocol/) in place, one at a
 * time, so that memory does not grow with the file. Knows nothing of what the messages mean.
 */
import type { DamageCounts } from '../reasons.ts';
import { fitCrc } from './fit-crc.ts';

export interface FitField {
  readonly number: number;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly baseType: number;
  /** Of a developer field: which developer's; -1 for a field of the profile. */
  readonly developer: number;
}

export interface FitDefinition {
  readonly message: number;
  readonly littleEndian: boolean;
  readonly sizeBytes: number;
  readonly fields: readonly FitField[];
  /** The field of the time, which nearly every message has. */
  readonly time: FitField | undefined;
}

/** One message, in the bytes of its file. The same object for every message: read it before the next one comes. */
export interface FitMessage {
  definition: FitDefinition;
  readonly view: DataView;
  /** Where the fields begin. */
  at: number;
  /** Its time, from a field or a compressed header, in seconds of FIT; NaN without one. */
  timeS: number;
}

/** What follows the last file of a chain is no file; a chain longer than this is no recording. */
const MAX_PARTS = 1_000;
const CRC_BYTES = 2;
const TIMESTAMP = 253;

export function isFit(bytes: Uint8Array, at = 0): boolean {
  const [headerBytes] = bytes.subarray(at);
  if (headerBytes !== 12 && headerBytes !== 14) return false;
  return String.fromCharCode(...bytes.subarray(at + 8, at + 12)) === '.FIT';
}

export interface FitPart {
  readonly start: number;
  /** Where its messages begin and end. */
  readonly dataStart: number;
  readonly dataEnd: number;
}

/** The files that are chained in these bytes, with what is wrong with the frame around each. */
export function* fitParts(bytes: Uint8Array, damageOf: (part: number) => DamageCounts): Generator<FitPart> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let start = 0;
  for (let part = 0; part < MAX_PARTS && start < bytes.length; part++) {
    if (!isFit(bytes, start)) {
      damageOf(Math.max(0, part - 1)).add('trailing_bytes');
      return;
    }
    const dataStart = start + bytes[start];
    const dataBytes = view.getUint32(start + 4, true);
    const declaredEnd = dataStart + dataBytes;
    // A device that lost its power never wrote how long its file is.
    const isWhole = dataBytes > 0 && declaredEnd + CRC_BYTES <= bytes.length;
    if (!isWhole) damageOf(part).add('truncated');
    else if (fitCrc(bytes, start, declaredEnd) !== view.getUint16(declaredEnd, true))
      damageOf(part).add('bad_checksum');
    const dataEnd = dataBytes > 0 ? Math.min(declaredEnd, bytes.length) : bytes.length;
    yield { start, dataStart, dataEnd };
    start = dataEnd + CRC_BYTES;
  }
}

/**
 * Hands every message of a part to `onMessage`. Stops at the first byte that makes no sense and answers where, or -1
 * when the part was read to its end.
 */
export function readFitMessages(bytes: Uint8Array, part: FitPart, onMessage: (message: FitMessage) => void): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const definitions: (FitDefinition | undefined)[] = new Array(16);
  const nothing: FitDefinition = { message: -1, littleEndian: true, sizeBytes: 0, fields: [], time: undefined };
  const message: FitMessage = { definition: nothing, view, at: 0, timeS: Number.NaN };
  const end = part.dataEnd;
  let at = part.dataStart;
  let lastTimeS = 0;
  while (at < end) {
    const header = bytes[at];
    if ((header & 0xc0) === 0x40) {
      const read = readDefinition(bytes, view, at + 1, end, (header & 0x20) !== 0);
      if (read === null) return at;
      definitions[header & 0x0f] = read.definition;
      at = read.next;
      continue;
    }
    const isCompressed = (header & 0x80) !== 0;
    const definition = definitions[isCompressed ? (header >> 5) & 3 : header & 0x0f];
    if (definition === undefined || at + 1 + definition.sizeBytes > end) return at;
    message.definition = definition;
    message.at = at + 1;
    if (isCompressed) {
      // Five bits of the time; they roll over every 32 s (FIT protocol, Compressed Timestamp Header).
      lastTimeS = lastTimeS + (((header & 0x1f) - lastTimeS) & 0x1f);
      message.timeS = lastTimeS;
    } else {
      const { time } = definition;
      message.timeS = time === undefined ? Number.NaN : fieldNumber(message, time, time.baseType);
      if (!Number.isNaN(message.timeS)) lastTimeS = message.timeS;
    }
    onMessage(message);
    at += 1 + definition.sizeBytes;
  }
  return -1;
}

function readDefinition(bytes: Uint8Array, view: DataView, at: number, end: number, hasDeveloper: boolean) {
  if (at + 5 > end || bytes[at + 1] > 1) return null;
  const littleEndian = bytes[at + 1] === 0;
  const message = view.getUint16(at + 2, littleEndian);
  const fields: FitField[] = [];
  let offset = 0;
  let next = at + 5;
  const takeAll = (count: number, isDeveloper: boolean) => {
    if (next + count * 3 > end) return false;
    for (let i = 0; i < count; i++, next += 3) {
      const [number, sizeBytes, third] = [bytes[next], bytes[next + 1], bytes[next + 2]];
      // The base type of a developer field stands in its description, which comes as a message.
      const types = isDeveloper ? { baseType: -1, developer: third } : { baseType: third, developer: -1 };
      fields.push({ number, offset, sizeBytes, ...types });
      offset += sizeBytes;
    }
    return true;
  };
  if (!takeAll(bytes[at + 4], false)) return null;
  if (hasDeveloper && (next >= end || !takeAll(bytes[next++], true))) return null;
  const time = fields.find(({ number, developer }) => number === TIMESTAMP && developer < 0);
  return { definition: { message, littleEndian, sizeBytes: offset, fields, time } satisfies FitDefinition, next };
}

/** The value of a profile's field as it is stored, or NaN when it is absent or marked as invalid. */
export function fitNumber(message: FitMessage, number: number): number {
  for (const field of message.definition.fields) {
    if (field.number === number && field.developer < 0) return fieldNumber(message, field, field.baseType);
  }
  return Number.NaN;
}

export function fitText(message: FitMessage, number: number): string | undefined {
  const field = message.definition.fields.find((one) => one.number === number && one.developer < 0);
  if (field === undefined || field.baseType !== 7) return undefined;
  const { buffer, byteOffset } = message.view;
  const text = Buffer.from(buffer, byteOffset + message.at + field.offset, field.sizeBytes).toString('utf8');
  const [whole] = text.split('\0', 1);
  return whole === '' ? undefined : whole;
}

/** The `index`th number of a field, or NaN where the field is shorter, no number, or invalid. */
export function fieldNumber(message: FitMessage, field: FitField, baseType: number, index = 0): number {
  const { view, definition } = message;
  const { littleEndian } = definition;
  const width = widthOf(baseType);
  if (width === 0 || (index + 1) * width > field.sizeBytes) return Number.NaN;
  const at = message.at + field.offset + index * width;
  switch (baseType & 0x1f) {
    case 0: // enum
    case 2: // uint8
    case 13: // byte
      return unless(0xff, view.getUint8(at));
    case 1:
      return unless(0x7f, view.getInt8(at));
    case 10: // uint8z
      return unless(0, view.getUint8(at));
    case 3:
      return unless(0x7fff, view.getInt16(at, littleEndian));
    case 4:
      return unless(0xffff, view.getUint16(at, littleEndian));
    case 11:
      return unless(0, view.getUint16(at, littleEndian));
    case 5:
      return unless(0x7fffffff, view.getInt32(at, littleEndian));
    case 6:
      return unless(0xffffffff, view.getUint32(at, littleEndian));
    case 12:
      return unless(0, view.getUint32(at, littleEndian));
    case 8:
      return view.getFloat32(at, littleEndian);
    case 9:
      return view.getFloat64(at, littleEndian);
    default:
      return Number.NaN;
  }
}

const WIDTHS = [1, 1, 1, 2, 2, 4, 4, 0, 4, 8, 1, 2, 4, 1];
export const widthOf = (baseType: number) => WIDTHS[baseType & 0x1f] ?? 0;
const unless = (invalid: number, value: number) => (value === invalid ? Number.NaN : value);
