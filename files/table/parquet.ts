/**
 * Parquet files of one activity; the only file that knows the libraries.
 *
 * A damaged page can keep the reader busy for ever, so bytes come to it only under a seal: SHA-256 over the whole
 * file, with zeros in the seal's own place. What somebody else wrote, or what was changed, is refused before it is
 * parsed. The seal is no secret: where strangers send files, Parquet needs a process of its own that can be ended.
 */
import { createHash } from 'node:crypto';
import { type FileMetaData, parquetMetadata, parquetRead } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { RecordedActivity } from '../activity.ts';
import { RefusedFileError } from '../reasons.ts';
import { MAX_SAMPLES } from '../series.ts';
import { aboutOf, readAbout } from './about.ts';
import { createTableReader, TIME_COLUMN, tableOf } from './activity-table.ts';

/** Under which the footer says what does not fit into rows. */
const ABOUT_KEY = 'slipstream.activity';
const SEAL_KEY = 'slipstream.sha256';
const OPEN_SEAL = '0'.repeat(64);
const MAX_COLUMNS = 200;
/** What one column of a whole file may unpack to. */
const MAX_COLUMN_BYTES = 256 * 1024 * 1024;

/** A row for each moment, `time` as a timestamp, each channel as a double in its unit. Nothing is lost. */
export function writeParquet(activity: RecordedActivity): Uint8Array {
  const { names, rows } = tableOf(activity);
  const times: Date[] = [];
  const columns: (number | null)[][] = names.map(() => []);
  for (const { timeMs, cells } of rows()) {
    times.push(new Date(timeMs));
    for (let i = 0; i < cells.length; i++) columns[i].push(cells[i] ?? null);
  }
  const file = parquetWriteBuffer({
    columnData: [
      { name: TIME_COLUMN, data: times, type: 'TIMESTAMP', nullable: false },
      ...names.map((name, i) => ({ name, data: columns[i], type: 'DOUBLE' as const })),
    ],
    kvMetadata: [
      { key: ABOUT_KEY, value: JSON.stringify(aboutOf(activity)) },
      { key: SEAL_KEY, value: OPEN_SEAL },
    ],
    createdBy: 'Slipstream',
  });
  const bytes = Buffer.from(file);
  const at = sealAt(bytes);
  if (at < 0) throw new Error('the footer does not hold the seal as it was given');
  bytes.write(sealOf(bytes, at), at, 'latin1');
  return new Uint8Array(bytes);
}

/** Where the seal's digits begin, or -1. */
function sealAt(bytes: Buffer): number {
  const key = bytes.lastIndexOf(SEAL_KEY, undefined, 'latin1');
  // Between key and value stand one byte for the field and two at most for the length.
  for (let at = key + SEAL_KEY.length; key >= 0 && at < key + SEAL_KEY.length + 4; at++) {
    if (/^[0-9a-f]{64}$/.test(bytes.toString('latin1', at, at + OPEN_SEAL.length))) return at;
  }
  return -1;
}

function sealOf(bytes: Buffer, at: number): string {
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + OPEN_SEAL.length)];
  return createHash('sha256').update(before).update(OPEN_SEAL).update(after).digest('hex');
}

function assertSealed(bytes: Buffer): void {
  const at = sealAt(bytes);
  if (at >= 0 && bytes.toString('latin1', at, at + OPEN_SEAL.length) === sealOf(bytes, at)) return;
  throw new RefusedFileError('foreign_parquet');
}

export function isParquet(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'PAR1';
}

/** Reads such a file back. Throws RefusedFileError for any other. */
export async function readParquet(bytes: Uint8Array, nowMs: number): Promise<RecordedActivity> {
  assertSealed(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  // Not `slice`, which shares the memory of a Buffer, and with it what lies around its bytes.
  const file = new Uint8Array(bytes).buffer;
  const metadata = attempt(() => parquetMetadata(file));
  const names = columnsOf(metadata);
  const reader = createTableReader(names.slice(1), nowMs);
  await attempt(() =>
    parquetRead({
      file,
      metadata,
      columns: names,
      rowFormat: 'array',
      onComplete: (rows) => {
        for (const [time, ...cells] of rows as unknown[][]) reader.take(timeIn(time), cells.map(numberIn));
      },
    }),
  );
  const text = metadata.key_value_metadata?.find(({ key }) => key === ABOUT_KEY)?.value;
  return reader.finish(text === undefined ? {} : readAbout(text));
}

/** The library throws errors of many kinds for bytes that are no Parquet; those of our own go through. */
function attempt<T>(read: () => T): T {
  const refused = (error: unknown) =>
    error instanceof RefusedFileError ? error : new RefusedFileError('bad_table', (error as Error).message);
  try {
    const result = read();
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw refused(error);
    }) as T;
  } catch (error) {
    throw refused(error);
  }
}

/** The flat columns, times first, once the footer promises no more than an activity may have. */
function columnsOf({ schema, num_rows: rows, row_groups: groups }: FileMetaData): string[] {
  if (rows > MAX_SAMPLES) throw new RefusedFileError('too_many_samples', `${rows} rows`);
  const names = schema.slice(1).flatMap(({ name, num_children: children }) => (children ? [] : [name]));
  if (!names.includes(TIME_COLUMN) || names.length !== schema.length - 1 || names.length > MAX_COLUMNS) {
    throw new RefusedFileError('bad_table', `it has no flat column named ${TIME_COLUMN}`);
  }
  const unpacked = groups.flatMap(({ columns }) =>
    columns.map(({ meta_data: meta }) => Number(meta?.total_uncompressed_size)),
  );
  if (groups.reduce((sum, group) => sum + Number(group.num_rows), 0) > MAX_SAMPLES) {
    throw new RefusedFileError('too_many_samples');
  }
  if (unpacked.some((size) => !(size >= 0 && size <= MAX_COLUMN_BYTES))) throw new RefusedFileError('file_too_large');
  return [TIME_COLUMN, ...names.filter((name) => name !== TIME_COLUMN)];
}

/** Programs write times as timestamps, or as integers in ms. */
function timeIn(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
}

function numberIn(value: unknown): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
}
