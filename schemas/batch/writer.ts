import { channelsOf, type Kind } from '../channels.ts';
import { columnsOf, type FrameColumns } from '../frame/columns.ts';
import { columnHeader, dictionaryBytes, indexWidthOf, writeDictionary, writeVarint } from './block-bytes.ts';
import { batchColumns, bytesPerValue } from './layout.ts';

const MIN_ROWS = 256;
const TWO_32 = 0x1_0000_0000;

interface TextColumn {
  keys: string[];
  index: Map<string, number>;
  rows: Uint32Array;
}

interface ChannelColumn {
  used: boolean;
  values: Int32Array;
  /** 1 where NULL; rows before the channel's first use are filled in when it is first used. */
  nulls: Uint8Array;
}

const textColumn = (): TextColumn => ({ keys: [], index: new Map(), rows: new Uint32Array(MIN_ROWS) });

/**
 * Gathers decoded frames of one kind and writes them as one Native block. Columns grow by doubling and are kept
 * between batches.
 */
export function createBatchWriter(kind: Kind) {
  const channels = channelsOf(kind);
  const header = batchColumns(kind).map(columnHeader);
  const device = textColumn();
  const athlete = textColumn();
  const source = textColumn();
  const firmware = textColumn();
  const texts = [device, athlete, source, firmware];
  let boot = new Uint32Array(2 * MIN_ROWS);
  let seq = new Uint32Array(2 * MIN_ROWS);
  let deviceTime = new Uint32Array(2 * MIN_ROWS);
  let ts = new Uint32Array(2 * MIN_ROWS);
  const columns: ChannelColumn[] = channels.map(() => ({
    used: false,
    values: new Int32Array(MIN_ROWS),
    nulls: new Uint8Array(MIN_ROWS),
  }));
  let capacity = MIN_ROWS;
  let rows = 0;
  let bytes = 0;

  /** Adds every sample of the frame; `offsetMs` turns device time into event time. */
  function append(frame: FrameColumns, athleteId: string, offsetMs: number): void {
    const { count, timesMs } = frame;
    if (rows + count > capacity) grow(rows + count);
    fillText(device, frame.device, count);
    fillText(athlete, athleteId, count);
    fillText(source, frame.source, count);
    fillText(firmware, frame.firmware, count);
    const seqHigh = Math.floor(frame.seq / TWO_32);
    for (let i = 0, row = 2 * rows; i < count; i++, row += 2) {
      boot[row] = frame.bootLow;
      boot[row + 1] = frame.bootHigh;
      seq[row] = frame.seq;
      seq[row + 1] = seqHigh;
      writeTime(deviceTime, row, timesMs[i]);
      writeTime(ts, row, timesMs[i] + offsetMs);
    }
    const sent = columnsOf(frame);
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c];
      const from = sent[c];
      if (from.present) {
        if (!column.used) {
          column.used = true;
          column.nulls.fill(1, 0, rows);
          column.values.fill(0, 0, rows);
        }
        for (let i = 0, row = rows; i < count; i++, row++) {
          const missing = from.missing[i];
          column.nulls[row] = missing;
          column.values[row] = missing === 0 ? from.values[i] : 0;
        }
      } else if (column.used) {
        column.nulls.fill(1, rows, rows + count);
        column.values.fill(0, rows, rows + count);
      }
    }
    rows += count;
    bytes += count * 90;
  }

  function fillText(column: TextColumn, text: string, count: number): void {
    let key = column.index.get(text);
    if (key === undefined) {
      key = column.keys.length;
      column.keys.push(text);
      column.index.set(text, key);
    }
    column.rows.fill(key, rows, rows + count);
  }

  function grow(needed: number): void {
    while (capacity < needed) capacity *= 2;
    const wider = <T extends Uint32Array | Int32Array | Uint8Array>(old: T, length: number): T => {
      const grown = new (old.constructor as new (length: number) => T)(length);
      grown.set(old as never);
      return grown;
    };
    for (const text of texts) text.rows = wider(text.rows, capacity);
    boot = wider(boot, 2 * capacity) as typeof boot;
    seq = wider(seq, 2 * capacity) as typeof seq;
    deviceTime = wider(deviceTime, 2 * capacity) as typeof deviceTime;
    ts = wider(ts, 2 * capacity) as typeof ts;
    for (const column of columns) {
      column.values = wider(column.values, capacity);
      column.nulls = wider(column.nulls, capacity);
    }
  }

  /** The block, in a buffer of its own (so that it can be transferred), and an empty writer. Throws when empty. */
  function take(): Uint8Array<ArrayBuffer> {
    if (rows === 0) throw new RangeError('an empty batch has no block');
    const out = Buffer.from(new ArrayBuffer(blockBytes()));
    const present = texts.length + 4 + columns.filter((column) => column.used).length;
    let pos = writeVarint(out, 0, present);
    pos = writeVarint(out, pos, rows);
    texts.forEach((text, i) => {
      pos += header[i].copy(out, pos);
      pos = writeText(out, pos, text, rows);
    });
    [boot, seq, deviceTime, ts].forEach((pairs, i) => {
      pos += header[texts.length + i].copy(out, pos);
      pos = copyBytes(out, pos, pairs, 8 * rows);
    });
    columns.forEach((column, i) => {
      if (!column.used) return;
      pos += header[texts.length + 4 + i].copy(out, pos);
      out.set(column.nulls.subarray(0, rows), pos);
      pos = writeValues(out, pos + rows, column.values, rows, bytesPerValue[channels[i].type]);
    });
    clear();
    return new Uint8Array(out.buffer as ArrayBuffer, out.byteOffset, pos);
  }

  function blockBytes(): number {
    let size = 20 + rows * (4 * texts.length + 32);
    for (const text of texts) size += dictionaryBytes(text.keys);
    for (const line of header) size += line.length;
    columns.forEach((column, i) => {
      if (column.used) size += rows * (1 + bytesPerValue[channels[i].type]);
    });
    return size;
  }

  function clear(): void {
    rows = 0;
    bytes = 0;
    for (const column of columns) column.used = false;
    for (const text of texts) {
      text.keys = [];
      text.index.clear();
    }
  }

  return {
    append,
    take,
    get rows() {
      return rows;
    },
    /** About how large the block will be. */
    get bytes() {
      return bytes;
    },
  };
}
export type BatchWriter = ReturnType<typeof createBatchWriter>;

