import { readdirSync, readFileSync } from 'node:fs';

/**
 * Starts to look at how long threads are ready to run while no core is free for them. The answer says so up to the
 * moment in which it is called: by the name of the process, all its threads together, ms. On a machine with cores to
 * spare that is nearly nothing. A thread that ended meanwhile is left out; throws when a process is gone.
 */
export function openCoreWaits(pids: ReadonlyMap<string, number>): () => Record<string, number> {
  const before = new Map([...pids].map(([name, pid]) => [name, waitsNsOf(pid)]));
  return () =>
    Object.fromEntries(
      [...pids].map(([name, pid]) => {
        let waitedNs = 0;
        for (const [tid, ns] of waitsNsOf(pid)) waitedNs += ns - (before.get(name)!.get(tid) ?? 0);
        return [name, waitedNs / 1e6];
      }),
    );
}

/** By the thread. */
function waitsNsOf(pid: number): Map<string, number> {
  const tasks = `/proc/${pid}/task`;
  const waits = new Map<string, number>();
  for (const tid of readdirSync(tasks)) {
    try {
      waits.set(tid, waitNsOf(readFileSync(`${tasks}/${tid}/schedstat`, 'utf8')));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
    }
  }
  return waits;
}

/** The second of the three numbers: run for, waited for, how often it ran (both in ns). */
export function waitNsOf(schedstat: string): number {
  return Number(schedstat.split(' ')[1]);
}
