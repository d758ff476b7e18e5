import { createLedgerStore, type LedgerStore } from '../../runtime/ledger.ts';
import type { ClickHouseQueries } from '../stores/clickhouse-client.ts';
import type { QuestDbClient } from '../stores/questdb-client.ts';

/** The accounts that the sinks keep beside their rows. */
export function createLedgerStores(questdb: QuestDbClient, clickhouse: ClickHouseQueries): LedgerStore[] {
  return [
    createLedgerStore('questdb', (sql) => questdb.selectNamed(sql)),
    createLedgerStore('clickhouse', (sql) => clickhouse.selectNamed(sql)),
  ];
}
