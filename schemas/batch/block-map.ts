import { channelsOf, type Kind } from '../channels.ts';
import { createStringTable } from '../frame/cursor.ts';
import { columnHeader, type IndexWidth } from './block-bytes.ts';
import {
  batchColumns,
  bytesPerValue,
  LONG_COLUMNS,
  LOW_CARDINALITY_VERSION,
  LOW_CARDINALITY_WIDTH_MASK,
  TEXT_COLUMNS,
} from './layout.ts';

export class BatchError extends Error {
  override name = 'BatchError';
}

export interface TextPlace {
  readonly keys: readonly string[];
  readonly width: IndexWidth;
  /** Where the indexes begin. */
  readonly at: number;
}

/** Where the columns of a block lie in its bytes; nothing is copied but the keys of texts. */
export interface BlockMap {
  readonly bytes: Buffer;
  readonly rows: number;
  /** In the order of `TEXT_COLUMNS`. */
  readonly texts: readonly TextPlace[];
  /** In the order of `LONG_COLUMNS`: eight bytes a row. */
  readonly longsAt: readonly number[];
  /** By channel index: a byte a row that says what is NULL, then the values. -1 for a channel that is not there. */
  readonly channelsAt: readonly number[];
  /** Where the block ends. */
  readonly end: number;
}

/** Texts that are kept to be found by their bytes. */
const MAX_KNOWN_TEXTS = 65_536;

/**
 * Finds the columns of blocks of one kind. Throws {@link BatchError} when the bytes are not one such block and nothing
 * else, or when it holds a column that this version does not know.
 */
export function createBlockMapper(kind: Kind): (bytes: Uint8Array) => BlockMap {
  const findBlock = createBlockFinder(kind);
  return (bytes) => {
    const map = findBlock(bytes, 0);
    if (map.end !== bytes.length) throw new BatchError('the batch is longer than its columns');
    return map;
  };
}

/** The same for a block that begins at `from`, whatever comes behind it. */
export function createBlockFinder(kind: Kind): (bytes: Uint8Array, from: number) => BlockMap {
  const headers = batchColumns(kind).map(columnHeader);
  const widths = channelsOf(kind).map(({ type }) => bytesPerValue[type]);
  const intern = createStringTable(MAX_KNOWN_TEXTS);
  const firstLong = TEXT_COLUMNS.length;
  const firstChannel = firstLong + LONG_COLUMNS.length;

  return (bytes, from) => {
    const cursor = new BlockCursor(bytes, from, intern);
    const columnCount = cursor.varint();
    const rows = cursor.varint();
    const texts: (TextPlace | undefined)[] = TEXT_COLUMNS.map(() => undefined);
    const longsAt: number[] = LONG_COLUMNS.map(() => -1);
    const channelsAt: number[] = widths.map(() => -1);
    for (let c = 0, column = -1; c < columnCount; c++) {
      column = cursor.columnAfter(column, headers);
      if (column < firstLong) texts[column] = cursor.text(rows);
      else if (column < firstChannel) longsAt[column - firstLong] = cursor.skip(8 * rows);
      else channelsAt[column - firstChannel] = cursor.skip(rows * (1 + widths[column - firstChannel]));
    }
    TEXT_COLUMNS.forEach(({ name }, i) => {
      if (texts[i] === undefined) throw new BatchError(`the batch has no column ${name}`);
    });
    LONG_COLUMNS.forEach(({ name }, i) => {
      if (longsAt[i] < 0) throw new BatchError(`the batch has no column ${name}`);
    });
    return { bytes: cursor.bytes, rows, texts: texts as TextPlace[], longsAt, channelsAt, end: cursor.pos };
  };
}

class BlockCursor {
  readonly bytes: Buffer;
  private readonly intern: ReturnType<typeof createStringTable>;
  pos: number;

  constructor(bytes: Uint8Array, from: number, intern: ReturnType<typeof createStringTable>) {
    this.pos = from;
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.intern = intern;
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

  /** Which column begins here. Columns mostly come in our own order, so the search begins after the one before. */
  columnAfter(before: number, headers: readonly Buffer[]): number {
    for (let i = 1; i <= headers.length; i++) {
      const column = (before + i) % headers.length;
      if (!this.startsWith(headers[column])) continue;
      this.pos += headers[column].length;
      return column;
    }
    const [name, type] = [this.name(), this.name()];
    throw new BatchError(`the batch has a column ${name} ${type} that this version does not know`);
  }

  private startsWith(header: Buffer): boolean {
    const { bytes, pos } = this;
    if (pos + header.length > bytes.length) return false;
    for (let i = 0; i < header.length; i++) if (bytes[pos + i] !== header[i]) return false;
    return true;
  }

  private name(): string {
    const length = this.varint();
    const start = this.skip(length);
    return this.intern(this.bytes, start, start + length);
  }

  private count(): number {
    const start = this.skip(8);
    if (this.bytes.readUInt32LE(start + 4) !== 0) throw new BatchError('a count is over 32 bits');
    return this.bytes.readUInt32LE(start);
  }

  text(rows: number): TextPlace {
    if (this.count() !== LOW_CARDINALITY_VERSION) throw new BatchError('unknown LowCardinality version');
    const width = 1 << (this.count() & LOW_CARDINALITY_WIDTH_MASK);
    if (width !== 1 && width !== 2 && width !== 4) throw new BatchError('a dictionary index is wider than 32 bits');
    const keys: string[] = [];
    for (let left = this.count(); left > 0; left--) keys.push(this.name());
    if (this.count() !== rows) throw new BatchError('a dictionary column has another number of rows');
    return { keys, width, at: this.skip(width * rows) };
  }
}
