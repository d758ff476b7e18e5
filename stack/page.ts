import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SCRIPT = fileURLToPath(new URL('../web/build/main.ts', import.meta.url));
const TIMEOUT_MS = 120_000;

/**
 * The folder of the page, built now unless it was built from the same files before. Null when it cannot be built, as
 * without the packages that only developers install; `say` is told why.
 */
export async function buildPage(say: (text: string) => void): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT], { timeout: TIMEOUT_MS });
    return (JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { pageDir: string }).pageDir;
  } catch (error) {
    const why = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
    say(`  the page could not be built (${why}): the API runs without it`);
    return null;
  }
}
