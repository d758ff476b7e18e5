import type { RecordedActivity } from '../activity.ts';
import { measuredText } from '../measured.ts';
import { RefusedFileError } from '../reasons.ts';
import { decimalOf, timeOf } from '../xml/xml-values.ts';
import { createTextWriter, isoTime } from '../xml/xml-writer.ts';
import { createTableReader, TIME_COLUMN, tableOf } from './activity-table.ts';

const MAX_COLUMNS = 200;
const MAX_LINE_CHARACTERS = 20_000;
const CHUNK_BYTES = 64 * 1024;

/**
 * Comma-separated values (RFC 4180): a line for each moment, `time` in ISO 8601, each channel in its unit, an empty
 * cell for what is missing. Lost: everything but samples and heart beats.
 */
export function writeCsv(activity: RecordedActivity): Uint8Array {
  const { names, rows } = tableOf(activity);
  const out = createTextWriter();
  out.write(`${[TIME_COLUMN, ...names].join(',')}\r\n`);
  for (const { timeMs, cells } of rows()) {
    const texts = cells.map((value, i) => (value === undefined ? '' : measuredText(names[i], value)));
    out.write(`${isoTime(timeMs)},${texts.join(',')}\r\n`);
  }
  return out.finish();
}

const HEAD = /^\ufeff?"?time"?,/;

export function isCsv(bytes: Uint8Array): boolean {
  return HEAD.test(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, 16)));
}

/** Reads such a table back, or one that somebody made. Throws RefusedFileError. */
export function readCsv(bytes: Uint8Array, nowMs: number): RecordedActivity {
  let reader: ReturnType<typeof createTableReader> | null = null;
  let columns = 0;
  for (const line of linesOf(bytes)) {
    const cells = cellsOf(line);
    if (cells === null) throw new RefusedFileError('bad_table', `a line of ${line.length} characters cannot be read`);
    if (reader === null) {
      columns = cells.length;
      if (columns > MAX_COLUMNS) throw new RefusedFileError('bad_table', `more than ${MAX_COLUMNS} columns`);
      reader = createTableReader(cells.slice(1), nowMs);
      continue;
    }
    if (cells.length === 1 && cells[0] === '') continue;
    // The last line of a file that was cut.
    if (cells.length !== columns) reader.damage.add('unreadable');
    else
      reader.take(
        timeOf(cells[0]),
        cells.slice(1).map((cell) => numberIn(cell, reader!)),
      );
  }
  if (reader === null) throw new RefusedFileError('bad_table');
  return reader.finish();
}

function numberIn(cell: string, { damage }: ReturnType<typeof createTableReader>): number {
  const value = decimalOf(cell);
  if (Number.isNaN(value) && cell.trim() !== '') damage.add('impossible_value');
  return value;
}

/** The lines of a text, decoded piece by piece. A line without an end is cut off at a bound, which no row reaches. */
function* linesOf(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const lines = (rest + decoder.decode(bytes.subarray(at, at + CHUNK_BYTES), { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
    if (rest.length > MAX_LINE_CHARACTERS) throw new RefusedFileError('bad_table', 'a line without an end');
  }
  if (rest !== '') yield rest;
}

/** Null for quotes that do not close. Nothing that we read needs a quoted line break. */
function cellsOf(line: string): string[] | null {
  if (!line.includes('"')) return line.split(',');
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (;;) {
    const match = cell.exec(line);
    if (match === null) return null;
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2]);
    if (match[3] === '') return cell.lastIndex === line.length ? cells : null;
  }
}
