import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Bus, NoRespondersError } from '../../runtime/bus.ts';
import { lockFolder } from '../../runtime/folder-lock.ts';
import type { Names } from '../../schemas/names.ts';
import { parseJson } from '../../schemas/parse-json.ts';
import { STORED_OBJECTS_SQL, type StoredObject } from '../../schemas/sql/stored-objects.ts';
import { type AccountsStore, COUNT_ACCOUNTS_SQL } from './accounts.ts';
import { BackupError, createFile } from './manifest.ts';

/** What the API says of its accounts (`api/database/serve-copies.ts`). */
type Answer = { readonly copy?: string | null; readonly error?: string } | null;

/** A folder of a gigabyte on a slow disk. */
const COPY_TIMEOUT_MS = 120_000;

/**
 * PGlite belongs to one process. While that is the API it is asked for a copy of the folder, which takes it the time
 * of reading it; while nobody has it the copy is made here. Either copy is opened before it is packed, which recovers
 * it as after a crash and shows that it is whole. A database is made when the first person signs up: that there is none
 * yet only the API can say, for a folder without one may as well be the wrong folder.
 */
export function createPgliteAccounts(deps: {
  dir: string;
  names: Pick<Names, 'copyAccounts'>;
  bus(): Promise<Pick<Bus, 'request'>>;
}): AccountsStore {
  const { dir, names } = deps;
  const [data, copy] = [join(dir, 'data'), join(dir, 'copy')];

  /** False when nobody has signed up yet, so that there is nothing to copy. */
  async function makeCopy(): Promise<boolean> {
    const isThere = existsSync(data);
    const copied = await askForCopy();
    if (copied === null) {
      if (!isThere) return false;
      throw new BackupError(`the API has no accounts yet, but ${dir} has some: name its own folder, --pglite-dir`);
    }
    if (copied === undefined) {
      if (!isThere) {
        throw new BackupError(
          `there are no accounts in ${dir}, and no API runs that could say that nobody has signed up yet: start it, ` +
            'say where they are, --pglite-dir or --postgres-url, or leave them out with --no-accounts',
        );
      }
      await copyUnused();
    }
    if (!existsSync(copy)) {
      throw new BackupError(`the API has copied its accounts, but not in ${dir}: name its own folder, --pglite-dir`);
    }
    return true;
  }

  /** What the copy is called; null when the API has nothing to copy yet, undefined when none runs. */
  async function askForCopy(): Promise<string | null | undefined> {
    const bus = await deps.bus();
    try {
      const answer = parseJson(await bus.request(names.copyAccounts, new Uint8Array(0), COPY_TIMEOUT_MS)) as Answer;
      if (answer?.copy === undefined) throw new BackupError(`the API could not copy its accounts: ${answer?.error}`);
      return answer.copy;
    } catch (error) {
      if (!(error instanceof NoRespondersError)) throw error;
      return undefined;
    }
  }

  /** Throws StartError that names the process which has it. */
  async function copyUnused(): Promise<void> {
    const unlock = lockFolder(dir);
    try {
      await rm(copy, { recursive: true, force: true });
      await cp(data, copy, { recursive: true });
    } finally {
      unlock();
    }
  }

  return {
    engine: 'pglite',
    fileName: 'accounts.tar.gz',
    async save(backupDir, path) {
      if (!(await makeCopy())) return { file: null, accounts: 0, objects: [] };
      try {
        const database = await PGlite.create(copy);
        try {
          const objects = await database.query<StoredObject>(STORED_OBJECTS_SQL);
          const counted = await database.query<{ count: number }>(COUNT_ACCOUNTS_SQL);
          const packed = await database.dumpDataDir('gzip');
          const file = await createFile(backupDir, path);
          await file.write(new Uint8Array(await packed.arrayBuffer()));
          return { file: await file.close(), accounts: counted.rows[0].count, objects: objects.rows };
        } finally {
          await database.close();
        }
      } finally {
        await rm(copy, { recursive: true, force: true });
      }
    },
    async assertEmpty() {
      if (existsSync(data)) throw new BackupError(`PGlite is not empty: there is ${data}`);
    },
    async restore(file) {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const unlock = lockFolder(dir);
      try {
        const fresh = join(dir, 'data.new');
        await rm(fresh, { recursive: true, force: true });
        const database = await PGlite.create({ dataDir: fresh, loadDataDir: new Blob([await readFile(file)]) });
        const objects = await database.query<StoredObject>(STORED_OBJECTS_SQL);
        await database.close();
        await rename(fresh, data);
        return objects.rows;
      } finally {
        unlock();
      }
    },
  };
}
