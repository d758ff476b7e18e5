import { statfs } from 'node:fs/promises';
import { StartError } from '../../runtime/service.ts';
import type { Disk } from './engines.ts';

export interface WatchedFolder {
  readonly disk: string;
  readonly folder: string;
}

/** Reads `--disks`. Throws StartError. */
export function parseDisks(texts: readonly string[]): WatchedFolder[] {
  return texts.map((text) => {
    const [, disk, folder] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (disk === undefined) throw new StartError(`--disks: got "${text}", expected name=folder`);
    return { disk, folder };
  });
}

/** The room on the disk of each folder. Throws when one cannot be asked. */
export function readDisks(folders: readonly WatchedFolder[]): Promise<Disk[]> {
  return Promise.all(
    folders.map(async ({ disk, folder }) => {
      const { bavail, blocks, bsize } = await statfs(folder);
      return { disk, freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
    }),
  );
}
