import { createFindings, type ExportFindings, type ExportHandler } from './export-findings.ts';
import { HEALTH_CONNECT_TYPES, mapHealthConnectRecord } from './health-connect-record.ts';
import { metadataOf, type Origins, readOrigins, textOf } from './health-connect-rows.ts';
import { readSessions, SESSION_COLUMNS } from './health-connect-sessions.ts';
import {
  INTERVAL_COLUMNS,
  isRecordTable,
  RECORD_COLUMNS,
  RECORD_TABLES,
  type RecordTable,
  SESSION_TABLE,
} from './health-connect-tables.ts';
import type { Fields } from './record-checks.ts';
import type { Row, UntrustedDatabase } from './untrusted-database.ts';

/** How many rows are read, of how many. */
export type OnRows = (read: number, all: number) => Promise<void>;

const ROWS_AT_ONCE = 500;

/**
 * Reads `health_connect_export.db`, the database that Android's Health Connect exports. Its rows are made into
 * records of the API and mapped by the very table that pushes are mapped by, sample by sample. A table that is not
 * known, or has not the columns that it is known to have, is counted and not read: in doubt nothing is taken. Rows come
 * in the order of their times, so that another export of the same phone gives the same records in the same order.
 */
export async function readHealthConnectExport(
  database: UntrustedDatabase,
  handler: ExportHandler,
  nowMs: number,
  onRows: OnRows,
): Promise<ExportFindings> {
  const findings = createFindings(handler);
  const origins = readOrigins(database);
  const known = RECORD_TABLES.filter((one) => isReadable(database, one));
  const hasSessions = database.has(SESSION_TABLE, SESSION_COLUMNS);
  const sessions = hasSessions ? [SESSION_TABLE] : [];
  const read = new Set([...known.map(({ table }) => table), ...sessions]);
  const ofSamples = new Set(RECORD_TABLES.map(({ samples }) => samples));
  for (const table of database.tables) {
    if (read.has(table) || ofSamples.has(table) || !isRecordTable(table)) continue;
    const rows = database.count(table);
    if (rows > 0) findings.countNotTaken(table, rows);
  }
  const main = [...known.map(({ table, samples }) => samples ?? table), ...sessions];
  const all = main.reduce((sum, table) => sum + database.count(table), 0);
  let done = 0;
  const step = async () => {
    if (++done % ROWS_AT_ONCE === 0) await onRows(done, all);
  };
  for (const one of known) {
    for (const row of rowsOf(database, one)) {
      findings.take(mapHealthConnectRecord(recordOf(one, row, origins), nowMs), null);
      await step();
    }
  }
  if (hasSessions) {
    for (const { said, route } of readSessions(database, origins)) {
      findings.countWorkout();
      findings.take(mapHealthConnectRecord(said, nowMs), route);
      await step();
    }
  }
  await onRows(all, all);
  return findings.end();
}

const isMoment = ({ recordType }: RecordTable) => HEALTH_CONNECT_TYPES[recordType].times === 'moment';

function isReadable(database: UntrustedDatabase, one: RecordTable): boolean {
  const { table, column, samples } = one;
  if (samples !== undefined) {
    return database.has(table, RECORD_COLUMNS) && database.has(samples, ['parent_key', 'epoch_millis', column]);
  }
  return database.has(table, [...RECORD_COLUMNS, ...(isMoment(one) ? ['time'] : INTERVAL_COLUMNS), column]);
}

function rowsOf(database: UntrustedDatabase, one: RecordTable): Generator<Row> {
  const { table, column, samples } = one;
  const times = isMoment(one) ? ['time'] : INTERVAL_COLUMNS;
  if (samples === undefined) {
    const orderBy = [times[0], 'row_id'];
    return database.rows({ table, columns: [...RECORD_COLUMNS, ...times, column], orderBy });
  }
  return database.rows({
    ...{ table: samples, columns: ['epoch_millis', column], parent: { table, columns: RECORD_COLUMNS } },
    orderBy: ['epoch_millis', 'parent_key'],
  });
}

/** A row as its record is in the API: a sample is a record of one. */
function recordOf({ recordType, column, samples, unit }: RecordTable, row: Row, origins: Origins): Fields {
  const { times, field } = HEALTH_CONNECT_TYPES[recordType];
  const value = unit === undefined ? row[column] : { value: row[column], unit };
  const said = { recordType, metadata: metadataOf(row, origins) };
  if (samples !== undefined) {
    const time = textOf(row.epoch_millis);
    return { ...said, startTime: time, endTime: time, samples: [{ time, [field]: value }] };
  }
  if (times === 'moment') return { ...said, time: textOf(row.time), [field]: value };
  return { ...said, startTime: textOf(row.start_time), endTime: textOf(row.end_time), [field]: value };
}
