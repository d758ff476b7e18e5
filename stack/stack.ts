import { join } from 'node:path';
import { systemClock } from '../runtime/clock.ts';
import type { ReleaseStack } from '../runtime/release.ts';
import { WEBSOCKET_PATH } from '../schemas/names.ts';
import { startClickHouse } from './clickhouse.ts';
import { assertRoomForStreams, hasRoom } from './disk.ts';
import type { Engine } from './engine.ts';
import { type NatsUrls, startNats } from './nats.ts';
import { keepNats } from './nats-keeper.ts';
import type { StackOptions } from './options.ts';
import { freePort } from './ports.ts';
import { startQuestDb } from './questdb.ts';
import { type ServiceSpec, servicesOf, startService } from './services.ts';
import type { StackUrls } from './stack-urls.ts';
import type { TokenKeyFiles } from './token-keys.ts';

const ENGINE_STOP_MS = 20_000;

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
  /** The folder of the built page, awaited before the API starts; null for none. */
  readonly pageDir?: Promise<string | null>;
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
    options.natsUrl ? { nats: options.natsUrl, monitor: null } : startKeptNats(deps, natsDir),
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
  const services = options.services ? servicesOf(options, urls, deps.tokenKeys) : [];
  for (const spec of services) {
    const pageDir = spec.name === 'api' ? await deps.pageDir : null;
    const own = { ...(pageDir && { pageDir }), ...serviceOptions[spec.name] };
    await started(startService({ ...spec, options: { ...spec.options, ...own } }));
  }
  return urls;
}

/** nats-server, which is started again when its disk was full and has room again. */
async function startKeptNats(deps: StackDeps, dir: string): Promise<NatsUrls> {
  const { host, natsPort: port, streamsMaxBytes: maxFileBytes, natsSyncInterval: syncInterval } = deps.options;
  const monitorPort = await freePort(host);
  const start = () =>
    startNats({ dir, host, port, monitorPort, maxFileBytes, syncInterval, portOption: '--nats-port' });
  const { urls, restart } = await watchRestartable(deps, start);
  const stopKeeper = keepNats({
    url: `${urls.monitor}/healthz`,
    clock: systemClock,
    hasRoom: () => hasRoom(dir),
    restart,
    onTrouble: (trouble) => deps.onTrouble('nats-server', trouble),
    onGivenUp: (error) => deps.onLost('nats-server', `it did not start again: ${error}`),
  });
  deps.release.add('the keeper of NATS', stopKeeper);
  return urls;
}

async function watch<Urls>(deps: StackDeps, starting: Promise<Engine<Urls>>): Promise<Urls> {
  return (await watchRestartable(deps, () => starting)).urls;
}

/** An engine that may be started anew: its end counts as a loss unless it was wanted. */
async function watchRestartable<Urls>({ release, onStarted, onLost }: StackDeps, start: () => Promise<Engine<Urls>>) {
  let isEndWanted = false;
  let engine: Engine<Urls>;
  async function begin(): Promise<void> {
    const fromMs = performance.now();
    engine = await start();
    void engine.exited.then(({ code, signal }) => {
      if (!isEndWanted) onLost(engine.name, signal ?? `code ${code}`);
    });
    onStarted(engine.name, performance.now() - fromMs, engine.pid);
  }
  await begin();
  const stop = () => {
    isEndWanted = true;
    return engine.stop();
  };
  release.add(engine!.name, stop, { timeoutMs: ENGINE_STOP_MS });
  return {
    urls: engine!.urls,
    async restart(): Promise<void> {
      await stop();
      isEndWanted = false;
      await begin();
    },
  };
}
