import { CHANNELS } from '../../schemas/channels.ts';
import { type Bucket, MAX, MIN, N, SLOTS, SUM, VALUE } from './bucket.ts';
import { ByteWriter } from './byte-writer.ts';
import { ROW_COLUMNS, rollUpColumnsOf } from './roll-up-columns.ts';

/** A bucket whose row is to be written. */
export interface RowToWrite {
  readonly device: string;
  readonly source: string;
  readonly bucket: Bucket;
}

interface ChannelValues {
  used: boolean;
  /** In the order of the channel's columns; 64-bit values as pairs, low half first. */
  readonly columns: (Uint32Array | Int32Array)[];
  readonly nulls: Uint8Array;
}

/**
 * Rows of the roll-up table as one Native block (https://clickhouse.com/docs/interfaces/formats/Native). The columns
 * of a channel that no row has are left out and get the table's defaults: 0 and NULL. The server takes plain texts for
 * its LowCardinality columns.
 */
export function encodeRollUpBlock(rows: readonly RowToWrite[], epoch: number): Uint8Array<ArrayBuffer> {
  const channels = channelValues(rows);
  const used = channels.flatMap(({ used }, index) => (used ? [index] : []));
  const channelColumns = used.flatMap((index) => rollUpColumnsOf(CHANNELS[index]));
  const out = new ByteWriter();
  out.varint(ROW_COLUMNS.length + channelColumns.length);
  out.varint(rows.length);
  writeRowColumns(rows, epoch, out);
  for (const index of used) {
    rollUpColumnsOf(CHANNELS[index]).forEach(({ name, type }, column) => {
      out.text(name);
      out.text(type);
      if (type.startsWith('Nullable')) out.array(channels[index].nulls);
      out.array(channels[index].columns[column]);
    });
  }
  return out.take();
}

/** One pass over the rows: a bucket's slots lie side by side, one channel's slots of many buckets do not. */
function channelValues(rows: readonly RowToWrite[]): ChannelValues[] {
  const length = rows.length;
  const channels = CHANNELS.map(({ rollUp }): ChannelValues => {
    const int32 = () => new Int32Array(length);
    const columns =
      rollUp === 'stats' ? [new Uint32Array(length), int32(), int32(), new Uint32Array(2 * length)] : [int32()];
    return { used: false, columns, nulls: new Uint8Array(length) };
  });
  for (let row = 0; row < length; row++) {
    const { slots } = rows[row].bucket;
    for (let c = 0; c < channels.length; c++) {
      const at = SLOTS * c;
      const channel = channels[c];
      if (slots[at] === 0) {
        channel.nulls[row] = 1;
        continue;
      }
      channel.used = true;
      const { columns } = channel;
      if (columns.length === 1) {
        columns[0][row] = slots[at + VALUE];
        continue;
      }
      columns[0][row] = slots[at + N];
      columns[1][row] = slots[at + MIN];
      columns[2][row] = slots[at + MAX];
      setInt64(columns[3], row, slots[at + SUM]);
    }
  }
  return channels;
}

function writeRowColumns(rows: readonly RowToWrite[], epoch: number, out: ByteWriter): void {
  const startSeconds = new Uint32Array(rows.length);
  const versions = new Uint32Array(2 * rows.length);
  const samples = new Uint32Array(rows.length);
  for (let row = 0; row < rows.length; row++) {
    const { bucket } = rows[row];
    startSeconds[row] = bucket.startMs / 1000;
    setInt64(versions, row, bucket.version);
    samples[row] = bucket.samples;
  }
  const writers: Record<(typeof ROW_COLUMNS)[number]['name'], () => void> = {
    device: () => writeTexts(rows, ({ device }) => device, out),
    athlete: () => writeTexts(rows, ({ bucket }) => bucket.athlete, out),
    source: () => writeTexts(rows, ({ source }) => source, out),
    ts: () => out.array(startSeconds),
    version: () => out.array(versions),
    epoch: () => out.array(new Uint32Array(rows.length).fill(epoch)),
    samples: () => out.array(samples),
  };
  for (const { name, type } of ROW_COLUMNS) {
    out.text(name);
    out.text(type === 'LowCardinality(String)' ? 'String' : type);
    writers[name]();
  }
}

function writeTexts(rows: readonly RowToWrite[], toText: (row: RowToWrite) => string, out: ByteWriter): void {
  for (let row = 0; row < rows.length; row++) out.text(toText(rows[row]));
}

/** A whole number of either sign below 2^53. */
function setInt64(pairs: Uint32Array | Int32Array, row: number, value: number): void {
  pairs[2 * row] = value;
  pairs[2 * row + 1] = Math.floor(value / 0x1_0000_0000);
}
