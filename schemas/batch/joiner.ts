import { channelsOf, type Kind } from '../channels.ts';
import {
  columnHeader,
  dictionaryBytes,
  type IndexWidth,
  indexWidthOf,
  writeDictionary,
  writeVarint,
} from './block-bytes.ts';
import { BatchError, type BlockMap, createBlockMapper } from './block-map.ts';
import { batchColumns, bytesPerValue, LONG_COLUMNS, TEXT_COLUMNS } from './layout.ts';

/** The texts of a column of all blocks, and for each block what its own indexes are among them. */
interface JoinedTexts {
  readonly keys: readonly string[];
  readonly renumbered: readonly Uint32Array[];
}

/**
 * Makes one block of many, rows in their order: a store works some tenths of a millisecond for a block however few
 * rows it has. What it answers lies in memory that is used again, so it holds until the next call. Throws BatchError
 * when one of them is not a block of its kind and version.
 */
export function createBlockJoiner(kind: Kind): (blocks: readonly Uint8Array[]) => Buffer {
  const mapOf = createBlockMapper(kind);
  const headers = batchColumns(kind).map(columnHeader);
  const headerBytes = headers.reduce((sum, { length }) => sum + length, 0);
  const widths = channelsOf(kind).map(({ type }) => bytesPerValue[type]);
  const firstLong = TEXT_COLUMNS.length;
  const firstChannel = firstLong + LONG_COLUMNS.length;
  let room = Buffer.alloc(0);

  return (blocks) => {
    const maps = blocks.map(mapOf);
    const rows = maps.reduce((sum, map) => sum + map.rows, 0);
    const texts = TEXT_COLUMNS.map((_, t) => joinTexts(maps, t));
    const used = widths.flatMap((_, c) => (maps.some(({ channelsAt }) => channelsAt[c] >= 0) ? [c] : []));

    let size = 20 + headerBytes + 8 * rows * LONG_COLUMNS.length;
    for (const { keys } of texts) size += dictionaryBytes(keys) + rows * indexWidthOf(keys.length);
    for (const c of used) size += rows * (1 + widths[c]);
    if (room.length < size) room = Buffer.allocUnsafeSlow(Math.max(size, 2 * room.length));

    let pos = writeVarint(room, 0, firstChannel + used.length);
    pos = writeVarint(room, pos, rows);
    texts.forEach((joined, t) => {
      pos += headers[t].copy(room, pos);
      pos = writeDictionary(room, pos, joined.keys, rows);
      pos = writeIndexes(room, pos, maps, t, joined);
    });
    LONG_COLUMNS.forEach((_, l) => {
      pos += headers[firstLong + l].copy(room, pos);
      for (const { bytes, longsAt, rows } of maps) pos += bytes.copy(room, pos, longsAt[l], longsAt[l] + 8 * rows);
    });
    for (const c of used) {
      pos += headers[firstChannel + c].copy(room, pos);
      pos = writeChannel(room, pos, maps, c, widths[c]);
    }
    return room.subarray(0, pos);
  };
}

function joinTexts(maps: readonly BlockMap[], column: number): JoinedTexts {
  const numbers = new Map<string, number>();
  const renumbered = maps.map(({ texts }) =>
    Uint32Array.from(texts[column].keys, (key) => {
      let number = numbers.get(key);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(key, number);
      }
      return number;
    }),
  );
  return { keys: [...numbers.keys()], renumbered };
}

function writeIndexes(
  out: Buffer,
  at: number,
  maps: readonly BlockMap[],
  column: number,
  { keys, renumbered }: JoinedTexts,
): number {
  const width = indexWidthOf(keys.length);
  let pos = at;
  for (let m = 0; m < maps.length; m++) {
    const { bytes, rows, texts } = maps[m];
    const from = texts[column];
    const numbers = renumbered[m];
    if (numbers.length === 1 && width === 1) out.fill(numbers[0], pos, pos + rows);
    else renumber(out, pos, width, bytes, from.at, from.width, rows, numbers);
    pos += width * rows;
  }
  return pos;
}

/** Throws BatchError for an index that has no key. */
function renumber(
  out: Buffer,
  to: number,
  toWidth: IndexWidth,
  bytes: Buffer,
  from: number,
  fromWidth: IndexWidth,
  rows: number,
  numbers: Uint32Array,
): void {
  for (let row = 0, read = from, write = to; row < rows; row++, read += fromWidth, write += toWidth) {
    let index = bytes[read];
    if (fromWidth > 1) index |= bytes[read + 1] << 8;
    if (fromWidth > 2) index |= (bytes[read + 2] << 16) | (bytes[read + 3] << 24);
    const number = numbers[index];
    if (number === undefined) throw new BatchError('a row names a text that its block does not have');
    out[write] = number;
    if (toWidth > 1) out[write + 1] = number >>> 8;
    if (toWidth > 2) {
      out[write + 2] = number >>> 16;
      out[write + 3] = number >>> 24;
    }
  }
}

/** What is NULL in all blocks, then the values of all. A block without the channel has NULL in all of its rows. */
function writeChannel(out: Buffer, at: number, maps: readonly BlockMap[], channel: number, width: 2 | 4): number {
  let pos = at;
  for (const { bytes, channelsAt, rows } of maps) {
    const from = channelsAt[channel];
    if (from < 0) out.fill(1, pos, pos + rows);
    else bytes.copy(out, pos, from, from + rows);
    pos += rows;
  }
  for (const { bytes, channelsAt, rows } of maps) {
    const from = channelsAt[channel] + rows;
    if (channelsAt[channel] < 0) out.fill(0, pos, pos + width * rows);
    else bytes.copy(out, pos, from, from + width * rows);
    pos += width * rows;
  }
  return pos;
}
