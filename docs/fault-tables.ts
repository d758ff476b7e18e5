import { readFileSync } from 'node:fs';
import type { MakeTable } from '../benchmarks/report.ts';

/** The parts of the kept results of the fault test that the page speaks of. */
interface Kept {
  readonly memoryBoundsMib: Readonly<Record<string, number>>;
  readonly faults: readonly KeptFault[];
}

interface KeptFault {
  readonly name: string;
  readonly title: string;
  readonly promise: string;
  readonly breaches: readonly string[];
  readonly silentMs: number;
  readonly storedAfterMs: number | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly mostMib: Readonly<Record<string, number>>;
  readonly run: {
    readonly startedAt: string;
    readonly commit: string;
    readonly seed: string;
    readonly machine: { readonly cpu: string; readonly cores: number };
  };
}

const readKept = (): Kept =>
  JSON.parse(readFileSync(new URL('../test/faults/results/kept.json', import.meta.url), 'utf8'));

export function faultsRun(): string {
  const { faults } = readKept();
  const sum = (name: string) => faults.reduce((total, { counts }) => total + (counts[name] ?? 0), 0);
  const kept = faults.filter(({ breaches }) => breaches.length === 0).length;
  const of = (read: (run: KeptFault['run']) => string) => [...new Set(faults.map(({ run }) => read(run)))].join(', ');
  return [
    `${kept} of ${faults.length} kept, on ${of((run) => run.startedAt.slice(0, 10))} at commit`,
    `${of((run) => run.commit.slice(0, 10))} under seed ${of((run) => run.seed)}:`,
    `${count(sum('samplesAcknowledged'))} samples acknowledged, ${count(sum('repeats'))} frames sent more than once,`,
    `${count(sum('lostConnections'))} connections lost.`,
    `${of(({ machine }) => `${machine.cores} cores (${machine.cpu})`)} for the engines, the services and the devices`,
    'together, shared with other work: the times say what to expect, not what is possible.',
  ].join('\n');
}

export function faultTable(table: MakeTable): string {
  return table(
    ['what is done', 'what is promised', 'test', 'kept', 'without an acknowledgement', 'all stored'],
    readKept().faults.map(({ name, title, promise, breaches, silentMs, storedAfterMs }) => [
      title,
      promise,
      `\`${name}\``,
      breaches.length === 0 ? 'yes' : 'NO',
      seconds(silentMs),
      storedAfterMs === null ? 'never' : `after ${seconds(storedAfterMs)}`,
    ]),
  );
}

export function memoryTable(table: MakeTable): string {
  const { memoryBoundsMib, faults } = readKept();
  return table(
    ['process', 'bound, MiB', 'most seen, MiB', 'under'],
    Object.entries(memoryBoundsMib).map(([name, boundMib]) => {
      const worst = faults.reduce((a, b) => (b.mostMib[name] > a.mostMib[name] ? b : a));
      return [name, boundMib, worst.mostMib[name], `\`${worst.name}\``];
    }),
  );
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
const count = (value: number) => value.toLocaleString('en-US');
