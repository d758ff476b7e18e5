import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeRun } from '../../benchmarks/machine.ts';
import { FAULT_NAMES } from './catalogue.ts';
import { MEMORY_BOUNDS_MIB } from './memory.ts';
import type { FaultResult } from './run-fault.ts';

/** The one that documents speak of, and the last one of whoever runs it. */
const KEPT = fileURLToPath(new URL('results/kept.json', import.meta.url));
const LAST = fileURLToPath(new URL('results/last.json', import.meta.url));

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
      mkdirSync(fileURLToPath(new URL('results', import.meta.url)), { recursive: true });
      const written = { memoryBoundsMib: MEMORY_BOUNDS_MIB, faults: inOrder };
      writeFileSync(file, `${JSON.stringify(written, null, 2)}\n`);
    },
  };
}
