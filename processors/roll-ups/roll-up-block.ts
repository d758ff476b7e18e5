import { CHANNELS } from '../../schemas/channels.ts';
import type { Bucket, Cell, LastCell, StatsCell } from './bucket.ts';
import { ByteWriter } from './byte-writer.ts';
import { ROW_COLUMNS, rollUpColumnsOf } from './roll-up-columns.ts';

/** A bucket whose row is to be written. */
export interface RowToWrite {
  readonly device: string;
  readonly source: string;
  readonly bucket: Bucket;
}

type WriteValue = (cell: Cell | undefined, out: ByteWriter) => void;

/** In the order of the columns; where a channel has no value, the number under NULL is 0. */
const STATS_VALUES: readonly WriteValue[] = [
  (cell, out) => out.uint32((cell as StatsCell | undefined)?.n ?? 0),
  (cell, out) => out.int32((cell as StatsCell | undefined)?.min ?? 0),
  (cell, out) => out.int32((cell as StatsCell | undefined)?.max ?? 0),
  (cell, out) => out.int64((cell as StatsCell | undefined)?.sum ?? 0),
];
const LAST_VALUES: readonly WriteValue[] = [(cell, out) => out.int32((cell as LastCell | undefined)?.value ?? 0)];

/**
 * Rows of the roll-up table as one Native block (https://clickhouse.com/docs/interfaces/formats/Native). The columns
 * of a channel that no row has are left out and get the table's defaults: 0 and NULL.
 */
export function encodeRollUpBlock(rows: readonly RowToWrite[], epoch: number): Uint8Array<ArrayBuffer> {
  const channels = CHANNELS.map((channel, index) => ({ channel, index })).filter(({ index }) =>
    rows.some(({ bucket }) => bucket.cells[index] !== undefined),
  );
  const channelColumns = channels.reduce((count, { channel }) => count + rollUpColumnsOf(channel).length, 0);
  const out = new ByteWriter();
  out.varint(ROW_COLUMNS.length + channelColumns);
  out.varint(rows.length);
  writeRowColumns(rows, epoch, out);
  for (const { channel, index } of channels) {
    const writers = channel.rollUp === 'stats' ? STATS_VALUES : LAST_VALUES;
    rollUpColumnsOf(channel).forEach(({ name, type }, column) => {
      out.text(name);
      out.text(type);
      if (type.startsWith('Nullable')) {
        for (const { bucket } of rows) out.byte(bucket.cells[index] === undefined ? 1 : 0);
      }
      for (const { bucket } of rows) writers[column](bucket.cells[index], out);
    });
  }
  return out.take();
}

function writeRowColumns(rows: readonly RowToWrite[], epoch: number, out: ByteWriter): void {
  const column = (name: string, type: string, write: (row: RowToWrite) => void) => {
    out.text(name);
    out.text(type);
    for (const row of rows) write(row);
  };
  // The server takes plain texts for its LowCardinality columns.
  column('device', 'String', ({ device }) => out.text(device));
  column('athlete', 'String', ({ bucket }) => out.text(bucket.athlete));
  column('source', 'String', ({ source }) => out.text(source));
  column('ts', "DateTime('UTC')", ({ bucket }) => out.uint32(bucket.startMs / 1000));
  column('version', 'UInt64', ({ bucket }) => out.int64(bucket.version));
  column('epoch', 'UInt32', () => out.uint32(epoch));
  column('samples', 'UInt32', ({ bucket }) => out.uint32(bucket.samples));
}
