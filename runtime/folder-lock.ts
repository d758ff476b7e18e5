import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from './service.ts';

/**
 * Makes this process the only user of a folder, and returns what lets it go. The lock is a file with the owner's pid,
 * which comes into being complete; that of a dead process is moved away. Throws StartError while another one lives.
 */
export function lockFolder(dir: string, pid: number = process.pid): () => void {
  const file = join(dir, 'owner.pid');
  const own = `${file}.${pid}`;
  writeFileSync(own, String(pid));
  try {
    for (let tries = 0; !tryLink(own, file); tries++) {
      const owner = Number(readOwner(file));
      if (tries > 2 || (owner !== pid && isAlive(owner))) {
        throw new StartError(
          `the database in ${dir} is in use by process ${owner}: PGlite serves one process. For several, name a ` +
            'PostgreSQL with --postgres-url.',
        );
      }
      moveAside(file, pid);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => rmSync(file, { force: true });
}

function tryLink(own: string, file: string): boolean {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** '0' when it was let go in this moment. */
function readOwner(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '0';
    throw error;
  }
}

/** Of two that find the same dead owner, one moves its file and the other finds nothing to move. */
function moveAside(file: string, pid: number): void {
  const aside = `${file}.stale.${pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  rmSync(aside, { force: true });
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
