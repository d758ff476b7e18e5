import { existsSync, readFileSync } from 'node:fs';
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

/** The parts of a kept soak that the page speaks of. */
interface KeptSoak extends Pick<KeptFault, 'breaches' | 'counts' | 'mostMib'> {
  readonly run: KeptFault['run'] & { readonly durationMs: number; readonly devices: number };
  readonly memoryBoundsMib: Readonly<Record<string, number>>;
  readonly done: Readonly<Record<string, number>>;
  readonly storedAfterMs: number;
}

const SOAK = new URL('../test/faults/results/kept-soak.json', import.meta.url);

/** What the kept soak came to, or that none was kept. */
export function soakRun(): string {
  if (!existsSync(SOAK)) return 'No soak was kept yet: `npm run soak -- --keep`.';
  const kept = JSON.parse(readFileSync(SOAK, 'utf8')) as KeptSoak;
  const { breaches, counts, done, run, mostMib, memoryBoundsMib, storedAfterMs } = kept;
  const times = Object.values(done).reduce((sum, n) => sum + n, 0);
  const nearest = Object.entries(mostMib)
    .map(([name, mib]) => ({ name, mib, boundMib: memoryBoundsMib[name] }))
    .reduce((a, b) => (b.mib / b.boundMib > a.mib / a.boundMib ? b : a));
  return [
    `${breaches.length === 0 ? 'Every promise kept' : `**Broken:** ${breaches.join('; ')}`}, on`,
    `${run.startedAt.slice(0, 10)} at commit ${run.commit.slice(0, 10)} under seed ${run.seed},`,
    `${run.machine.cores} cores (${run.machine.cpu}): ${run.durationMs / 1_000} s, ${run.devices} devices,`,
    `${count(times)} times something was broken (${Object.keys(done).length} kinds).`,
    `${count(counts.samplesAcknowledged)} samples acknowledged, ${count(counts.repeats)} frames sent more than once,`,
    `${count(counts.lostConnections)} connections lost; all stored`,
    `and compared ${seconds(storedAfterMs)} after the devices were done. Nearest to its bound in memory came`,
    `${nearest.name} with ${nearest.mib} of ${nearest.boundMib} MiB.`,
  ].join('\n');
}

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
