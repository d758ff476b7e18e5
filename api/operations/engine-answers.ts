import type { ClickHouseQueries } from '../stores/clickhouse-client.ts';
import type { QuestDbClient } from '../stores/questdb-client.ts';
import { readWalTables } from '../watch/engines.ts';
import { readNatsServer } from '../watch/nats-monitor.ts';

/** What an engine says when it is asked how it is. */
export interface EngineAnswer {
  readonly version: string;
  /** False when it answers and yet does not do its work. */
  readonly isWell: boolean;
}

export interface NatsDeps {
  readonly version: () => Promise<string>;
  /** Only its monitor says that a server's disk is full. */
  readonly natsMonitorUrls: readonly string[];
  readonly timeoutMs: number;
}

/** Throws LogUnavailableError. */
export async function askNats({ version, natsMonitorUrls, timeoutMs }: NatsDeps): Promise<EngineAnswer> {
  const monitors = natsMonitorUrls.map((url) => readNatsServer(url, timeoutMs));
  const servers = await Promise.all(monitors);
  return { version: await version(), isWell: servers.every(({ isHealthy }) => isHealthy) };
}

/** A suspended table accepts and applies nothing. Throws StoreUnavailableError. */
export async function askQuestDb(questdb: QuestDbClient): Promise<EngineAnswer> {
  const [[row], tables] = await Promise.all([questdb.selectNamed('SELECT build() AS build'), readWalTables(questdb)]);
  // "Build Information: QuestDB 9.3.4, JDK 17.0.2, Commit Hash …"
  const [, version = ''] = /QuestDB (\S+?)(,|$)/.exec(String(row?.build)) ?? [];
  return { version, isWell: tables.every(({ isSuspended }) => !isSuspended) };
}

const CLICKHOUSE_SQL =
  'SELECT version() AS version, (SELECT count() FROM system.replicas WHERE is_readonly) AS readOnlyTables';

/** Replicas that have lost their keeper take no inserts. Throws StoreUnavailableError. */
export async function askClickHouse(clickhouse: ClickHouseQueries): Promise<EngineAnswer> {
  const [row] = await clickhouse.selectNamed(CLICKHOUSE_SQL);
  return { version: String(row?.version), isWell: Number(row?.readOnlyTables) === 0 };
}
