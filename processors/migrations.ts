import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../runtime/service.ts';

/** One numbered step of a store's schema; never edited once released. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** Where a store keeps which steps it has. `apply` may run on a store that has the step already, or half of it. */
export interface MigrationStore {
  readonly name: string;
  /** Makes the place where steps are recorded. */
  prepare(): Promise<void>;
  /** The numbers that were recorded. */
  applied(): Promise<readonly number[]>;
  run(statement: string): Promise<void>;
  record(migration: Migration): Promise<void>;
}

const SQL_DIR = join(import.meta.dirname, '../schemas/sql');
const FILE = /^(\d{3})-([a-z0-9-]+)\.sql$/;

/** The steps in `schemas/sql/<store>`, in order of their numbers. Throws when the numbers are not 1, 2, 3 … */
export function readMigrations(store: 'questdb' | 'clickhouse'): Migration[] {
  const files = readdirSync(join(SQL_DIR, store)).sort();
  return files.map((file, index) => {
    const [, number, name] = FILE.exec(file) ?? [];
    if (Number(number) !== index + 1) throw new Error(`${store}/${file} is not step ${index + 1} of the schema`);
    return { number: index + 1, name, statements: splitSql(readFileSync(join(SQL_DIR, store, file), 'utf8')) };
  });
}

/** The statements of a file: each ends with `;` at the end of a line; `--` lines are left out. */
export function splitSql(text: string): string[] {
  const code = text.split('\n').filter((line) => !line.startsWith('--'));
  return code
    .join('\n')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/**
 * Brings a store up to the newest step. Every step is written so that it can run twice, hence two processes that start
 * together do no harm. Throws {@link StartError} when the store has a step that this version does not know: an older
 * version must not write into a newer schema.
 */
export async function migrate(store: MigrationStore, migrations: readonly Migration[]): Promise<Migration[]> {
  await store.prepare();
  const applied = new Set(await store.applied());
  const newest = Math.max(0, ...applied);
  if (newest > migrations.length) {
    throw new StartError(
      `${store.name} has step ${newest} of its schema, this version knows ${migrations.length}: upgrade this process`,
    );
  }
  const missing = migrations.filter(({ number }) => !applied.has(number));
  for (const migration of missing) {
    for (const statement of migration.statements) await store.run(statement);
    await store.record(migration);
  }
  return missing;
}
