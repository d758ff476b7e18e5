import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeRun } from '../../benchmarks/machine.ts';
import { FAULT_NAMES } from './catalogue.ts';
import { MEMORY_BOUNDS_MIB } from './memory.ts';
import type { FaultResult } from './run-fault.ts';
import type { SoakPlan, SoakResult } from './soak.ts';

/** The one that documents speak of, and the last one of whoever runs it. */
const KEPT = fileURLToPath(new URL('results/kept.json', import.meta.url));
const LAST = fileURLToPath(new URL('results/last.json', import.meta.url));
const KEPT_SOAK = fileURLToPath(new URL('results/kept-soak.json', import.meta.url));
const LAST_SOAK = fileURLToPath(new URL('results/last-soak.json', import.meta.url));

/** One fault of a result file says itself when, where and with what it ran. */
type WrittenFault = FaultResult & { readonly run: object };

/**
 * The file of a run, written anew after each fault. In the kept one only the faults that were done are replaced, so
 * that one of them can be done again by itself.
 */
export function createResultFile({ startedAt, seed, isKept }: { startedAt: Date; seed: string; isKept: boolean }) {
  const file = isKept ? KEPT : LAST;
  const run = { startedAt: startedAt.toISOString(), seed, ...describeRun() };
  const own = new Map<string, WrittenFault>();
  return {
    path: relative('', file),
    add(result: FaultResult): void {
      own.set(result.name, { ...result, run });
      const before =
        isKept && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')).faults as WrittenFault[]) : [];
      const faults = new Map([...before.map((fault) => [fault.name, fault] as const), ...own]);
      const inOrder = FAULT_NAMES.flatMap((name) => faults.get(name) ?? []);
      mkdirSync(dirname(file), { recursive: true });
      const written = { memoryBoundsMib: MEMORY_BOUNDS_MIB, faults: inOrder };
      writeFileSync(file, `${JSON.stringify(written, null, 2)}\n`);
    },
  };
}

/** Writes all of a soak into its file; answers the path. */
export function writeSoakResult(
  { startedAt, isKept }: { startedAt: Date; isKept: boolean },
  { seed, durationMs, devices, speed }: SoakPlan,
  result: SoakResult,
): string {
  const file = isKept ? KEPT_SOAK : LAST_SOAK;
  const run = { startedAt: startedAt.toISOString(), seed, durationMs, devices, speed, ...describeRun() };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ run, memoryBoundsMib: MEMORY_BOUNDS_MIB, ...result }, null, 2)}\n`);
  return relative('', file);
}
