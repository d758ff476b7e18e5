import { join } from 'node:path';
import { createSilentLog } from '../../../runtime/log.ts';
import { openPlatform, type Platform, platformOptions } from '../../../runtime/nats/platform.ts';
import { readOptions } from '../../../runtime/options.ts';
import type { ReleaseStack } from '../../../runtime/release.ts';
import { startClickHouse } from '../../../stack/clickhouse.ts';
import type { Engine } from '../../../stack/engine.ts';
import { startNats } from '../../../stack/nats.ts';
import { freePort, freePorts } from '../../../stack/ports.ts';
import { startQuestDb } from '../../../stack/questdb.ts';
import { startService } from '../../../stack/services.ts';

const HOST = '127.0.0.1';
const GIB = 1024 ** 3;
const STOP_MS = 20_000;
const FRAMES_BYTES = 512 * 1024 ** 2;

export interface FailOverDeployment {
  readonly platform: Platform;
  readonly apiUrl: string;
  readonly clickhouseUrl: string;
  /** One more process that holds shards; ready when it answers, which is before it holds any. */
  startHolder(): Promise<Engine<unknown>>;
}

/** Engines, the sink that makes the tables, and the API; whoever writes into the stream is the caller. */
export async function startFailOverDeployment(
  release: ReleaseStack,
  dir: string,
  shards: number,
): Promise<FailOverDeployment> {
  const keep = <Kept extends Pick<Engine<unknown>, 'name' | 'stop'>>(engine: Kept): Kept => {
    release.add(engine.name, () => engine.stop(), { timeoutMs: STOP_MS });
    return engine;
  };
  const [natsPort, clickhousePort, questdbPort, questdbPgPort] = await freePorts(4);
  const [nats, clickhouse, questdb] = await Promise.all([
    startNats({ dir: join(dir, 'nats'), port: natsPort, maxFileBytes: 8 * GIB }).then(keep),
    startClickHouse({ dir: join(dir, 'clickhouse'), port: clickhousePort, user: 'default', password: '' }).then(keep),
    startQuestDb({ dir: join(dir, 'questdb'), httpPort: questdbPort, pgPort: questdbPgPort, maxHeapMb: 512 }).then(
      keep,
    ),
  ]);
  const stores = { questdbUrl: questdb.urls.http, clickhouseUrl: clickhouse.urls.http };
  const common = { natsUrls: nats.urls.nats, shards, framesMaxBytes: FRAMES_BYTES };
  let started = 0;

  async function startProcessors(own: Readonly<Record<string, string | boolean>>): Promise<Engine<unknown>> {
    const port = await freePort(HOST);
    const service = await startService({
      name: 'processors',
      dataDir: join(dir, `processors-${++started}`),
      host: HOST,
      ports: [{ port, option: '--processors-admin-port' }],
      options: { ...common, ...stores, processorsAdminPort: port, ...own },
    });
    return keep(service);
  }

  await startProcessors({ sinks: 'questdb,clickhouse', holdShards: false });
  const apiPort = await freePort(HOST);
  const api = await startService({
    name: 'api',
    dataDir: dir,
    host: HOST,
    ports: [{ port: apiPort, option: '--api-port' }],
    options: { ...common, ...stores, host: HOST, apiPort, openLoopback: true },
  });
  keep(api);
  const options = readOptions(platformOptions, {
    argv: [`--nats-urls=${nats.urls.nats}`, `--shards=${shards}`],
    env: {},
  });
  const platform = await openPlatform(
    { ...options, framesMaxBytes: FRAMES_BYTES },
    { name: 'fail-over', logger: createSilentLog(), release },
  );
  return {
    platform,
    apiUrl: api.urls.admin,
    clickhouseUrl: clickhouse.urls.http,
    startHolder: () => startProcessors({ sinks: 'none' }),
  };
}
