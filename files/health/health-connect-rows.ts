import { RefusedFileError } from '../reasons.ts';
import type { Fields } from './record-checks.ts';
import type { Row, UntrustedDatabase } from './untrusted-database.ts';

/** Apps and devices of a phone. */
const MAX_NAMES = 10_000;

/** Who wrote the records of an export and what measured them, by the numbers of their rows. */
export interface Origins {
  readonly apps: ReadonlyMap<unknown, string>;
  readonly devices: ReadonlyMap<unknown, Fields>;
}

/** Throws RefusedFileError for a database that does not say which apps wrote it: it is none of Health Connect. */
export function readOrigins(database: UntrustedDatabase): Origins {
  const apps = new Map<unknown, string>();
  const appColumns = ['row_id', 'package_name'];
  if (!database.has('application_info_table', appColumns)) {
    throw new RefusedFileError('bad_database', 'it does not say which apps wrote it');
  }
  for (const row of database.rows({ table: 'application_info_table', columns: appColumns, orderBy: ['row_id'] })) {
    if (apps.size < MAX_NAMES && typeof row.package_name === 'string') apps.set(row.row_id, row.package_name);
  }
  const devices = new Map<unknown, Fields>();
  const columns = ['row_id', 'manufacturer', 'model'];
  if (!database.has('device_info_table', columns)) return { apps, devices };
  for (const { row_id, manufacturer, model } of database.rows({
    ...{ table: 'device_info_table', columns, orderBy: ['row_id'] },
  })) {
    if (devices.size < MAX_NAMES) devices.set(row_id, { manufacturer, model });
  }
  return { apps, devices };
}

/** What all records say, as the API has it. */
export function metadataOf({ uuid, app_info_id, device_info_id }: Row, { apps, devices }: Origins): Fields {
  const packageName = apps.get(app_info_id);
  return { id: uuidOf(uuid), dataOrigin: { packageName }, device: devices.get(device_info_id) };
}

function uuidOf(bytes: unknown): string | undefined {
  if (!(bytes instanceof Uint8Array) || bytes.length !== 16) return undefined;
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** As the API says times; undefined for what is none, so that the record is told as broken. */
export function textOf(timeMs: unknown): string | undefined {
  const isTime = typeof timeMs === 'number' && Math.abs(timeMs) <= 8.64e15;
  return isTime ? new Date(timeMs).toISOString() : undefined;
}
