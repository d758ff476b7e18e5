/**
 * Put before each test file by `test/run.ts` (`--import`): when its process ends, the CPU seconds of it and of all that
 * it started and waited for are left in the folder that this module's address names with `to`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

/** Of Linux's clock in /proc. */
const TICKS_PER_S = 100;

const to = new URL(import.meta.url).searchParams.get('to')!;
// Processes and threads that a test starts inherit this module; what they take is in their parent's account.
if (isMainThread && process.argv[1]?.endsWith('.test.ts')) {
  process.once('exit', () => {
    writeFileSync(join(to, `${process.pid}.json`), JSON.stringify({ file: process.argv[1], cpuS: cpuSeconds() }));
  });
}

/** Only of this process where there is no /proc. */
function cpuSeconds(): number {
  try {
    // proc(5): utime, stime, cutime and cstime are the fields 14 to 17; the name in field 2 may hold spaces.
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)!.split(' ').slice(11, 15);
    return fields.reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_S;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }
}
