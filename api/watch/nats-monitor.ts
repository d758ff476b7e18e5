export interface NatsServerState {
  readonly server: string;
  /** What the server says of itself: one whose disk is full goes on answering clients and stores nothing. */
  readonly isHealthy: boolean;
  readonly storageBytes: number;
  readonly maxStorageBytes: number;
}

/**
 * Asks the HTTP monitor of one NATS server. One that does not answer is not healthy.
 * https://docs.nats.io/running-a-nats-service/nats_admin/monitoring
 */
export async function readNatsServer(url: string, timeoutMs: number): Promise<NatsServerState> {
  const server = new URL(url).host;
  const get = (path: string) => fetch(new URL(path, url), { signal: AbortSignal.timeout(timeoutMs) });
  try {
    const health = await get('/healthz');
    await health.body?.cancel();
    const answer = (await (await get('/jsz')).json()) as { storage?: number; config?: { max_storage?: number } };
    return {
      server,
      isHealthy: health.ok,
      storageBytes: answer.storage ?? 0,
      maxStorageBytes: answer.config?.max_storage ?? 0,
    };
  } catch {
    // Out of reach, or an answer that is none: the gauge says so, and what it last held is not known any more.
    return { server, isHealthy: false, storageBytes: Number.NaN, maxStorageBytes: Number.NaN };
  }
}
