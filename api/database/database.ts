import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Dialect, Kysely, sql, type Transaction } from 'kysely';
import { retry } from '../../runtime/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import { StartError } from '../../runtime/service.ts';
import type { SecondFactorTables } from '../accounts/second-factor/tables.ts';
import type { AccountTables } from '../accounts/tables.ts';
import type { ConsentTables } from '../consents/tables.ts';
import type { DeviceTables } from '../devices/tables.ts';
import type { FactTables } from '../facts/tables.ts';
import type { GoalTables } from '../goals/tables.ts';
import type { HealthStoreTables } from '../health-stores/tables.ts';
import type { ImportTables } from '../imports/tables.ts';
import type { JobDatabase } from '../jobs/job-database.ts';
import type { NotificationTables } from '../notifications/tables.ts';
import type { OutboxTables } from '../outbox/tables.ts';
import type { ExportTables } from '../own-data/export/tables.ts';
import type { OwnDataTables } from '../own-data/tables.ts';
import type { PhotoTables } from '../photos/tables.ts';
import type { ProductTables } from '../product/tables.ts';
import type { ProfileTables } from '../profile/tables.ts';
import type { IdempotencyTables } from '../requests/tables.ts';
import type { WorkoutEditTables } from '../workouts/edits/tables.ts';
import type { WorkoutTables } from '../workouts/tables.ts';
import { migrate, migrationsFolder, readMigrations } from './migrate.ts';
import { createPgliteDialect, type OpenedPglite } from './pglite.ts';
import { createPostgresDialect } from './postgres.ts';

/** Every table. Each noun declares its own beside its queries; a migration makes it. */
export type Tables = AccountTables &
  SecondFactorTables &
  OutboxTables &
  IdempotencyTables &
  FactTables &
  NotificationTables &
  OwnDataTables &
  ExportTables &
  WorkoutTables &
  WorkoutEditTables &
  PhotoTables &
  ProductTables &
  ProfileTables &
  ConsentTables &
  DeviceTables &
  ImportTables &
  HealthStoreTables &
  GoalTables;

/** PostgreSQL, whichever it is: queries by Kysely, on a connection of a pool or inside of a transaction. */
export type Database = Kysely<Tables>;
export type DatabaseOrTransaction = Kysely<Tables> | Transaction<Tables>;

export interface DatabaseOptions {
  /** `postgres://…`; '' for PGlite. */
  readonly url: string;
  /** PGlite's data folder; '' keeps everything in memory, to be gone with the process. */
  readonly dir: string;
  readonly maxConnections: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Called once it is open and up to the last migration, with what a queue of jobs reaches it by, and of a PGlite in a
   * folder what copies it.
   */
  readonly onOpen: (jobs: JobDatabase, copy: OpenedPglite['copy']) => void;
}

const RETRY_AWAY_MS = Array.from({ length: 30 }, () => 1_000);

/**
 * Connects, and brings the database up to the last migration. A PostgreSQL that is away is waited for, half a minute.
 * PGlite is made when somebody first asks for something, because making a database takes it seconds; one that is there
 * is opened at once, for work may wait in it. Throws StartError for a database that this version cannot use.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, dir, clock, log, onOpen } = options;
  const migrations = readMigrations(migrationsFolder);
  const bringUp = async (kysely: Kysely<never>, jobs: JobDatabase, copy: OpenedPglite['copy']) => {
    const made = await migrate(kysely, migrations);
    if (made.length > 0) log.info({ made }, 'the database is up to the last migration');
    onOpen(jobs, copy);
  };
  if (url === '') {
    const database = new Kysely<Tables>({
      dialect: createPgliteDialect(dir, (kysely, { pglite, copy }) => bringUp(kysely, { pglite }, copy)),
    });
    if (dir === '')
      log.warn('accounts are kept in memory: name a folder (--pglite-dir) or a PostgreSQL (--postgres-url)');
    else if (existsSync(join(dir, 'data'))) await ping(database);
    return database;
  }
  const database = new Kysely<Tables>({ dialect: createPostgresDialect(options) as Dialect });
  await retry(() => bringUp(database as unknown as Kysely<never>, { url }, null), {
    isRetryable: isDatabaseAway,
    delaysMs: RETRY_AWAY_MS,
    clock,
    onRetry: (err) => log.warn({ err }, 'PostgreSQL is away; it is tried again'),
  }).catch((cause) => {
    if (isDatabaseAway(cause))
      throw new StartError(`PostgreSQL (--postgres-url) is out of reach: ${(cause as Error).message}`);
    throw cause;
  });
  return database;
}

/** Throws what says that it does not answer. */
export async function ping(database: Database): Promise<void> {
  await sql`select 1`.execute(database);
}

/** What both adapters answer with when nobody is there: Node's own codes, and classes 08, 53 and 57P of SQLSTATE. */
const AWAY = /^(ECONN|ENOTFOUND|ETIMEDOUT|EPIPE|EHOSTUNREACH|08...$|53...$|57P..$)/;
/** Words of `pg` for an error without a code. */
const AWAY_WORDS = /timeout exceeded when trying to connect|Connection terminated|Query read timeout/;

/** Whether a query failed because there is no PostgreSQL, and not because it was wrong. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { code?: unknown };
  return (typeof code === 'string' && AWAY.test(code)) || AWAY_WORDS.test(error.message);
}

/** Whether a row was not written because its key is another's. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && (error as Error & { code?: unknown }).code === '23505';
}
