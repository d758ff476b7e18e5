import { LOW_CARDINALITY_HAS_KEYS, LOW_CARDINALITY_VERSION } from './layout.ts';

/** Name and type of a column, each a varint length and ASCII. */
export function columnHeader({ name, type }: { name: string; type: string }): Buffer {
  return Buffer.from(String.fromCharCode(name.length) + name + String.fromCharCode(type.length) + type, 'latin1');
}

/** Answers where the number ends. */
export function writeVarint(out: Buffer, at: number, value: number): number {
  let pos = at;
  let rest = value;
  while (rest >= 0x80) {
    out[pos++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[pos++] = rest;
  return pos;
}

export type IndexWidth = 1 | 2 | 4;

/** Bytes of an index into so many keys. */
export function indexWidthOf(keys: number): IndexWidth {
  if (keys <= 0x100) return 1;
  return keys <= 0x1_0000 ? 2 : 4;
}

/** What stands before the indexes of a LowCardinality column; at most `dictionaryBytes` of its keys. */
export function writeDictionary(out: Buffer, at: number, keys: readonly string[], rows: number): number {
  let pos = writeUInt64(out, at, LOW_CARDINALITY_VERSION);
  pos = writeUInt64(out, pos, Math.log2(indexWidthOf(keys.length)) | LOW_CARDINALITY_HAS_KEYS);
  pos = writeUInt64(out, pos, keys.length);
  for (const key of keys) {
    pos = writeVarint(out, pos, Buffer.byteLength(key));
    pos += out.write(key, pos, 'utf8');
  }
  return writeUInt64(out, pos, rows);
}

export function dictionaryBytes(keys: readonly string[]): number {
  let bytes = 4 * 8;
  for (const key of keys) bytes += 3 * key.length + 5;
  return bytes;
}

function writeUInt64(out: Buffer, at: number, value: number): number {
  out.writeUInt32LE(value, at);
  out.writeUInt32LE(0, at + 4);
  return at + 8;
}
