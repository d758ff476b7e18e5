import { readFileSync } from 'node:fs';
import type { PartName } from './deployment.ts';
import type { Part } from './part.ts';

const MIB = 1024 * 1024;
const LOOK_EVERY_MS = 200;

/**
 * What each process may have of memory that is its own (anonymous pages: mapped files are the kernel's to give back),
 * whatever is done to it or to others. Ingest: a few runtimes' worth and 64 MiB of frames on their way. A sink: 128 MiB
 * of payloads held, and what is made of them. QuestDB: a heap of 1 GiB and what it keeps beside it.
 */
export const MEMORY_BOUNDS_MIB: Readonly<Record<PartName, number>> = {
  'nats-server': 256,
  questdb: 1_536,
  clickhouse: 1_024,
  'questdb-sink': 384,
  'clickhouse-sink': 384,
  'holder-a': 384,
  'holder-b': 384,
  ingest: 384,
};

/** Looks at every process again and again, and remembers the most that each had. */
export function watchMemory(parts: Readonly<Record<PartName, Part>>) {
  const mostMib = Object.fromEntries(Object.keys(parts).map((name) => [name, 0])) as Record<PartName, number>;
  function look(): void {
    for (const [name, part] of Object.entries(parts) as [PartName, Part][]) {
      mostMib[name] = Math.max(mostMib[name], privateMib(part.pid));
    }
  }
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  return {
    mostMib: mostMib as Readonly<Record<PartName, number>>,
    stop(): void {
      clearInterval(timer);
    },
  };
}

/** Processes that had more than they may, in sentences. */
export function judgeMemory(mostMib: Readonly<Record<PartName, number>>): string[] {
  return (Object.entries(mostMib) as [PartName, number][])
    .filter(([name, mib]) => mib > MEMORY_BOUNDS_MIB[name])
    .map(([name, mib]) => `${name} had ${mib} MiB of memory, ${MEMORY_BOUNDS_MIB[name]} are its bound`);
}

/** 0 for a process that is gone. */
function privateMib(pid: number): number {
  try {
    const kib = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
    return Math.round((Number(kib) * 1024) / MIB);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return 0;
    throw error;
  }
}
