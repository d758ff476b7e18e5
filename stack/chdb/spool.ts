import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the rows of an INSERT wait for the engine, as files in memory where there is a tmpfs. */
export interface Spool {
  /** Writes what has been read and what is still to come into a new file. On an error the file is gone. */
  write(extension: string, first: readonly Buffer[], rest: AsyncIterator<Buffer>): Promise<SpoolFile>;
  close(): void;
}

export interface SpoolFile {
  path: string;
  bytes: number;
  remove(): void;
}

const MEMORY_FOLDER = '/dev/shm';

/**
 * Makes a folder in /dev/shm when that has `wantedBytes` free, else among the temporary files. Its name follows from
 * the data folder, which one process has at a time: so the files of a killed one, which hold memory, are taken away.
 */
export function createSpool(dataDir: string, wantedBytes: number): Spool {
  const parent = hasRoom(MEMORY_FOLDER, wantedBytes) ? MEMORY_FOLDER : tmpdir();
  const owner = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const folder = join(parent, `slipstream-chdb-${owner}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  let count = 0;
  return {
    async write(extension, first, rest) {
      const path = join(folder, `${++count}.${extension}`);
      const fd = openSync(path, 'wx');
      let bytes = 0;
      const add = (chunk: Buffer) => {
        // Synchronous: a copy inside memory is cheaper than a trip through the thread pool, which queries hold.
        for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
        bytes += chunk.length;
      };
      try {
        for (const chunk of first) add(chunk);
        for (let next = await rest.next(); !next.done; next = await rest.next()) add(next.value);
        return { path, bytes, remove: () => rmSync(path, { force: true }) };
      } catch (error) {
        rmSync(path, { force: true });
        throw error;
      } finally {
        closeSync(fd);
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function hasRoom(folder: string, bytes: number): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= bytes;
}
