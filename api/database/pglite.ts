import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Dialect, Kysely, PGliteDialect } from 'kysely';
import { lockFolder } from './folder-lock.ts';

/**
 * PostgreSQL inside of this process, with one connection, for one machine. It is opened by the first query, after which
 * `onOpened` has it to itself. PGlite does not keep a second process from its folder, which would destroy it: a file
 * with the owner's pid does. Without a folder everything is in memory. Throws StartError for a folder in use.
 */
export function createPgliteDialect(dir: string, onOpened: (kysely: Kysely<never>) => Promise<void>): Dialect {
  if (dir !== '') mkdirSync(dir, { recursive: true, mode: 0o700 });
  const unlock = dir === '' ? null : lockFolder(dir);
  return new PGliteDialect({
    async pglite() {
      const database = dir === '' ? await PGlite.create() : await PGlite.create(join(dir, 'data'));
      await onOpened(new Kysely<never>({ dialect: new PGliteDialect({ pglite: database }) }));
      const close = database.close.bind(database);
      database.close = async () => {
        await close();
        unlock?.();
      };
      return database;
    },
  });
}
