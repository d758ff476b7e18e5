import { join } from 'node:path';
import { createSilentLog } from '../../runtime/log.ts';
import { connectNats } from '../../runtime/nats/connection.ts';
import { openNatsLog } from '../../runtime/nats/nats-stream.ts';
import { DEFAULT_SHARDS } from '../../schemas/identity.ts';
import { BATCH_HEADERS, createNames } from '../../schemas/names.ts';
import { startNats } from '../../stack/nats.ts';
import { freePort } from '../../stack/ports.ts';
import { startService } from '../../stack/services.ts';
import { ensureTokenKeys } from '../../stack/token-keys.ts';
import type { ScenarioDeps } from '../scenario.ts';
import type { LoadTarget } from './load-process.ts';

/** Servers that are there already, in place of one of its own. */
export interface NatsPlace {
  /** With commas between those of a cluster. */
  readonly urls: string;
  readonly replicas: number;
  readonly pids: ReadonlyMap<string, number>;
}

export interface IngestAlone extends LoadTarget {
  readonly pids: ReadonlyMap<string, number>;
  readonly natsUrl: string;
}

const HOST = '127.0.0.1';
const GIB = 1024 ** 3;
/** Nothing takes messages out again, and a stream that fills up would slow devices down. */
export const STREAM_BYTES = 32 * GIB;
const STOP_MS = 20_000;

/** A nats-server and ingest before it, with tokens checked; nobody reads the stream. Throws EngineError. */
export async function startIngestAlone(
  { release }: Pick<ScenarioDeps, 'release'>,
  { dir, processes = 1, nats }: { readonly dir: string; readonly processes?: number; readonly nats?: NatsPlace },
): Promise<IngestAlone> {
  const { urls, replicas, pids: natsPids } = nats ?? (await startOneNats(release, dir));
  const { privateFile, publicFile } = await ensureTokenKeys(dir);
  const [mqttPort, websocketPort] = [await freePort(HOST), await freePort(HOST)];
  const pids = new Map(natsPids);
  for (let i = 1; i <= processes; i++) {
    const adminPort = await freePort(HOST);
    const name = processes === 1 ? 'ingest' : `ingest-${i}`;
    const service = await startService({
      name: 'ingest',
      dataDir: join(dir, name),
      host: HOST,
      // Only its own port has to be free: processes share those for devices.
      ports: [{ port: adminPort, option: '--ingest-admin-port' }],
      options: {
        natsUrls: urls,
        streamReplicas: replicas,
        shards: DEFAULT_SHARDS,
        framesMaxBytes: STREAM_BYTES,
        host: HOST,
        mqttPort,
        websocketPort,
        ingestAdminPort: adminPort,
        tokenKeys: publicFile,
        reusePort: processes > 1,
      },
    });
    release.add(name, () => service.stop(), { timeoutMs: STOP_MS });
    pids.set(name, service.pid);
  }
  return { host: HOST, mqttPort, tokenKey: privateFile, pids, natsUrl: urls };
}

async function startOneNats(release: ScenarioDeps['release'], dir: string): Promise<NatsPlace> {
  const nats = await startNats({ dir: join(dir, 'nats'), port: await freePort(HOST), maxFileBytes: 2 * STREAM_BYTES });
  release.add('nats-server', () => nats.stop(), { timeoutMs: STOP_MS });
  return { urls: nats.urls.nats, replicas: 1, pids: new Map([['nats-server', nats.pid]]) };
}

export interface StreamContents {
  readonly messages: number;
  readonly frames: number;
  readonly samples: number;
  readonly bytes: number;
}

/** Reads the whole stream of frames and adds up what the headers of its batches say. */
export async function readStream(natsUrl: string, signal: AbortSignal, replicas = 1): Promise<StreamContents> {
  const names = createNames('');
  const link = await connectNats({ servers: natsUrl.split(','), name: 'bench', logger: createSilentLog() });
  try {
    const log = await openNatsLog(link, {
      name: names.framesStream,
      subjects: [names.framesFilter],
      maxBytes: STREAM_BYTES,
      metadata: { shards: String(DEFAULT_SHARDS) },
      replicas,
      duplicateWindowMs: 120_000,
    });
    const { lastSeq, bytes } = await log.info();
    const found = { messages: 0, frames: 0, samples: 0, bytes };
    if (lastSeq === 0) return found;
    const enough = new AbortController();
    const read = { subjects: [names.framesFilter], fromSeq: 1, signal: AbortSignal.any([signal, enough.signal]) };
    for await (const message of log.readFrom(read)) {
      found.messages++;
      found.frames += Number(message.header(BATCH_HEADERS.frames));
      found.samples += Number(message.header(BATCH_HEADERS.samples));
      if (message.seq >= lastSeq) enough.abort();
    }
    signal.throwIfAborted();
    return found;
  } finally {
    await link.drain();
  }
}
