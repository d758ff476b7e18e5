import type { HistogramReading } from '../../../runtime/metrics-page.ts';
import { readHistogram, readValue } from '../../../runtime/metrics-page.ts';
import type { Deployment } from '../../deployment/deployment.ts';
import { answerOf, countRows, type StoreCounts } from '../../deployment/store-rows.ts';
import type { StoreName } from '../../options.ts';
import { cpuTimeUs, machineCpuTimeUs } from '../../process-cpu.ts';

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
  const counts = await countRows(stores, urls, signal);
  return {
    atMs: performance.now(),
    stores: counts,
    acceptedSamples: readValue(ingest, 'slipstream_ingest_samples_total'),
    cpuUs: new Map([...pids].map(([name, pid]) => [name, cpuTimeUs(pid)])),
    machineCpuUs: machineCpuTimeUs(),
    latency: Object.fromEntries(
      stores.map((store) => [store, readHistogram(processors, 'sink_latency_ms', { store })]),
    ),
  };
}
