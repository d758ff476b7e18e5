import { cpuTimeUs, machineCpuTimeUs } from './process-cpu.ts';

/** What a piece of work cost, on the clock and in CPU time. */
export interface Account {
  readonly elapsedMs: number;
  /** By the name of the process. */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** Everything on the machine, whoever used it. */
  readonly machineCpuMs: number;
}

/** Starts to count; the answer, called at the end, says what was used since. Throws when one of them is gone. */
export function openAccount(pids: ReadonlyMap<string, number>): () => Account {
  const before = { atMs: performance.now(), machineUs: machineCpuTimeUs(), us: readAll(pids) };
  return () => ({
    elapsedMs: performance.now() - before.atMs,
    cpuMs: Object.fromEntries([...readAll(pids)].map(([name, us]) => [name, (us - before.us.get(name)!) / 1_000])),
    machineCpuMs: (machineCpuTimeUs() - before.machineUs) / 1_000,
  });
}

function readAll(pids: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...pids].map(([name, pid]) => [name, cpuTimeUs(pid)]));
}

export function totalOf(cpuMs: Readonly<Record<string, number>>): number {
  return Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0);
}

/** Cores that neither these processes nor a load used: on a machine of its own, nearly none. */
export function otherCores({ cpuMs, machineCpuMs, elapsedMs }: Account, loadCpuMs: number): number {
  return Math.max(0, machineCpuMs - totalOf(cpuMs) - loadCpuMs) / elapsedMs;
}
