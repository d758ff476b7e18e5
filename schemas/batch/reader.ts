import { type Channel, channelsOf, KINDS, type Kind } from '../channels.ts';
import { type BlockMap, createBlockFinder, createBlockMapper, type TextPlace } from './block-map.ts';
import { bytesPerValue } from './layout.ts';

/** A column of texts: row `i` is `keys[index[i]]`. */
export interface TextColumn {
  readonly keys: readonly string[];
  readonly index: Uint32Array;
}

/** A channel's values; those where `nulls[i]` is 1 mean nothing. */
export interface ValueColumn {
  readonly channel: Channel;
  readonly values: Int32Array | Uint32Array | Int16Array | Uint16Array;
  readonly nulls: Uint8Array;
}

export interface SampleBatch {
  readonly kind: Kind;
  readonly rows: number;
  readonly device: TextColumn;
  readonly athlete: TextColumn;
  readonly source: TextColumn;
  readonly firmware: TextColumn;
  /** Pairs of 32-bit halves, low first: row `i` at `2 * i`. */
  readonly boot: Uint32Array;
  readonly seq: Uint32Array;
  /** ms since the epoch. */
  readonly deviceTimeMs: Float64Array;
  readonly tsMs: Float64Array;
  /** By channel index; null when no row of the batch carries the channel. */
  readonly channels: readonly (ValueColumn | null)[];
}

/**
 * Reads one Native block as written by `createBatchWriter` into typed arrays. Throws {@link BatchError} when the bytes
 * are not such a block or hold a column that this version does not know.
 */
export function readBatch(kind: Kind, bytes: Uint8Array): SampleBatch {
  return createBatchReader()(kind, bytes);
}

/**
 * Like `readBatch` for many blocks, one after the other: all columns lie in memory that is used again, so a batch holds
 * only until the next is read.
 */
export function createBatchReader(): (kind: Kind, bytes: Uint8Array) => SampleBatch {
  const room = new ColumnRoom();
  const mappers = new Map(KINDS.map((kind) => [kind, createBlockMapper(kind)]));
  return (kind, bytes) => {
    room.clear(bytes.length);
    return copyColumns(kind, mappers.get(kind)!(bytes), room);
  };
}

/** Reads blocks that lie one behind the other, as ClickHouse answers a query; each holds until the next is read. */
export function* readBatches(kind: Kind, bytes: Uint8Array): Generator<SampleBatch> {
  const room = new ColumnRoom();
  const findBlock = createBlockFinder(kind);
  for (let at = 0; at < bytes.length; ) {
    // Column count, then no rows: an answer without any is the names of its columns, and nothing follows.
    if (bytes[at + 1] === 0) return;
    const map = findBlock(bytes, at);
    room.clear(map.end - at);
    at = map.end;
    const batch = copyColumns(kind, map, room);
    yield { ...batch, device: withoutUnusedDefault(batch.device), source: withoutUnusedDefault(batch.source) };
  }
}

/** ClickHouse begins each of its dictionaries with the empty text, whether a row has it or not. */
function withoutUnusedDefault({ keys, index }: TextColumn): TextColumn {
  if (keys[0] !== '' || index.includes(0)) return { keys, index };
  return { keys: keys.slice(1), index: index.map((key) => key - 1) };
}

function copyColumns(kind: Kind, map: BlockMap, room: ColumnRoom): SampleBatch {
  const { rows, longsAt, channelsAt } = map;
  const [device, athlete, source, firmware] = map.texts.map((text) => copyTexts(map, text, room));
  const [boot, seq, deviceTime, ts] = longsAt.map((at) => copyPairs(map, at, room));
  return {
    kind,
    rows,
    device,
    athlete,
    source,
    firmware,
    boot,
    seq,
    deviceTimeMs: toTimes(deviceTime, room),
    tsMs: toTimes(ts, room),
    channels: channelsOf(kind).map((channel, c) =>
      channelsAt[c] < 0 ? null : copyValues(map, channel, channelsAt[c], room),
    ),
  };
}

function copyTexts({ bytes, rows }: BlockMap, { keys, width, at }: TextPlace, room: ColumnRoom): TextColumn {
  const { buffer, start } = room.take(4 * rows);
  const index = new Uint32Array(buffer, start, rows);
  if (width === 1) index.set(bytes.subarray(at, at + rows));
  else if (width === 2) for (let row = 0; row < rows; row++) index[row] = bytes.readUInt16LE(at + 2 * row);
  else new Uint8Array(buffer, start, 4 * rows).set(bytes.subarray(at, at + 4 * rows));
  return { keys, index };
}

function copyPairs({ bytes, rows }: BlockMap, at: number, room: ColumnRoom): Uint32Array {
  const { buffer, start } = room.copy(bytes, at, 8 * rows);
  return new Uint32Array(buffer, start, 2 * rows);
}

function copyValues({ bytes, rows }: BlockMap, channel: Channel, at: number, room: ColumnRoom): ValueColumn {
  const nulls = new Uint8Array(bytes.buffer, bytes.byteOffset + at, rows);
  const { buffer, start } = room.copy(bytes, at + rows, bytesPerValue[channel.type] * rows);
  switch (channel.type) {
    case 'UInt16':
      return { channel, nulls, values: new Uint16Array(buffer, start, rows) };
    case 'Int16':
      return { channel, nulls, values: new Int16Array(buffer, start, rows) };
    case 'UInt32':
      return { channel, nulls, values: new Uint32Array(buffer, start, rows) };
    case 'Int32':
      return { channel, nulls, values: new Int32Array(buffer, start, rows) };
  }
}

function toTimes(pairs: Uint32Array, room: ColumnRoom): Float64Array {
  const { buffer, start } = room.take(4 * pairs.length);
  const times = new Float64Array(buffer, start, pairs.length / 2);
  for (let i = 0; i < times.length; i++) times[i] = pairs[2 * i] + (pairs[2 * i + 1] | 0) * 0x1_0000_0000;
  return times;
}

interface Piece {
  readonly buffer: ArrayBuffer;
  readonly start: number;
}

/** Memory for the columns of one block. A fresh array for each of thirty columns would cost more than the copying. */
class ColumnRoom {
  private buffer = new ArrayBuffer(0);
  private at = 0;

  /** Makes room for a block of `bytes`: its columns once, its times twice, and the gaps between them. */
  clear(bytes: number): void {
    this.at = 0;
    const wanted = 2 * bytes + 512;
    if (this.buffer.byteLength < wanted) this.buffer = new ArrayBuffer(wanted);
  }

  /** `length` bytes from a multiple of eight on, as every kind of array can begin there. */
  take(length: number): Piece {
    const start = (this.at + 7) & ~7;
    // A block with more gaps than any of ours has.
    if (start + length > this.buffer.byteLength) return { buffer: new ArrayBuffer(length), start: 0 };
    this.at = start + length;
    return { buffer: this.buffer, start };
  }

  /** A copy, because a view of 4-byte values must start at a multiple of four. */
  copy(from: Buffer, at: number, length: number): Piece {
    const piece = this.take(length);
    new Uint8Array(piece.buffer, piece.start, length).set(from.subarray(at, at + length));
    return piece;
  }
}
