import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { type Dialect, Kysely, PGliteDialect } from 'kysely';
import { lockFolder } from '../../runtime/folder-lock.ts';
import { COPY, createCopyPglite } from './copy-pglite.ts';

/** An open PGlite, and what copies its folder; null where there is none. */
export interface OpenedPglite {
  readonly pglite: PGlite;
  readonly copy: (() => Promise<string>) | null;
}

/**
 * PostgreSQL inside of this process, with one connection, for one machine. It is opened by the first query, after which
 * `onOpened` has it to itself. PGlite does not keep a second process from its folder, which would destroy it: a file
 * with the owner's pid does. Without a folder everything is in memory. Throws StartError for a folder in use.
 */
export function createPgliteDialect(
  dir: string,
  onOpened: (kysely: Kysely<never>, opened: OpenedPglite) => Promise<void>,
): Dialect {
  if (dir !== '') mkdirSync(dir, { recursive: true, mode: 0o700 });
  const unlock = dir === '' ? null : lockFolder(dir);
  // Of a backup that was killed.
  if (dir !== '') rmSync(join(dir, COPY), { recursive: true, force: true });
  return new PGliteDialect({
    async pglite() {
      const database = dir === '' ? await PGlite.create() : await PGlite.create(await madeFolder(dir));
      const copy = dir === '' ? null : createCopyPglite(database, dir);
      const kysely = new Kysely<never>({ dialect: new PGliteDialect({ pglite: database }) });
      await onOpened(kysely, { pglite: database, copy });
      const close = database.close.bind(database);
      database.close = async () => {
        await close();
        unlock?.();
      };
      return database;
    },
  });
}

/**
 * The folder of a database, made if there is none. Making one keeps its thread busy for seconds, in which this one
 * would answer nobody and lose its watches of NATS: another thread does it, under another name until it is whole.
 */
async function madeFolder(dir: string): Promise<string> {
  const folder = join(dir, 'data');
  if (existsSync(folder)) return folder;
  const fresh = join(dir, 'data.new');
  rmSync(fresh, { recursive: true, force: true });
  await new Promise<void>((resolve, reject) => {
    const worker = new Worker(new URL('./make-pglite.ts', import.meta.url), { workerData: { folder: fresh } });
    worker.once('error', reject);
    worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`making a database ended with ${code}`))));
  });
  renameSync(fresh, folder);
  return folder;
}
