import { join } from 'node:path';
import type { NatsLink } from '../../runtime/nats/connection.ts';
import { forgetDurables } from '../../runtime/nats/stream-copies.ts';
import type { StoredObject } from '../../schemas/sql/stored-objects.ts';
import type { AccountsStore } from './accounts.ts';
import { BackupError, type Manifest, type Part, readManifest, verifyFiles } from './manifest.ts';
import { type ObjectStores, restoreObjects } from './object-packs.ts';

export interface RestoreAccountsDeps {
  readonly dir: string;
  readonly accounts: AccountsStore;
  /** Null leaves objects out. */
  readonly objects: ObjectStores | null;
  readonly link: NatsLink;
  /** The stream FACTS. */
  readonly factsStream: string;
  readonly signal: AbortSignal;
  onPart(part: Part): void;
  onLacking(objects: readonly StoredObject[]): void;
}

/**
 * Puts only accounts and their objects into an empty database: everything else is alive, but no API. What the stream
 * has told since the backup is told again from its beginning, for who applies facts forgets how far that was. Whoever
 * was deleted since has a tombstone in CONFIG, and is deleted again by the API before it serves anybody.
 */
export async function restoreAccounts(deps: RestoreAccountsDeps): Promise<Manifest> {
  const { dir, accounts, objects, link, factsStream } = deps;
  const manifest = await readManifest(dir);
  assertAccountsFit(manifest, accounts);
  await verifyFiles(dir, manifest);
  await accounts.assertEmpty();
  for (const part of manifest.parts) {
    if (part.kind !== 'database') continue;
    const wanted = await restoreDatabase(accounts, part, dir);
    deps.onPart(part);
    if (objects !== null) await putObjectsBack(wanted, { ...deps, manifest, objects });
  }
  await forgetDurables(link, factsStream);
  return manifest;
}

/** Throws BackupError for a backup without accounts, and for those of another kind of database. */
export function assertAccountsFit({ parts }: Manifest, accounts: AccountsStore | null): void {
  if (accounts === null) return;
  const database = parts.find(({ kind }) => kind === 'database');
  if (database === undefined) {
    throw new BackupError('it has no accounts: restore all the rest with --no-accounts');
  }
  if (database.engine !== accounts.engine) {
    const [from, into] = [database, accounts].map(({ engine }) => (engine === 'pglite' ? 'PGlite' : 'a PostgreSQL'));
    throw new BackupError(`its accounts are of ${from} and go back into none of ${into}: see --postgres-url`);
  }
}

/**
 * Says what objects the restored rows tell of. Of a deployment in which nobody had signed up there is no file, and
 * nothing to do: the API makes its database when somebody does.
 */
export async function restoreDatabase(
  accounts: AccountsStore,
  { files: [file] }: Part,
  dir: string,
): Promise<readonly StoredObject[]> {
  return file === undefined ? [] : accounts.restore(join(dir, file.path));
}

export async function putObjectsBack(
  wanted: readonly StoredObject[],
  deps: Pick<RestoreAccountsDeps, 'dir' | 'signal' | 'onPart' | 'onLacking'> & {
    manifest: Manifest;
    objects: ObjectStores;
  },
): Promise<void> {
  const part = deps.manifest.parts.find(({ kind }) => kind === 'objects');
  if (part === undefined) return;
  const { count, lacking } = await restoreObjects(wanted, { ...deps, files: part.files, stores: deps.objects });
  deps.onPart({ ...part, count });
  if (lacking.length > 0) deps.onLacking(lacking);
}