function writeTime(pairs: Uint32Array, at: number, timeMs: number): void {
  pairs[at] = timeMs;
  pairs[at + 1] = Math.floor(timeMs / TWO_32);
}

function writeText(out: Buffer, at: number, { keys, rows: index }: TextColumn, rows: number): number {
  const pos = writeDictionary(out, at, keys, rows);
  const width = indexWidthOf(keys.length);
  if (width === 4) return copyBytes(out, pos, index, 4 * rows);
  if (width === 1) out.set(index.subarray(0, rows), pos);
  else for (let i = 0; i < rows; i++) out.writeUInt16LE(index[i], pos + 2 * i);
  return pos + width * rows;
}

/** Typed arrays are little-endian on every machine that Node runs on here. */
function copyBytes(out: Buffer, at: number, from: Uint32Array, bytes: number): number {
  out.set(new Uint8Array(from.buffer, from.byteOffset, bytes), at);
  return at + bytes;
}

function writeValues(out: Buffer, at: number, values: Int32Array, rows: number, width: 2 | 4): number {
  if (width === 4) {
    out.set(new Uint8Array(values.buffer, values.byteOffset, 4 * rows), at);
    return at + 4 * rows;
  }
  let pos = at;
  for (let i = 0; i < rows; i++, pos += 2) {
    out[pos] = values[i];
    out[pos + 1] = values[i] >> 8;
  }
  return pos;
}
