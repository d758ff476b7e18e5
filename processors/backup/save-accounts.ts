import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredObject } from '../../schemas/sql/stored-objects.ts';
import type { AccountsStore } from './accounts.ts';
import { BackupError, type Part } from './manifest.ts';
import { createObjectPacks, nameOf, type ObjectStores } from './object-packs.ts';

/** A copy of the database takes seconds, so hardly anything is removed within one more. */
const MAX_ATTEMPTS = 5;

export interface SaveAccountsDeps {
  readonly dir: string;
  readonly signal: AbortSignal;
  readonly accounts: AccountsStore;
  /** Null leaves objects out. */
  readonly objects: ObjectStores | null;
  /** Copies what has to be of the same moment as near as can be, into a folder of the backup. */
  saveBeside(folder: string): Promise<Part[]>;
  /** Told of those that rows tell of and that were not there before the backup either. */
  onLacking(objects: readonly StoredObject[]): void;
}

/**
 * Accounts, and the objects that their rows tell of. A row is written after its object and goes before it, so objects
 * are copied after rows; when one is gone by then, its row most likely is too, and the database is copied again. An
 * object that two copies in a row tell of and that neither finds was lost before. So no row of the copy tells of an
 * object that is not in it, but for what the deployment itself had lost.
 */
export async function saveAccounts(deps: SaveAccountsDeps): Promise<Part[]> {
  const { dir, signal, accounts, objects, saveBeside, onLacking } = deps;
  const packs = objects === null ? null : createObjectPacks(dir, objects, signal);
  let before = new Set<string>();
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    signal.throwIfAborted();
    const folder = `accounts-${attempt}`;
    const saved = await accounts.save(dir, `${folder}/${accounts.fileName}`);
    const beside = await saveBeside(folder);
    const gone = packs === null ? [] : await packs.add(saved.objects);
    const names = gone.map(nameOf);
    if (!names.every((name) => before.has(name))) {
      before = new Set(names);
      await rm(join(dir, folder), { recursive: true });
      continue;
    }
    if (gone.length > 0) onLacking(gone);
    const database: Part = {
      ...{ kind: 'database', name: 'accounts', engine: accounts.engine, count: saved.accounts },
      covers: saved.file === null ? 'Nobody has signed up yet' : 'Accounts, workouts by hand, settings, jobs',
      files: saved.file === null ? [] : [saved.file],
    };
    if (packs === null) return [database, ...beside];
    const packed = { ...(await packs.close()), covers: 'Photos, and files that wait to be imported or fetched' };
    return [database, ...beside, { kind: 'objects', name: 'objects', ...packed }];
  }
  throw new BackupError('photos are removed faster than accounts can be copied: try again when fewer people are there');
}
