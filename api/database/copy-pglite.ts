import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';

/** Beside the data; there is one at a time, and whoever asked for it removes it. */
export const COPY = 'copy';

/**
 * Copies the folder of an open PGlite beside it, and says what the copy is called. No statement runs meanwhile, and
 * what was committed is in PostgreSQL's log when `commit` returns: whoever opens the copy recovers it as after a crash.
 */
export function createCopyPglite(pglite: Pick<PGlite, 'exec' | 'runExclusive'>, dir: string): () => Promise<string> {
  let copying: Promise<string> = Promise.resolve('');

  async function copy(): Promise<string> {
    await rm(join(dir, COPY), { recursive: true, force: true });
    // Most is written before everybody has to wait.
    await pglite.exec('checkpoint');
    await pglite.runExclusive(() => cp(join(dir, 'data'), join(dir, COPY), { recursive: true }));
    return COPY;
  }

  return () => {
    copying = copying.then(copy, copy);
    return copying;
  };
}
