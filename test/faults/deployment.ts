import { join } from 'node:path';
import { systemClock } from '../../runtime/clock.ts';
import { startClickHouse } from '../../stack/clickhouse.ts';
import { hasRoom } from '../../stack/disk.ts';
import { startNats } from '../../stack/nats.ts';
import { keepNats } from '../../stack/nats-keeper.ts';
import { freePort, freePorts } from '../../stack/ports.ts';
import { startQuestDb } from '../../stack/questdb.ts';
import { startService } from '../../stack/services.ts';
import { type Disk, mountDisk } from './disk.ts';
import { type Part, startPart } from './part.ts';
import { type StoreProxy, startStoreProxy } from './store-proxy.ts';
import { startWireProxy, type WireProxy } from './wire-proxy.ts';

export interface Deployment {
  /** Straight to the engines, past what may be broken on the way. */
  readonly natsUrl: string;
  readonly questdbUrl: string;
  readonly clickhouseUrl: string;
  /** What devices use. */
  readonly mqttPort: number;
  readonly websocketPort: number;
  readonly parts: Readonly<Record<PartName, Part>>;
  readonly stores: Readonly<Record<'questdb' | 'clickhouse', StoreProxy>>;
  readonly wires: Readonly<Record<WireName, WireProxy>>;
  /** Of the engines; null without disks of their own. */
  readonly disks: Readonly<Record<'nats-server' | 'questdb' | 'clickhouse', Disk>> | null;
  /** What ingest says while it runs, and where its debugger listens. */
  readonly ingestLog: string;
  /** The limit of the frame stream that services are told when they start. */
  framesMaxBytes: number;
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

/** Networks that break: between devices and ingest, and between our processes and NATS. */
export type WireName = 'mqtt' | 'websocket' | 'nats-of-ingest' | 'nats-of-processors';

export interface DeploymentPlan {
  readonly dir: string;
  /** Engines keep their data on small disks in memory, which can be full. */
  readonly hasDisks: boolean;
  /** A part ended although nobody asked it to. */
  onLost(name: PartName, words: string): void;
}

/** The frame stream's limit, unless a fault makes it smaller. */
export const FRAMES_MAX_BYTES = 2 ** 32;

const HOST = '127.0.0.1';
/** Short, so that the stream is trimmed while everything is being killed. */
const TRIM_MIN_AGE_MS = 15_000;
/** What the engines are given as disks, in MiB: much more than a run fills. */
const DISK_MIB = { 'nats-server': 1_024, questdb: 4_096, clickhouse: 2_048 };
/** Where each engine keeps its data below its folder; its log and its record stay beside. */
const DATA = { 'nats-server': 'nats/jetstream', questdb: 'questdb/db', clickhouse: 'clickhouse/data' };
/** How often the keeper of NATS looks: more often than in life, for the disk is full for seconds only. */
const HEALTH = { everyMs: 1_000, patience: 3 };

/** Every engine and service as a process of its own, on free ports, with all that it keeps below `dir`. */
export async function startDeployment({ dir, hasDisks, onLost }: DeploymentPlan): Promise<Deployment> {
  const [natsPort, natsMonitorPort, questdbPort, questdbPgPort, clickhousePort] = await freePorts(5);
  const [mqttPort, websocketPort, ...proxyPorts] = await freePorts(8);
  const started: Part[] = [];
  /** In the order of their making; ended the other way round. */
  const ends: (() => unknown)[] = [];
  const limits = { framesMaxBytes: FRAMES_MAX_BYTES };
  // The thread that decodes is reached through the debugger, which opens any free port when it is asked for.
  process.env.NODE_OPTIONS ??= '--inspect-port=0';

  async function start(name: PartName, startIt: Parameters<typeof startPart>[0]['start']): Promise<[PartName, Part]> {
    const part = await startPart({ name, start: startIt, onLost: (words) => onLost(name, words) });
    started.push(part);
    return [name, part];
  }

  async function end(): Promise<void> {
    for (const name of PART_NAMES.toReversed()) await started.find((part) => part.name === name)?.end();
    for (const one of ends.toReversed()) await one();
  }

  function mount(name: keyof typeof DATA): Disk {
    const disk = mountDisk(join(dir, DATA[name]), DISK_MIB[name]);
    ends.push(() => disk.remove());
    return disk;
  }

  async function wire(targetPort: number, port: number): Promise<WireProxy> {
    const proxy = await startWireProxy(targetPort, port);
    ends.push(() => proxy.close());
    return proxy;
  }

  async function storeBehind(targetPort: number, port: number): Promise<StoreProxy> {
    const proxy = await startStoreProxy(targetPort, port);
    ends.push(() => proxy.close());
    return proxy;
  }

  try {
    const disks = hasDisks
      ? { 'nats-server': mount('nats-server'), questdb: mount('questdb'), clickhouse: mount('clickhouse') }
      : null;
    const wires = {
      mqtt: await wire(mqttPort, proxyPorts[0]),
      websocket: await wire(websocketPort, proxyPorts[1]),
      'nats-of-ingest': await wire(natsPort, proxyPorts[2]),
      'nats-of-processors': await wire(natsPort, proxyPorts[3]),
    };
    const stores = {
      questdb: await storeBehind(questdbPort, proxyPorts[4]),
      clickhouse: await storeBehind(clickhousePort, proxyPorts[5]),
    };

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
            natsUrls: `nats://${HOST}:${wires['nats-of-processors'].port}`,
            questdbUrl: stores.questdb.url,
            clickhouseUrl: stores.clickhouse.url,
            adminHost: HOST,
            processorsAdminPort: adminPort,
            trimMinAgeMs: TRIM_MIN_AGE_MS,
            framesMaxBytes: limits.framesMaxBytes,
            ...options,
          },
        }),
      );
    }

    const engines = await Promise.all([
      start('nats-server', () =>
        startNats({ dir: join(dir, 'nats'), port: natsPort, monitorPort: natsMonitorPort, maxFileBytes: 2 ** 34 }),
      ),
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
          options: {
            natsUrls: `nats://${HOST}:${wires['nats-of-ingest'].port}`,
            host: HOST,
            mqttPort,
            websocketPort,
            ingestAdminPort: adminPort,
            open: true,
            framesMaxBytes: limits.framesMaxBytes,
          },
        }),
      ),
    ]);
    const parts = Object.fromEntries([...engines, ...sinks, ...rest]) as Record<PartName, Part>;
    const stopKeeper = keepNats({
      ...HEALTH,
      url: `http://${HOST}:${natsMonitorPort}/healthz`,
      clock: systemClock,
      hasRoom: () => hasRoom(join(dir, DATA['nats-server'])),
      restart: parts['nats-server'].restart,
      onTrouble: () => undefined,
      onGivenUp: (error) => onLost('nats-server', `it does not start again: ${error}`),
    });
    ends.push(stopKeeper);
    return Object.assign(limits, {
      natsUrl: `nats://${HOST}:${natsPort}`,
      questdbUrl: `http://${HOST}:${questdbPort}`,
      clickhouseUrl: `http://${HOST}:${clickhousePort}`,
      mqttPort: wires.mqtt.port,
      websocketPort: wires.websocket.port,
      parts,
      stores,
      wires,
      disks,
      ingestLog: join(dir, 'ingest', 'ingest', 'ingest.log'),
      end,
    });
  } catch (error) {
    await end();
    throw error;
  }
}
