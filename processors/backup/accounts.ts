import type { StoredObject } from '../../schemas/sql/stored-objects.ts';
import type { AccountsEngine, FileDigest } from './manifest.ts';

export interface SavedAccounts {
  /** Null of a database that is not made yet, because nobody has signed up. */
  readonly file: FileDigest | null;
  readonly accounts: number;
  /** What rows of this copy tell of. */
  readonly objects: readonly StoredObject[];
}

/** Accounts and all that hangs on them: PGlite (`accounts-pglite.ts`) or a PostgreSQL (`accounts-postgresql.ts`). */
export interface AccountsStore {
  readonly engine: AccountsEngine;
  /** In the backup's folder of accounts. */
  readonly fileName: string;
  /** Copies one instant of it into a new file of a backup. Throws BackupError. */
  save(dir: string, path: string): Promise<SavedAccounts>;
  /** Throws BackupError for one that has anything in it, or that somebody uses. */
  assertEmpty(): Promise<void>;
  /** Makes it from such a file, as a whole or not at all, and says what objects it tells of. Throws BackupError. */
  restore(file: string): Promise<readonly StoredObject[]>;
}

export const COUNT_ACCOUNTS_SQL = 'select count(*)::int as count from accounts';
