import { join } from 'node:path';
import { systemClock } from '../runtime/clock.ts';
import type { ReleaseStack } from '../runtime/release.ts';
import { WEBSOCKET_PATH } from '../schemas/names.ts';
import { startClickHouse } from './clickhouse.ts';
import { assertRoomForStreams } from './disk.ts';
import type { Engine } from './engine.ts';
import { watchHealth } from './health-watch.ts';
import { startNats } from './nats.ts';
import type { StackOptions } from './options.ts';
import { startQuestDb } from './questdb.ts';
import { type ServiceSpec, servicesOf, startService } from './services.ts';
import type { TokenKeyFiles } from './token-keys.ts';

const ENGINE_STOP_MS = 20_000;

/** What a running stack answers at. Engines that somebody else runs appear with the URL that was given. */
export interface StackUrls {
  readonly nats: string;
  /** The HTTP monitor of the NATS started here, null for one that somebody else runs. */
  readonly natsMonitor: string | null;
  readonly questdb: string;
  readonly questdbPg: string;
  readonly clickhouse: string;
  readonly mqtt: string;
  readonly websocket: string;
  readonly api: string;
  readonly ingestAdmin: string;
  readonly processorsAdmin: string;
}

export interface StackDeps {
  readonly options: StackOptions;
  readonly tokenKeys: TokenKeyFiles;
  /** Everything started goes here and is stopped in reverse order: services drain before their engines end. */
  readonly release: ReleaseStack;
  readonly onStarted: (name: string, tookMs: number, pid: number) => void;
  /** A part ended although nobody asked it to. */
  readonly onLost: (name: string, how: string) => void;
  /** What a service is told besides what follows from the stack's own options, by the names in its option table. */
  readonly serviceOptions?: Partial<Record<ServiceSpec['name'], ServiceSpec['options']>>;
  /** A part is there and says that it is not well; null once it is well again. */
  readonly onTrouble: (name: string, trouble: string | null) => void;
}

/**
 * Starts engines, then services, each as a child process. Throws EngineError with one message that says how to mend.
 */
export async function startStack(deps: StackDeps): Promise<StackUrls> {
  const { options, serviceOptions = {} } = deps;
  const { host, dataDir } = options;
  const started = <Urls>(what: Promise<Engine<Urls>>) => watch(deps, what);
  const natsDir = join(dataDir, 'nats');
  if (!options.natsUrl) assertRoomForStreams(natsDir, options.streamsMaxBytes, '--streams-max-bytes');

  const [nats, questdb, clickhouse] = await Promise.all([
    options.natsUrl
      ? { nats: options.natsUrl, monitor: null }
      : started(
          startNats({
            dir: natsDir,
            host,
            port: options.natsPort,
            maxFileBytes: options.streamsMaxBytes,
            syncInterval: options.natsSyncInterval,
            portOption: '--nats-port',
          }),
        ),
    options.questdbUrl
      ? { http: options.questdbUrl, pg: 'of the server that was given' }
      : started(
          startQuestDb({
            dir: join(dataDir, 'questdb'),
            host,
            httpPort: options.questdbPort,
            pgPort: options.questdbPgPort,
            httpPortOption: '--questdb-port',
            pgPortOption: '--questdb-pg-port',
          }),
        ),
    options.clickhouseUrl
      ? { http: options.clickhouseUrl }
      : started(
          startClickHouse({
            dir: join(dataDir, 'clickhouse'),
            host,
            port: options.clickhousePort,
            user: 'default',
            password: '',
            portOption: '--clickhouse-port',
          }),
        ),
  ]);
  if (nats.monitor) watchNats(deps, nats.monitor);
  const urls: StackUrls = {
    nats: nats.nats,
    natsMonitor: nats.monitor,
    questdb: questdb.http,
    questdbPg: questdb.pg,
    clickhouse: clickhouse.http,
    mqtt: `mqtt://${host}:${options.mqttPort}`,
    websocket: `ws://${host}:${options.websocketPort}${WEBSOCKET_PATH}`,
    api: `http://${host}:${options.apiPort}`,
    ingestAdmin: `http://${host}:${options.ingestAdminPort}`,
    processorsAdmin: `http://${host}:${options.processorsAdminPort}`,
  };
  const { publicFile } = deps.tokenKeys;
  for (const spec of servicesOf(options, urls, publicFile)) {
    await started(startService({ ...spec, options: { ...spec.options, ...serviceOptions[spec.name] } }));
  }
  return urls;
}

/** A NATS whose disk is full goes on answering and stores nothing: only its own health check says so. */
function watchNats({ release, onTrouble }: StackDeps, monitor: string): void {
  const onChange = (trouble: string | null) => onTrouble('nats-server', trouble);
  release.add('the watch on NATS', watchHealth({ url: `${monitor}/healthz`, clock: systemClock, onChange }));
}

async function watch<Urls>({ release, onStarted, onLost }: StackDeps, starting: Promise<Engine<Urls>>): Promise<Urls> {
  const fromMs = performance.now();
  const engine = await starting;
  let isStopping = false;
  release.add(
    engine.name,
    () => {
      isStopping = true;
      return engine.stop();
    },
    { timeoutMs: ENGINE_STOP_MS },
  );
  void engine.exited.then(({ code, signal }) => {
    if (!isStopping) onLost(engine.name, signal ?? `code ${code}`);
  });
  onStarted(engine.name, performance.now() - fromMs, engine.pid);
  return engine.urls;
}
