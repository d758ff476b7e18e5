import { type Channel, channelsOf, type Kind } from '../channels.ts';
import { bytesPerValue, LOW_CARDINALITY_VERSION, LOW_CARDINALITY_WIDTH_MASK } from './layout.ts';

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

export class BatchError extends Error {
  override name = 'BatchError';
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
  return (kind, bytes) => {
    room.clear(bytes.length);
    const cursor = new BlockCursor(bytes, room);
    const batch = readColumns(kind, cursor, room);
    if (cursor.pos !== bytes.length) throw new BatchError('the batch is longer than its columns');
    return batch;
  };
}

/** Reads blocks that lie one behind the other, as ClickHouse answers a query; each holds until the next is read. */
export function* readBatches(kind: Kind, bytes: Uint8Array): Generator<SampleBatch> {
  const room = new ColumnRoom();
  const cursor = new BlockCursor(bytes, room);
  while (cursor.pos < bytes.length) {
    room.clear(bytes.length - cursor.pos);
    const batch = readColumns(kind, cursor, room);
    yield { ...batch, device: withoutUnusedDefault(batch.device), source: withoutUnusedDefault(batch.source) };
  }
}

/** ClickHouse begins each of its dictionaries with the empty text, whether a row has it or not. */
function withoutUnusedDefault({ keys, index }: TextColumn): TextColumn {
  if (keys[0] !== '' || index.includes(0)) return { keys, index };
  return { keys: keys.slice(1), index: index.map((key) => key - 1) };
}

function readColumns(kind: Kind, cursor: BlockCursor, room: ColumnRoom): SampleBatch {
  const columnCount = cursor.varint();
  const rows = cursor.varint();
  const texts = new Map<string, TextColumn>();
  const longs = new Map<string, Uint32Array>();
  const channels = channelsOf(kind);
  const values: (ValueColumn | null)[] = channels.map(() => null);
  for (let c = 0; c < columnCount; c++) {
    const name = cursor.text();
    const type = cursor.text();
    if (type === 'LowCardinality(String)') texts.set(name, cursor.lowCardinality(rows));
    else if (type === 'UInt64' || type.startsWith('DateTime64(3')) longs.set(name, cursor.pairs(rows));
    else {
      const index = channels.findIndex((channel) => channel.name === name);
      if (index < 0 || type !== `Nullable(${channels[index].type})`) {
        throw new BatchError(`the batch has a column ${name} ${type} that this version does not know`);
      }
      values[index] = cursor.nullable(channels[index], rows);
    }
  }
  const required = <T>(map: Map<string, T>, name: string): T => {
    const column = map.get(name);
    if (column === undefined) throw new BatchError(`the batch has no column ${name}`);
    return column;
  };
  return {
    kind,
    rows,
    device: required(texts, 'device'),
    athlete: required(texts, 'athlete'),
    source: required(texts, 'source'),
    firmware: required(texts, 'firmware'),
    boot: required(longs, 'boot'),
    seq: required(longs, 'seq'),
    deviceTimeMs: toTimes(required(longs, 'device_time'), room),
    tsMs: toTimes(required(longs, 'ts'), room),
    channels: values,
  };
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
}

class BlockCursor {
  readonly bytes: Buffer;
  private readonly room: ColumnRoom;
  pos = 0;

  constructor(bytes: Uint8Array, room: ColumnRoom) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.room = room;
  }

  /** Moves on by `length` and answers where it was. */
  skip(length: number): number {
    const start = this.pos;
    if (start + length > this.bytes.length) throw new BatchError('the batch ends early');
    this.pos = start + length;
    return start;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.skip(1)];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new BatchError('a length is over 32 bits');
  }

  text(): string {
    const length = this.varint();
    const start = this.skip(length);
    return this.bytes.toString('utf8', start, start + length);
  }

  /** A copy, because a view of 4-byte values must start at a multiple of four. */
  copy(length: number): Piece {
    const from = this.skip(length);
    const piece = this.room.take(length);
    new Uint8Array(piece.buffer, piece.start, length).set(this.bytes.subarray(from, from + length));
    return piece;
  }

  pairs(rows: number): Uint32Array {
    const { buffer, start } = this.copy(8 * rows);
    return new Uint32Array(buffer, start, 2 * rows);
  }

  count(): number {
    const start = this.skip(8);
    if (this.bytes.readUInt32LE(start + 4) !== 0) throw new BatchError('a count is over 32 bits');
    return this.bytes.readUInt32LE(start);
  }

  lowCardinality(rows: number): TextColumn {
    if (this.count() !== LOW_CARDINALITY_VERSION) throw new BatchError('unknown LowCardinality version');
    const width = 1 << (this.count() & LOW_CARDINALITY_WIDTH_MASK);
    const keys = Array.from({ length: this.count() }, () => this.text());
    if (this.count() !== rows) throw new BatchError('a dictionary column has another number of rows');
    const piece = this.copy(width * rows);
    const { buffer, start } = piece;
    const index = width === 4 ? new Uint32Array(buffer, start, rows) : Uint32Array.from(narrow(piece, width, rows));
    return { keys, index };
  }

  nullable(channel: Channel, rows: number): ValueColumn {
    const nullsAt = this.skip(rows);
    const nulls = new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + nullsAt, rows);
    const { buffer, start } = this.copy(bytesPerValue[channel.type] * rows);
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
}

function narrow({ buffer, start }: Piece, width: number, rows: number): Uint8Array | Uint16Array {
  if (width === 1) return new Uint8Array(buffer, start, rows);
  if (width === 2) return new Uint16Array(buffer, start, rows);
  throw new BatchError('a dictionary index is wider than 32 bits');
}
