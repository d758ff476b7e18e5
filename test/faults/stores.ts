import type { SampleRow } from '../../processors/batch-rows.ts';
import { createClickHouse } from '../../processors/clickhouse/clickhouse-client.ts';
import { createQuestDbClient } from '../../processors/questdb/questdb-client.ts';
import { readStoredRollUps } from '../../processors/roll-ups/stored-roll-ups-for-tests.ts';
import {
  clickHouseRowsSql,
  type QuestDbRow,
  questDbRowsSql,
  readClickHouseRow,
  readQuestDbRow,
} from '../../processors/store-rows-for-tests.ts';
import { createLedgerStore, type LedgerStore } from '../../runtime/ledger.ts';
import { KINDS } from '../../schemas/channels.ts';

const PAGE_ROWS = 20_000;

/** What readers see in QuestDB, page by page; rows are those of devices whose names begin with a prefix. */
export async function openQuestDb(url: string) {
  const client = await createQuestDbClient(url);
  return {
    async *rows(prefix: string): AsyncGenerator<QuestDbRow> {
      for (const kind of KINDS) {
        const sql = `${questDbRowsSql(kind)} WHERE series LIKE '${prefix}%'`;
        for (let from = 0; ; from += PAGE_ROWS) {
          const page = await client.sql(`${sql} LIMIT ${from}, ${from + PAGE_ROWS}`);
          for (const row of page) yield readQuestDbRow(kind, row);
          if (page.length < PAGE_ROWS) break;
        }
      }
    },
    /** Tables with transactions that were accepted and are not applied yet. */
    behind: () => client.sql('SELECT name FROM wal_tables() WHERE writerTxn < sequencerTxn'),
    ledger: createLedgerStore('questdb', async (sql) => {
      const names = [...sql.matchAll(/ AS (\w+)/g)].map(([, name]) => name);
      const rows = await client.sql(sql);
      return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
    }) satisfies LedgerStore,
    close: () => client.close(),
  };
}

/** What readers see in ClickHouse, device by device. */
export function openClickHouse(url: string) {
  const client = createClickHouse(url);
  return {
    async *rows(prefix: string): AsyncGenerator<SampleRow> {
      for (const kind of KINDS) {
        const sql = `SELECT DISTINCT device FROM slipstream.${kind} WHERE startsWith(device, '${prefix}')`;
        for (const { device } of await client.select(sql)) {
          const own = clickHouseRowsSql(kind, `WHERE device = '${device}'`);
          for (const row of await client.select(own)) yield readClickHouseRow(kind, row);
        }
      }
    },
    rollUps: async (prefix: string) => (await readStoredRollUps(client)).filter((row) => row.device.startsWith(prefix)),
    ledger: createLedgerStore('clickhouse', (sql) => client.select(sql)) satisfies LedgerStore,
    close: () => client.close(),
  };
}
