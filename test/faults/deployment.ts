import { join } from 'node:path';
import { startClickHouse } from '../../stack/clickhouse.ts';
import { startNats } from '../../stack/nats.ts';
import { freePort, freePorts } from '../../stack/ports.ts';
import { startQuestDb } from '../../stack/questdb.ts';
import { startService } from '../../stack/services.ts';
import { type Part, startPart } from './part.ts';

export interface Deployment {
  readonly natsUrl: string;
  readonly questdbUrl: string;
  readonly clickhouseUrl: string;
  readonly mqttPort: number;
  readonly websocketPort: number;
  readonly parts: Readonly<Record<PartName, Part>>;
  /** Services drain first, then the engines end. */
  end(): Promise<void>;
}

export const PART_NAMES = [
  'nats-server',
  'questdb',
  'clickhouse',
  'questdb-sink',
  'clickhouse-sink',
  'holder-a',
  'holder-b',
  'ingest',
] as const;
export type PartName = (typeof PART_NAMES)[number];

const HOST = '127.0.0.1';
/** Short, so that the stream is trimmed while everything is being killed. */
const TRIM_MIN_AGE_MS = 15_000;

/** Every engine and service as a process of its own, on free ports, with all that it keeps below `dir`. */
export async function startDeployment(dir: string, onLost: (words: string) => void): Promise<Deployment> {
  const [natsPort, questdbPort, questdbPgPort, clickhousePort, mqttPort, websocketPort] = await freePorts(6);
  const natsUrl = `nats://${HOST}:${natsPort}`;
  const questdbUrl = `http://${HOST}:${questdbPort}`;
  const clickhouseUrl = `http://${HOST}:${clickhousePort}`;
  const started: Part[] = [];

  async function start(name: PartName, startIt: Parameters<typeof startPart>[0]['start']): Promise<[PartName, Part]> {
    const part = await startPart({ name, start: startIt, onLost });
    started.push(part);
    return [name, part];
  }

  async function end(): Promise<void> {
    for (const name of PART_NAMES.toReversed()) await started.find((part) => part.name === name)?.end();
  }

  /** A start again is on the same port. */
  async function startProcessors(name: PartName, options: Record<string, string | boolean>) {
    const adminPort = await freePort();
    return start(name, () =>
      startService({
        name: 'processors',
        dataDir: join(dir, name),
        host: HOST,
        ports: [{ port: adminPort, option: '--processors-admin-port' }],
        options: {
          natsUrls: natsUrl,
          questdbUrl,
          clickhouseUrl,
          adminHost: HOST,
          processorsAdminPort: adminPort,
          trimMinAgeMs: TRIM_MIN_AGE_MS,
          ...options,
        },
      }),
    );
  }

  try {
    const engines = await Promise.all([
      start('nats-server', () => startNats({ dir: join(dir, 'nats'), port: natsPort, maxFileBytes: 2 ** 34 })),
      start('questdb', () =>
        startQuestDb({ dir: join(dir, 'questdb'), httpPort: questdbPort, pgPort: questdbPgPort, maxHeapMb: 1024 }),
      ),
      start('clickhouse', () =>
        startClickHouse({ dir: join(dir, 'clickhouse'), port: clickhousePort, user: 'default', password: '' }),
      ),
    ]);
    // The sinks make the tables that the holders write to.
    const sinks = await Promise.all([
      startProcessors('questdb-sink', { sinks: 'questdb', holdShards: false }),
      startProcessors('clickhouse-sink', { sinks: 'clickhouse', holdShards: false }),
    ]);
    const adminPort = await freePort();
    const rest = await Promise.all([
      startProcessors('holder-a', { sinks: 'none', holdShards: true }),
      startProcessors('holder-b', { sinks: 'none', holdShards: true }),
      start('ingest', () =>
        startService({
          name: 'ingest',
          dataDir: join(dir, 'ingest'),
          host: HOST,
          ports: [
            { port: adminPort, option: '--ingest-admin-port' },
            { port: mqttPort, option: '--mqtt-port' },
            { port: websocketPort, option: '--websocket-port' },
          ],
          options: { natsUrls: natsUrl, host: HOST, mqttPort, websocketPort, ingestAdminPort: adminPort, open: true },
        }),
      ),
    ]);
    const parts = Object.fromEntries([...engines, ...sinks, ...rest]) as Record<PartName, Part>;
    return { natsUrl, questdbUrl, clickhouseUrl, mqttPort, websocketPort, parts, end };
  } catch (error) {
    await end();
    throw error;
  }
}
