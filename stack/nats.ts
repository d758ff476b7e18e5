import { join, resolve } from 'node:path';
import { answersOk, type Engine, startEngine } from './engine.ts';
import { foundEngine } from './found.ts';
import { freePort } from './ports.ts';

export interface NatsOptions {
  /** Data folder; JetStream's files go to `<dir>/jetstream`. */
  dir: string;
  host?: string;
  port: number;
  /** For /healthz and /varz; a free one when not given. */
  monitorPort?: number;
  /** What JetStream may use on disk; keep it below the disk: a full disk stops the server for good. */
  maxFileBytes: number;
  /** How often writes reach the disk: `1s` survives a killed process, `always` a power cut. */
  syncInterval?: string;
  /** One server of several that keep the same streams; none when it stands alone. */
  cluster?: NatsClusterMember;
  /** The option that sets `port`, named when the port is taken. */
  portOption?: string;
  readyTimeoutMs?: number;
}

export interface NatsClusterMember {
  /** Unique in the cluster, and the same at every start: the servers know the owner of a copy by it. */
  serverName: string;
  /** Where this server listens for the others. */
  port: number;
  /** The cluster ports of all, this server's own among them. */
  peerPorts: readonly number[];
}

export interface NatsUrls {
  nats: string;
  monitor: string;
}

const MAX_PAYLOAD_BYTES = 8 * 1024 * 1024;

/**
 * Starts one nats-server with JetStream on files. One of a cluster is ready once the cluster has a leader, so all of
 * them must be started at the same time. Throws EngineError.
 */
export async function startNats(options: NatsOptions): Promise<Engine<NatsUrls>> {
  const { host = '127.0.0.1', port, maxFileBytes, syncInterval = '1s', readyTimeoutMs = 30_000 } = options;
  const dir = resolve(options.dir);
  const monitorPort = options.monitorPort ?? (await freePort(host));
  const command = foundEngine('nats-server');
  const urls: NatsUrls = { nats: `nats://${host}:${port}`, monitor: `http://${host}:${monitorPort}` };
  return startEngine({
    name: 'nats-server',
    command,
    args: ['-c', join(dir, 'nats.conf')],
    dir,
    host,
    ports: [
      { port, option: options.portOption },
      { port: monitorPort },
      ...(options.cluster ? [{ port: options.cluster.port }] : []),
    ],
    urls,
    files: { 'nats.conf': natsConf({ dir, host, port, monitorPort, maxFileBytes, syncInterval }, options.cluster) },
    isReady: () => answersOk(`${urls.monitor}/healthz`),
    readyTimeoutMs,
    stopTimeoutMs: 10_000,
  });
}

interface ServerSettings {
  readonly dir: string;
  readonly host: string;
  readonly port: number;
  readonly monitorPort: number;
  readonly maxFileBytes: number;
  readonly syncInterval: string;
}

function natsConf(settings: ServerSettings, cluster?: NatsClusterMember): string {
  const { dir, host, port, monitorPort, maxFileBytes, syncInterval } = settings;
  return [
    `server_name: ${cluster?.serverName ?? 'slipstream'}`,
    `listen: ${JSON.stringify(`${host}:${port}`)}`,
    `http: ${JSON.stringify(`${host}:${monitorPort}`)}`,
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(join(dir, 'jetstream'))}`,
    `  max_file_store: ${maxFileBytes}`,
    `  sync_interval: ${syncInterval}`,
    '}',
    ...(cluster ? clusterConf(host, cluster) : []),
    '',
  ].join('\n');
}

function clusterConf(host: string, { port, peerPorts }: NatsClusterMember): string[] {
  return [
    'cluster {',
    '  name: slipstream',
    `  listen: ${JSON.stringify(`${host}:${port}`)}`,
    `  routes: [${peerPorts.map((peer) => JSON.stringify(`nats://${host}:${peer}`)).join(', ')}]`,
    '}',
  ];
}
