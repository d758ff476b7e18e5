import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flagName } from '../runtime/options.ts';
import { AFTER_ACK_NICENESS, answersOk, type Engine, startEngine } from './engine.ts';
import type { StackOptions } from './options.ts';
import type { StackUrls } from './stack-urls.ts';
import type { TokenKeyFiles } from './token-keys.ts';

interface ServicePort {
  readonly port: number;
  readonly option: string;
}

/** One of our own processes, started as a child beside the engines. */
export interface ServiceSpec {
  readonly name: 'ingest' | 'processors' | 'api';
  readonly dataDir: string;
  readonly host: string;
  /** The ports that it needs, with the option that changes each; at the first one `/health/ready` answers. */
  readonly ports: readonly [ServicePort, ...ServicePort[]];
  /** By the names in its option table. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

export interface ServiceUrls {
  readonly admin: string;
}

const READY_TIMEOUT_MS = 60_000;
/** Draining waits for what devices were promised; past this it is cut. */
const STOP_TIMEOUT_MS = 15_000;

/** Starts a service and resolves once it says that it is ready. Throws EngineError with its last log lines. */
export function startService(spec: ServiceSpec): Promise<Engine<ServiceUrls>> {
  const dir = join(spec.dataDir, spec.name);
  const script = fileURLToPath(new URL(`../${spec.name}/main.ts`, import.meta.url));
  const admin = `http://${spec.host}:${spec.ports[0].port}`;
  return startEngine({
    name: spec.name,
    command: process.execPath,
    // The title names the data folder, by which a process left over from a killed start is recognised.
    args: [`--title=${dir}`, script, ...toFlags(spec.options), '--exit-with-parent', '--log-format', 'json'],
    dir,
    host: spec.host,
    ports: [...spec.ports],
    urls: { admin },
    // Its standard input stays open for as long as this process lives: that is how it knows.
    input: '\n',
    ...(spec.name === 'processors' && { niceness: AFTER_ACK_NICENESS }),
    isReady: () => answersOk(`${admin}/health/ready`),
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopTimeoutMs: STOP_TIMEOUT_MS,
  });
}

/**
 * Our own processes, in the order of their start. Processors first: they migrate the stores, and the first frame and
 * the first question then find them ready.
 */
export function servicesOf(options: StackOptions, urls: StackUrls, keys: TokenKeyFiles): ServiceSpec[] {
  const { publicFile: tokenKeys, privateFile: uploadTokenKey, deviceFile: deviceKey } = keys;
  const secondFactorKey = keys.secondFactorFile;
  const { host, dataDir, open } = options;
  const platform = { natsUrls: urls.nats, shards: options.shards, streamReplicas: options.streamReplicas };
  const isOurs = { nats: !options.natsUrl, questdb: !options.questdbUrl };
  const disks = (['nats', 'questdb'] as const).filter((engine) => isOurs[engine]);
  const stores = { questdbUrl: urls.questdb, clickhouseUrl: urls.clickhouse };
  return [
    {
      name: 'processors',
      dataDir,
      host,
      ports: [{ port: options.processorsAdminPort, option: '--processors-admin-port' }],
      options: { ...platform, ...stores, adminHost: host, processorsAdminPort: options.processorsAdminPort },
    },
    {
      name: 'api',
      dataDir,
      host,
      ports: [{ port: options.apiPort, option: '--api-port' }],
      options: {
        ...platform,
        ...stores,
        host,
        apiPort: options.apiPort,
        useRollUps: true,
        ...(options.postgresUrl ? { postgresUrl: options.postgresUrl } : { pgliteDir: join(dataDir, 'postgresql') }),
        deletionsDir: join(dataDir, 'deletions'),
        publicUrl: urls.api,
        natsMonitorUrls: urls.natsMonitor ?? '',
        ingestMetricsUrls: `${urls.ingestAdmin}/metrics`,
        disks: disks.map((engine) => `${engine}=${join(dataDir, engine)}`).join(','),
        ingestHost: host,
        ingestWebsocketPort: options.websocketPort,
        secondFactorKey,
        ...(open ? { openLoopback: true } : { tokenKeys, deviceKey, uploadTokenKey }),
      },
    },
    {
      name: 'ingest',
      dataDir,
      host,
      ports: [
        { port: options.ingestAdminPort, option: '--ingest-admin-port' },
        { port: options.mqttPort, option: '--mqtt-port' },
        { port: options.websocketPort, option: '--websocket-port' },
      ],
      options: {
        ...platform,
        host,
        mqttPort: options.mqttPort,
        websocketPort: options.websocketPort,
        ingestAdminPort: options.ingestAdminPort,
        ...(open ? { open } : { tokenKeys }),
      },
    },
  ];
}

/** `{ mqttPort: 1883, open: true }` → `--mqtt-port=1883 --open`; false becomes `--no-…`. */
function toFlags(options: ServiceSpec['options']): string[] {
  return Object.entries(options).map(([name, value]) => {
    const flag = flagName(name);
    if (typeof value !== 'boolean') return `${flag}=${value}`;
    return value ? flag : flag.replace('--', '--no-');
  });
}
