import { histogramBetween, quantileOf } from '../../../runtime/metrics-page.ts';
import type { StoreName } from '../../options.ts';
import type { Observation } from './observe.ts';

export interface StoreSpan {
  readonly rows: number;
  readonly rowsPerS: number;
  /** From the arrival of a batch's oldest frame until the store has the batch. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** Samples that devices have an acknowledgement for and the store does not show yet, at both ends of the span. */
  readonly behindSamples: readonly [start: number, end: number];
}

export interface Span {
  readonly elapsedMs: number;
  readonly acceptedPerS: number;
  readonly stores: Readonly<Partial<Record<StoreName, StoreSpan>>>;
  /**
   * What each process used for each sample that it worked on: a store for its rows, what follows the stream for the
   * mean of the stores, all others for what the stream accepted. The same number while nothing falls behind.
   */
  readonly cpuUsPerSample: Readonly<Record<string, number>>;
  /** Cores that the run had, and cores that somebody else used meanwhile. */
  readonly coresUsed: { readonly own: number; readonly others: number };
}

const BEHIND_THE_STREAM = new Set(['processors']);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What happened between two observations. */
export function spanBetween(from: Observation, to: Observation): Span {
  const elapsedMs = to.atMs - from.atMs;
  const stores = Object.fromEntries(
    (Object.keys(to.stores) as StoreName[]).map((store) => [store, storeSpan(store, from, to)]),
  ) as Record<StoreName, StoreSpan>;
  const accepted = to.acceptedSamples - from.acceptedSamples;
  const written = Object.values(stores).map(({ rows }) => rows);
  const samplesOf = (name: string) => {
    if (name in stores) return stores[name as StoreName].rows;
    return BEHIND_THE_STREAM.has(name) ? mean(written) : accepted;
  };
  const cpu = [...to.cpuUs].map(([name, us]) => [name, (us - (from.cpuUs.get(name) ?? 0)) / samplesOf(name)] as const);
  const ownUs = [...to.cpuUs].reduce((sum, [name, us]) => sum + us - (from.cpuUs.get(name) ?? 0), 0);
  const allUs = to.machineCpuUs - from.machineCpuUs;
  return {
    elapsedMs,
    coresUsed: { own: ownUs / elapsedMs / 1_000, others: Math.max(0, allUs - ownUs) / elapsedMs / 1_000 },
    acceptedPerS: (accepted / elapsedMs) * 1_000,
    stores,
    cpuUsPerSample: Object.fromEntries(cpu),
  };
}

function storeSpan(store: StoreName, from: Observation, to: Observation): StoreSpan {
  const [before, after] = [from.stores[store]!, to.stores[store]!];
  const rows = after.rows - before.rows;
  const latency = histogramBetween(from.latency[store]!, to.latency[store]!);
  return {
    rows,
    rowsPerS: (rows / (after.atMs - before.atMs)) * 1_000,
    latencyMs: { p50: quantileOf(latency, 0.5), p99: quantileOf(latency, 0.99) },
    behindSamples: [from.acceptedSamples - before.rows, to.acceptedSamples - after.rows],
  };
}
