import { readByLabel } from '../../runtime/metrics-page.ts';
import type { Connections } from '../../schemas/operations.ts';

export interface ConnectionsDeps {
  /** Pages of metrics of the processes of ingest: only they know their connections. */
  readonly ingestMetricsUrls: readonly string[];
  /** HTTP monitors of the NATS servers. */
  readonly natsMonitorUrls: readonly string[];
  readonly timeoutMs: number;
}

/** Counts connections where they end. Who does not answer is counted as silent; never rejects. */
export async function readConnections(deps: ConnectionsDeps): Promise<Connections> {
  const { ingestMetricsUrls, natsMonitorUrls, timeoutMs } = deps;
  const get = async (url: string | URL) => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return answer.text();
  };
  const [pages, monitors] = await Promise.all([
    Promise.allSettled(ingestMetricsUrls.map(get)),
    Promise.allSettled(natsMonitorUrls.map(async (url) => clientsOf(await get(new URL('/varz', url))))),
  ]);
  const devices: Record<string, number> = {};
  let silentIngests = 0;
  for (const page of pages) {
    if (page.status === 'rejected') silentIngests++;
    else
      for (const [protocol, count] of readByLabel(page.value, 'slipstream_ingest_connections', 'protocol'))
        devices[protocol] = (devices[protocol] ?? 0) + count;
  }
  const ingests = ingestMetricsUrls.length;
  const clients = monitors.map((one) => (one.status === 'fulfilled' ? one.value : Number.NaN));
  const nats = clients.reduce((sum, count) => sum + count, 0);
  return {
    devices: silentIngests === ingests ? null : devices,
    ingests,
    silentIngests,
    nats: clients.length === 0 || Number.isNaN(nats) ? null : nats,
  };
}

/** https://docs.nats.io/running-a-nats-service/nats_admin/monitoring#general-information-varz */
function clientsOf(varz: string): number {
  const { connections } = JSON.parse(varz) as { connections?: unknown };
  if (typeof connections !== 'number') throw new Error("the NATS server's /varz has no connections");
  return connections;
}
