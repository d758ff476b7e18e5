import { fitCrc } from './fit-crc.ts';

/** FIT's base types by name, as a definition writes them, with their width. */
const TYPES = {
  enum: [0, 1],
  uint8: [2, 1],
  sint8: [1, 1],
  uint16: [0x84, 2],
  sint32: [0x85, 4],
  uint32: [0x86, 4],
  byte: [13, 1],
} as const;
type TypeName = keyof typeof TYPES | 'string';

/** A field of a definition: its number, its type, and how many values (or characters) it has. */
export type TestField = readonly [number: number, type: TypeName, count?: number];

const CHUNK_BYTES = 1024 * 1024;

/** Writes FIT files byte by byte, right ones and wrong ones, independently of the SDK's encoder. */
export function createTestFit({ bigEndian = false } = {}) {
  const chunks: Uint8Array[] = [];
  const definitions = new Map<number, readonly TestField[]>();
  let buffer = Buffer.alloc(CHUNK_BYTES);
  let at = 0;

  function room(bytes: number): number {
    if (at + bytes > buffer.length) {
      chunks.push(buffer.subarray(0, at));
      buffer = Buffer.alloc(CHUNK_BYTES);
      at = 0;
    }
    at += bytes;
    return at - bytes;
  }
  const raw = (...bytes: number[]) => {
    const start = room(bytes.length);
    for (let i = 0; i < bytes.length; i++) buffer[start + i] = bytes[i];
  };
  const number = (value: number, width: number) => {
    const start = room(width);
    for (let i = 0; i < width; i++)
      buffer[start + (bigEndian ? width - 1 - i : i)] = Math.floor(value / 256 ** i) & 0xff;
  };

  function values(fields: readonly TestField[], given: readonly (number | string | readonly number[])[]): void {
    fields.forEach(([, type, count = 1], i) => {
      const value = given[i];
      if (typeof value === 'string' || type === 'string') {
        raw(...Buffer.from(String(value).padEnd(count, '\0')).subarray(0, count));
        return;
      }
      const width = TYPES[type][1];
      const list = typeof value === 'number' ? [value] : value;
      for (let j = 0; j < count; j++) number(list[j] < 0 ? list[j] + 256 ** width : list[j], width);
    });
  }

  return {
    raw,
    define(local: number, message: number, fields: readonly TestField[], own: readonly TestField[] = []): void {
      raw(0x40 | (own.length > 0 ? 0x20 : 0) | local, 0, bigEndian ? 1 : 0);
      number(message, 2);
      raw(fields.length);
      for (const [num, type, count = 1] of fields) {
        const [base, width] = type === 'string' ? [7, 1] : TYPES[type];
        raw(num, width * count, base);
      }
      if (own.length > 0) {
        raw(own.length);
        for (const [num, type, count = 1] of own) raw(num, (type === 'string' ? 1 : TYPES[type][1]) * count, 0);
      }
      definitions.set(local, [...fields, ...own]);
    },
    data(local: number, ...given: (number | string | readonly number[])[]): void {
      raw(local);
      values(definitions.get(local)!, given);
    },
    /** A message whose time is five bits in its header. */
    compressed(local: number, offsetS: number, ...given: number[]): void {
      raw(0x80 | (local << 5) | (offsetS & 0x1f));
      values(definitions.get(local)!, given);
    },
    finish(): Uint8Array {
      const data = Buffer.concat([...chunks, buffer.subarray(0, at)]);
      const head = Buffer.alloc(14);
      head.set([14, 0x20, 0, 0]);
      head.writeUInt32LE(data.length, 4);
      head.write('.FIT', 8, 'latin1');
      const file = Buffer.concat([head, data, Buffer.alloc(2)]);
      file.writeUInt16LE(fitCrc(file, 0, file.length - 2), file.length - 2);
      return file;
    },
  };
}

/** Seconds of FIT at a moment. */
export const fitSeconds = (timeMs: number) => Math.floor((timeMs - Date.UTC(1989, 11, 31)) / 1_000);
