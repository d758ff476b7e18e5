import { type MachineShares, openMachineShares } from './machine-shares.ts';
import { cpuTimeUs, machineCpuTimeUs, writtenBytes } from './process-cpu.ts';

/** What a piece of work cost, on the clock and in CPU time. */
export interface Account {
  readonly elapsedMs: number;
  /** By the name of the process. */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** Everything on the machine, whoever used it. */
  readonly machineCpuMs: number;
  /** By the name of the process: what it made the disk write, sooner or later. */
  readonly writtenBytes: Readonly<Record<string, number>>;
  readonly machine: MachineShares;
}

/** Starts to count; the answer, called at the end, says what was used since. Throws when one of them is gone. */
export function openAccount(pids: ReadonlyMap<string, number>): () => Account {
  const closeMachine = openMachineShares();
  const before = { atMs: performance.now(), machineUs: machineCpuTimeUs() };
  const us = readAll(pids, cpuTimeUs);
  const bytes = readAll(pids, writtenBytes);
  return () => ({
    elapsedMs: performance.now() - before.atMs,
    cpuMs: since(us, readAll(pids, cpuTimeUs), 1_000),
    machineCpuMs: (machineCpuTimeUs() - before.machineUs) / 1_000,
    writtenBytes: since(bytes, readAll(pids, writtenBytes)),
    machine: closeMachine(),
  });
}

/** By the name of the process; without those that cannot say. */
function readAll(pids: ReadonlyMap<string, number>, read: (pid: number) => number | undefined): Map<string, number> {
  const all = new Map<string, number>();
  for (const [name, pid] of pids) {
    const value = read(pid);
    if (value !== undefined) all.set(name, value);
  }
  return all;
}

function since(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>, divisor = 1) {
  return Object.fromEntries([...now].map(([name, value]) => [name, (value - before.get(name)!) / divisor]));
}

export function totalOf(cpuMs: Readonly<Record<string, number>>): number {
  return Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0);
}

/** Cores that each process used, by its name. */
export function coresOf({ cpuMs, elapsedMs }: Account): Record<string, number> {
  return Object.fromEntries(Object.entries(cpuMs).map(([name, ms]) => [name, ms / elapsedMs]));
}

/** Cores that neither these processes nor a load used: on a machine of its own, nearly none. */
export function otherCores({ cpuMs, machineCpuMs, elapsedMs }: Account, loadCpuMs: number): number {
  return Math.max(0, machineCpuMs - totalOf(cpuMs) - loadCpuMs) / elapsedMs;
}
