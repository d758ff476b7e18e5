import type { ClickHouseQueries } from '../stores/clickhouse-client.ts';
import type { QuestDbClient } from '../stores/questdb-client.ts';

/** A table of QuestDB: what it has accepted is in its WAL, what it shows is applied. */
export interface WalTable {
  readonly table: string;
  readonly isSuspended: boolean;
  readonly lagTransactions: number;
}

export interface Disk {
  readonly disk: string;
  readonly freeBytes: number;
  readonly sizeBytes: number;
}

export interface ClickHouseState {
  /** The most active parts that one partition of a table has: inserts are slowed, then refused, when there are many. */
  readonly parts: readonly { readonly table: string; readonly parts: number }[];
  /** Replicas that take no inserts because they have lost their keeper. */
  readonly readOnlyTables: number;
  readonly disks: readonly Disk[];
}

const PARTS_SQL = `SELECT table, max(n) AS parts FROM (
  SELECT table, partition_id, count() AS n FROM system.parts WHERE active AND database = 'slipstream'
  GROUP BY table, partition_id
) GROUP BY table ORDER BY table`;

/** Throws StoreUnavailableError. */
export async function readWalTables(questdb: QuestDbClient): Promise<WalTable[]> {
  const rows = await questdb.selectNamed('SELECT name, suspended, writerTxn, sequencerTxn FROM wal_tables()');
  return rows.map(({ name, suspended, writerTxn, sequencerTxn }) => ({
    table: String(name),
    // The client's cells know no booleans, but QuestDB's answers do.
    isSuspended: String(suspended) === 'true',
    lagTransactions: Number(sequencerTxn) - Number(writerTxn),
  }));
}

/** Throws StoreUnavailableError. */
export async function readClickHouseState(clickhouse: ClickHouseQueries): Promise<ClickHouseState> {
  const [parts, [readOnly], disks] = await Promise.all([
    clickhouse.selectNamed(PARTS_SQL),
    clickhouse.selectNamed('SELECT count() AS tables FROM system.replicas WHERE is_readonly'),
    clickhouse.selectNamed('SELECT name, free_space, total_space FROM system.disks'),
  ]);
  return {
    parts: parts.map(({ table, parts }) => ({ table: String(table), parts: Number(parts) })),
    readOnlyTables: Number(readOnly.tables),
    disks: disks.map(({ name, free_space, total_space }) => ({
      disk: `clickhouse ${name}`,
      freeBytes: Number(free_space),
      sizeBytes: Number(total_space),
    })),
  };
}
