import { ATHLETE_PATTERN, DEVICE_PATTERN } from './identity.ts';
import { parseJson } from './parse-json.ts';

/**
 * A tombstone in CONFIG: nothing of this athlete is to be in any store, whatever is replayed, restored or comes late.
 * Athlete and devices are names that nobody has any more.
 */
export interface DeletedAthlete {
  readonly deletedMs: number;
  /** The number of the proof; none in tombstones of before they said so. */
  readonly deletion?: string;
  /** Whose samples were this athlete's and nobody else's. */
  readonly devices: readonly string[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/**
 * When all stores are gone through again, after the first time: what was on its way then has come by the second, what a
 * stream or a device brought late by the third, and by the last the oldest frame that is accepted is too old.
 */
export const AGAIN_MS = [10 * MINUTE_MS, DAY_MS, 35 * DAY_MS] as const;
/** From the deletion to when nothing of it is to be done any more: names are forgotten, and backups are to be gone. */
export const DONE_AFTER_MS = AGAIN_MS.reduce((sum, ms) => sum + ms, 0);

/** Every table of ClickHouse that says of its rows whose they are, in the column `athlete`. */
export const TABLES_OF_ATHLETES = [
  ...(['samples', 'rr', 'events', 'rollup_10s', 'activities', 'efforts', 'records', 'gear_load'] as const),
  'stated_workouts',
] as const;

/** Takes an athlete's rows out of a table, and resolves when they are out. Throws RangeError for what is no athlete. */
export function deleteRowsSql(table: (typeof TABLES_OF_ATHLETES)[number], athlete: string): string {
  if (!ATHLETE_PATTERN.test(athlete)) throw new RangeError(`not an athlete: ${athlete}`);
  return `ALTER TABLE slipstream.${table} DELETE WHERE athlete = '${athlete}' SETTINGS mutations_sync = 2`;
}

export function encodeDeletedAthlete(deleted: DeletedAthlete): Uint8Array {
  return Buffer.from(JSON.stringify(deleted));
}

/** Null for what is none. */
export function readDeletedAthlete(value: Uint8Array): DeletedAthlete | null {
  const said = parseJson(value) as Partial<DeletedAthlete> | null;
  if (said === null || !Number.isSafeInteger(said.deletedMs) || !Array.isArray(said.devices)) return null;
  const devices = said.devices.filter((device) => typeof device === 'string' && DEVICE_PATTERN.test(device));
  const deletion = typeof said.deletion === 'string' && { deletion: said.deletion };
  return { deletedMs: said.deletedMs!, ...deletion, devices };
}
