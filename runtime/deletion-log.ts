import { mkdirSync } from 'node:fs';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DONE_AFTER_MS } from '../schemas/deleted-athlete.ts';
import { ATHLETE_PATTERN, DEVICE_PATTERN } from '../schemas/identity.ts';
import { parseJson } from '../schemas/parse-json.ts';
import type { Clock } from './clock.ts';
import { StartError } from './service.ts';

/** A deletion as it is noted apart from all stores: a backup that was made before does not know of it. */
export interface NotedDeletion {
  /** The number of its proof. */
  readonly deletion: string;
  readonly athlete: string;
  readonly devices: readonly string[];
  readonly deletedMs: number;
}

/** A note that is none, or a folder that cannot be read: somebody would come back. */
export class DeletionLogError extends Error {
  override name = 'DeletionLogError';
}

/**
 * Notes are forgotten when the last pass over the stores is done, as names are everywhere. A backup that is older
 * could bring people back of whom nobody knows any more that they were deleted.
 */
export const NOTED_FOR_MS = DONE_AFTER_MS;

const FILE = /^[0-9a-f-]{36}\.json$/;

/**
 * Notes deletions in a folder, or nowhere for ''. A file for each, named for its proof: several processes write into
 * one folder, and a repeat changes nothing. Resolves once it is on disk, and those that may be forgotten are gone.
 * Throws StartError for a folder that cannot be made.
 */
export function createDeletionLog(dir: string, clock: Pick<Clock, 'nowMs'>) {
  // There from the start, or a restore could not tell that nobody was deleted from a folder that was lost.
  if (dir !== '') makeFolder(dir);
  return async function note({ deletion, athlete, devices, deletedMs }: NotedDeletion): Promise<void> {
    if (dir === '') return;
    const file = join(dir, `${deletion}.json`);
    const unfinished = `${file}.${process.pid}`;
    const handle = await open(unfinished, 'w', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify({ deletion, athlete, devices, deletedMs })}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
    for (const one of await readDeletions(dir)) {
      if (one.deletedMs + NOTED_FOR_MS < clock.nowMs()) await rm(join(dir, `${one.deletion}.json`), { force: true });
    }
  };
}

/** Throws DeletionLogError for a folder that is not there, and for a note that cannot be read. */
export async function readDeletions(dir: string): Promise<NotedDeletion[]> {
  const names = await readdir(dir).catch((cause) => {
    throw new DeletionLogError(
      `the notes of deletions in ${dir} cannot be read: name their folder (--deletions-dir), or say --no-deletions`,
      { cause },
    );
  });
  const found: NotedDeletion[] = [];
  for (const name of names.filter((name) => FILE.test(name)).sort()) {
    const bytes = await readFile(join(dir, name)).catch((error: NodeJS.ErrnoException) => {
      // Another process has forgotten it in this moment.
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (bytes !== null) found.push(readNote(bytes, join(dir, name)));
  }
  return found;
}

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartError(`deletions cannot be noted in ${dir} (--deletions-dir): ${(error as Error).message}`);
  }
}

function readNote(bytes: Uint8Array, file: string): NotedDeletion {
  const said = parseJson(bytes) as Partial<NotedDeletion> | null;
  const { deletion, athlete, devices, deletedMs } = said ?? {};
  const isWhole =
    typeof deletion === 'string' &&
    ATHLETE_PATTERN.test(athlete ?? '') &&
    Number.isSafeInteger(deletedMs) &&
    Array.isArray(devices) &&
    devices.every((device) => typeof device === 'string' && DEVICE_PATTERN.test(device));
  if (!isWhole) throw new DeletionLogError(`${file} is no note of a deletion`);
  return { deletion, athlete: athlete!, devices, deletedMs: deletedMs! };
}
