import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Dialect, Kysely, type KyselyPlugin, PGliteDialect, sql } from 'kysely';
import { createSilentLog } from '../../runtime/log.ts';
import { createPgBossQueue } from '../jobs/pg-boss-queue.ts';
import type { Database, Tables } from './database.ts';
import { migrate, migrationsFolder, readMigrations } from './migrate.ts';

/** A database up to the last migration, which the tests of one file share, one after another. */
export interface TestDatabase {
  readonly kysely: Database;
  /** Takes all rows away; cheap while nobody has asked for anything. */
  empty(): Promise<void>;
  /** That were answered until now, of all who ask. */
  queries(): number;
  /** Away, every query fails as without a server. */
  setReachable(isReachable: boolean): void;
}

/**
 * Rows are deleted, for truncating makes a new file of each table and index, which takes twenty times as long. As a
 * replica the database follows no foreign key meanwhile: the order of the tables is all one.
 */
const EMPTY = `do $$
declare one record;
begin
  set local session_replication_role = replica;
  for one in select tablename from pg_tables where schemaname = 'public' and tablename <> 'migrations' loop
    execute format('delete from public.%I', one.tablename);
  end loop;
  perform setval(seqrelid::regclass, seqstart, false) from pg_sequence
    join pg_class on pg_class.oid = seqrelid where relnamespace = 'public'::regnamespace;
end $$`;

export function createTestDatabase(dialect: Dialect): TestDatabase {
  let isReachable = true;
  let isUsed = false;
  let answered = 0;
  const gate: KyselyPlugin = {
    transformQuery({ node }) {
      isUsed = true;
      if (!isReachable) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      return node;
    },
    transformResult: async ({ result }) => {
      answered++;
      return result;
    },
  };
  const plain = new Kysely<Tables>({ dialect });
  return {
    kysely: plain.withPlugin(gate),
    async empty() {
      isReachable = true;
      if (!isUsed) return;
      await plain.transaction().execute((transaction) => sql.raw(EMPTY).execute(transaction));
      isUsed = false;
    },
    queries: () => answered,
    setReachable(value) {
      isReachable = value;
    },
  };
}

/** PGlite of this process. Making a database takes it seconds, so each process opens a copy of one that is kept. */
export const testDatabase = createTestDatabase(new PGliteDialect({ pglite: openCopy }));

async function openCopy(): Promise<PGlite> {
  const dir = mkdtempSync(join(tmpdir(), 'slipstream-pglite-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  await placeDatabase(dir);
  return PGlite.create(join(dir, 'data'), { relaxedDurability: true });
}

/** Leaves a database up to the last migration where an API with `dir` for its PGlite finds one that was made before. */
export async function placeDatabase(dir: string): Promise<void> {
  cpSync(await makeTemplate(), join(dir, 'data'), { recursive: true });
}

/**
 * The folder of a database up to the last migration, with the tables of the queue of jobs, which take a process more
 * than a second; made once for each version of PGlite, of the queue and of the migrations.
 */
async function makeTemplate(): Promise<string> {
  const root = resolve(import.meta.dirname, '../..');
  const migrations = readMigrations(migrationsFolder);
  const hash = createHash('sha256');
  for (const name of ['@electric-sql/pglite', 'pg-boss'])
    hash.update(readFileSync(join(root, 'node_modules', name, 'package.json')));
  for (const { text } of migrations) hash.update(text);
  const cache = join(root, 'node_modules/.cache');
  const folder = join(cache, `pglite-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, 'pglite-new-'));
  const database = await PGlite.create(join(fresh, 'data'));
  await migrate(new Kysely<never>({ dialect: new PGliteDialect({ pglite: database }) }), migrations);
  const jobs = createPgBossQueue({ database: Promise.resolve({ pglite: database }), log: createSilentLog() });
  await jobs.start();
  await jobs.stop();
  await database.close();
  try {
    renameSync(join(fresh, 'data'), folder);
  } catch (error) {
    // Another process has made it meanwhile.
    if (!existsSync(folder)) throw error;
  }
  rmSync(fresh, { recursive: true, force: true });
  return folder;
}
