import type { LoadSummary } from '../../deployment/load-process.ts';
import type { BenchOptions, StoreName } from '../../options.ts';
import type { Outcome } from '../../scenario.ts';
import type { Span } from './span.ts';

export interface Findings {
  readonly span: Span;
  /** Rows of each store on the way through the span, times from its start. */
  readonly course: readonly Readonly<Record<string, { atMs: number; rows: number }>>[];
  /** Of the measured load; the warm-up's are not told. */
  readonly loads: readonly LoadSummary[];
  /** Dead letters of all loads, warm-up included. */
  readonly dead: number;
  /** Samples acknowledged by all loads: each is one row. */
  readonly expectedRows: number;
  /** Distinct rows found at the end. */
  readonly rows: Readonly<Record<string, number>>;
  readonly options: Pick<BenchOptions, 'requiredSamplesPerS' | 'offeredSamplesPerS'>;
}

const NAMES: Record<StoreName, string> = { questdb: 'QuestDB', clickhouse: 'ClickHouse' };

/** Holds what was found against the pass rule, and puts it in words. */
export function judge(findings: Findings): Outcome {
  const { span, course, loads, expectedRows, rows, dead } = findings;
  const ack = {
    p50Ms: Math.max(...loads.map(({ ackP50Ms }) => ackP50Ms)),
    p99Ms: Math.max(...loads.map(({ ackP99Ms }) => ackP99Ms)),
    maxMs: Math.max(...loads.map(({ ackMaxMs }) => ackMaxMs)),
  };
  return {
    lines: linesOf(findings, ack.p99Ms),
    measured: { ...span, ack, course, loads, expectedRows, rows, dead },
    reasons: reasonsOf(findings),
  };
}

function reasonsOf({ span, loads, dead, expectedRows, rows, options }: Findings): string[] {
  const reasons: string[] = [];
  for (const [store, { rowsPerS }] of Object.entries(span.stores)) {
    if (rowsPerS >= options.requiredSamplesPerS) continue;
    reasons.push(
      `${nameOf(store)} wrote ${count(rowsPerS)} samples/s, ${count(options.requiredSamplesPerS)} are required`,
    );
  }
  for (const [store, found] of Object.entries(rows)) {
    if (found === expectedRows) continue;
    reasons.push(`${count(expectedRows)} samples were acknowledged, ${nameOf(store)} holds ${count(found)}`);
  }
  if (dead > 0) reasons.push(`${count(dead)} frames became dead letters`);
  const refusals = loads.reduce((sum, load) => sum + load.refusals, 0);
  const lost = loads.reduce((sum, load) => sum + load.lostConnections, 0);
  if (refusals + lost > 0) reasons.push(`frames were refused ${refusals} times and connections lost ${lost} times`);
  return reasons;
}

function linesOf({ span, options, expectedRows, rows }: Findings, ackP99Ms: number): string[] {
  const stores = Object.entries(span.stores);
  const least = Math.min(...stores.map(([, { rowsPerS }]) => rowsPerS));
  const offered = options.offeredSamplesPerS === 0 ? 'as acknowledged' : count(options.offeredSamplesPerS);
  const each = (text: (span: (typeof stores)[number][1]) => string) =>
    stores.map(([store, one]) => `${nameOf(store)} ${text(one)}`).join(', ');
  const cpu = Object.entries(span.cpuUsPerSample).sort(([, a], [, b]) => b - a);
  const found = Object.entries(rows)
    .map(([store, n]) => `${nameOf(store)} ${count(n)}`)
    .join(', ');
  const total = cpu.reduce((sum, [, us]) => sum + us, 0);
  const { own, others } = span.coresUsed;
  return [
    `throughput  ${count(least)} samples/s into ${stores.length > 1 ? 'both stores' : 'the store'} ` +
      `(${each(({ rowsPerS }) => count(rowsPerS))})`,
    `load        ${offered} samples/s offered, ${count(span.acceptedPerS)} accepted`,
    `p99         frame to acknowledgement ${ms(ackP99Ms)}; frame to ${each(({ latencyMs }) => ms(latencyMs.p99))}`,
    `behind      ${each(({ behindSamples: [start, end] }) => `${count(start)} → ${count(end)} samples`)}`,
    `CPU µs      ${total.toFixed(2)} a sample: ${cpu.map(([name, us]) => `${name} ${us.toFixed(2)}`).join(', ')}`,
    `cores       ${own.toFixed(2)} used by the run, ${others.toFixed(2)} by others on the machine`,
    `rows        ${count(expectedRows)} acknowledged; distinct in ${found}`,
  ];
}

const nameOf = (store: string) => NAMES[store as StoreName];
const count = (value: number) => Math.round(value).toLocaleString('en-US');
const ms = (value: number) => (Number.isNaN(value) ? '–' : `${value < 10 ? value.toFixed(1) : count(value)} ms`);
