import { join, resolve } from 'node:path';
import type { Bus } from '../../runtime/bus.ts';
import type { Platform } from '../../runtime/nats/platform.ts';
import { openObjects } from '../../runtime/objects/open-objects.ts';
import type { Options } from '../../runtime/options.ts';
import { createNames } from '../../schemas/names.ts';
import type { AccountsStore } from './accounts.ts';
import { createPgliteAccounts } from './accounts-pglite.ts';
import { createPostgresqlAccounts } from './accounts-postgresql.ts';
import type { ObjectStores } from './object-packs.ts';
import type { backupOptions } from './options.ts';

/** The database that the options name; null when accounts are left out. */
export function openAccounts({
  options,
  env,
  signal,
  bus,
}: {
  options: Options<typeof backupOptions>;
  /** Of this process: where PostgreSQL's programs are found. */
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
  bus(): Promise<Bus>;
}): AccountsStore | null {
  const { accounts, postgresUrl: url, pgliteDir, dataDir, region } = options;
  if (!accounts) return null;
  if (url !== '') return createPostgresqlAccounts({ url, env, signal });
  return createPgliteAccounts({
    dir: resolve(pgliteDir || join(dataDir, 'postgresql')),
    names: createNames(region),
    bus,
  });
}

/** Null when they are left out. Throws StartError. */
export function openObjectStores(
  options: Options<typeof backupOptions>,
  platform: Pick<Platform, 'uploads' | 'photos'>,
): ObjectStores | null {
  if (!options.accounts || !options.objects) return null;
  const { objects, photoObjects } = openObjects(options, platform, options.objectTimeoutMs);
  return { photos: photoObjects, uploads: objects };
}
