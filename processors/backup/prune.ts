import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupError, type Manifest, readManifest } from './manifest.ts';

const DAY_MS = 86_400_000;

export interface Pruned {
  readonly removed: readonly string[];
  readonly kept: readonly string[];
}

/**
 * Removes the backups in `dir` that began more than `keepDays` days before `nowMs`. What is no finished backup stays:
 * one is perhaps being made, or it is something else. Throws BackupError for a folder that cannot be read.
 */
export async function pruneBackups(dir: string, keepDays: number, nowMs: number): Promise<Pruned> {
  const [removed, kept]: string[][] = [[], []];
  const entries = await readdir(dir, { withFileTypes: true }).catch((cause: Error) => {
    throw new BackupError(`the backups in ${dir} cannot be read: ${cause.message}`, { cause });
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory()) continue;
    const folder = join(dir, entry.name);
    const manifest = await readManifest(folder).catch((error): Manifest | null => {
      if (error instanceof BackupError) return null;
      throw error;
    });
    const isOld = manifest !== null && Date.parse(manifest.startedAt) + keepDays * DAY_MS < nowMs;
    if (isOld) await rm(folder, { recursive: true });
    (isOld ? removed : kept).push(entry.name);
  }
  return { removed, kept };
}
