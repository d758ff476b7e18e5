import { join } from 'node:path';
import { startClickHouse } from '../../stack/clickhouse.ts';
import { freePort } from '../../stack/ports.ts';
import { startQuestDb } from '../../stack/questdb.ts';
import { askStore } from '../deployment/store-rows.ts';
import type { Path } from '../scenarios/whole-path/path.ts';
import { startMosquitto } from './mosquitto.ts';
import { startNodeDeveloper } from './node-developer.ts';
import { orMissing, type PeerPlace } from './peer.ts';
import { startTelegraf } from './telegraf.ts';

export interface PeerPaths {
  readonly paths: readonly Path[];
  readonly versions: Readonly<Record<string, string>>;
  /** Why one is left out, by its name. */
  readonly missing: Readonly<Record<string, string>>;
}

const HOST = '127.0.0.1';
const STOP_MS = 20_000;

/**
 * The paths that ours is compared with, on engines of their own with the same settings: Telegraf into QuestDB, and what
 * a Node developer writes in a day, into both stores. Both read from Mosquitto, so without it there is none.
 */
export async function startPeerPaths(place: PeerPlace): Promise<PeerPaths> {
  const mosquitto = await orMissing(() => startMosquitto(place));
  if (typeof mosquitto === 'string') {
    return { paths: [], versions: {}, missing: { telegraf: mosquitto, 'node-developer': mosquitto } };
  }
  const { dir, release } = place;
  const questdb = await startQuestDb({
    dir: join(dir, 'peers-questdb'),
    httpPort: await freePort(HOST),
    pgPort: await freePort(HOST),
  });
  release.add("the peers' QuestDB", () => questdb.stop(), { timeoutMs: STOP_MS });
  const clickhouse = await startClickHouse({
    dir: join(dir, 'peers-clickhouse'),
    port: await freePort(HOST),
    user: 'default',
    password: '',
  });
  release.add("the peers' ClickHouse", () => clickhouse.stop(), { timeoutMs: STOP_MS });
  const urls = { questdb: questdb.urls.http, clickhouse: clickhouse.urls.http };
  const telegraf = await orMissing(() => startTelegraf(place, mosquitto, urls.questdb));
  const developer = await startNodeDeveloper(place, mosquitto, urls);

  const countIn = async (table: string, signal: AbortSignal) => {
    const names = await askStore('questdb', `SELECT count() FROM tables() WHERE table_name = '${table}'`, urls, signal);
    return names === 0 ? 0 : askStore('questdb', `SELECT count() FROM ${table}`, urls, signal);
  };
  const engines: [string, number][] = [
    ['mosquitto', mosquitto.pid],
    ['questdb', questdb.pid],
  ];
  const paths: Path[] = [];
  if (typeof telegraf !== 'string') {
    paths.push({
      name: 'telegraf',
      target: mosquitto,
      payload: 'lines',
      pids: new Map([...engines, ['telegraf', telegraf.pid]]),
      countRows: async (signal) => ({ questdb: await countIn('samples', signal) }),
    });
  }
  paths.push({
    name: 'node-developer',
    target: mosquitto,
    payload: 'json',
    pids: new Map([...engines, ['clickhouse', clickhouse.pid], ['node-developer', developer.pid]]),
    countRows: async (signal) => ({
      questdb: await countIn('node_samples', signal),
      clickhouse: await askStore('clickhouse', 'SELECT count() FROM samples', urls, signal),
    }),
  });
  return {
    paths,
    versions: { mosquitto: mosquitto.version, ...(typeof telegraf === 'string' ? {} : { telegraf: telegraf.version }) },
    missing: typeof telegraf === 'string' ? { telegraf } : {},
  };
}
