import type { HistogramReading } from '../../../runtime/metrics-page.ts';
import { readHistogram } from '../../../runtime/metrics-page.ts';
import { DISTINCT_ROWS_SQL } from '../../../schemas/sql/ledger-queries.ts';
import type { StoreName } from '../../options.ts';
import { cpuTimeUs, machineCpuTimeUs } from '../../process-cpu.ts';
import type { Deployment } from './deployment.ts';

/** What a store holds at one moment. */
export interface StoreCount {
  /** Half-way between question and answer, on the monotonic clock. */
  readonly atMs: number;
  readonly rows: number;
}

export type StoreCounts = Readonly<Partial<Record<StoreName, StoreCount>>>;

/** All that a span is measured by, seen at one of its ends. */
export interface Observation {
  readonly atMs: number;
  readonly stores: StoreCounts;
  /** Samples that the stream holds for good, and devices have been told so. */
  readonly acceptedSamples: number;
  readonly cpuUs: ReadonlyMap<string, number>;
  readonly machineCpuUs: number;
  readonly latency: Readonly<Partial<Record<StoreName, HistogramReading>>>;
}

const ANSWER_TIMEOUT_MS = 30_000;

/**
 * Rows that a query finds. ClickHouse's are counted without FINAL, which costs nothing: a row that was repeated counts
 * twice until parts merge, and the count at the end, with FINAL, tells.
 */
const ROWS_NOW_SQL = { questdb: 'SELECT count() FROM samples', clickhouse: 'SELECT count() FROM slipstream.samples' };

async function answerOf(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
}

async function ask(store: StoreName, sql: string, { urls }: Deployment, signal: AbortSignal): Promise<StoreCount> {
  const fromMs = performance.now();
  const query = encodeURIComponent(sql);
  const url = store === 'questdb' ? `${urls.questdb}/exec?query=${query}` : `${urls.clickhouse}/?query=${query}`;
  const text = await answerOf(url, signal);
  const rows = Number(store === 'questdb' ? JSON.parse(text).dataset[0][0] : text);
  return { atMs: (fromMs + performance.now()) / 2, rows };
}

async function countsBy(
  sql: Record<StoreName, string>,
  stores: readonly StoreName[],
  deployment: Deployment,
  signal: AbortSignal,
) {
  const counts = await Promise.all(
    stores.map(async (store) => [store, await ask(store, sql[store], deployment, signal)] as const),
  );
  return Object.fromEntries(counts) as StoreCounts;
}

export function countRows(stores: readonly StoreName[], deployment: Deployment, signal: AbortSignal) {
  return countsBy(ROWS_NOW_SQL, stores, deployment, signal);
}

/** Each key once, as a reader sees it; dear, so for the end. */
export function countDistinctRows(stores: readonly StoreName[], deployment: Deployment, signal: AbortSignal) {
  return countsBy(DISTINCT_ROWS_SQL, stores, deployment, signal);
}

export async function observe(
  stores: readonly StoreName[],
  deployment: Deployment,
  pids: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<Observation> {
  const { urls } = deployment;
  const [ingest, processors] = await Promise.all(
    [urls.ingestAdmin, urls.processorsAdmin].map((url) => answerOf(`${url}/metrics`, signal)),
  );
  const counts = await countRows(stores, deployment, signal);
  return {
    atMs: performance.now(),
    stores: counts,
    acceptedSamples: readCounter(ingest, 'ingest_samples_total'),
    cpuUs: new Map([...pids].map(([name, pid]) => [name, cpuTimeUs(pid)])),
    machineCpuUs: machineCpuTimeUs(),
    latency: Object.fromEntries(
      stores.map((store) => [store, readHistogram(processors, 'sink_latency_ms', { store })]),
    ),
  };
}

/** A counter that nobody has counted with yet is not on the page. */
function readCounter(page: string, name: string): number {
  const line = page.split('\n').find((one) => one.startsWith(`slipstream_${name}{`));
  return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1));
}
