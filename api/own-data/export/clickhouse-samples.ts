import { TABLES_OF_ATHLETES } from '../../../schemas/deleted-athlete.ts';
import type { ClickHouseQueries } from '../../stores/clickhouse-client.ts';
import type { ExportedFile } from './exported-file.ts';
import type { StoredSamples } from './person-source.ts';

/** Those that grow with every second, by month: the column of their time. */
const BY_MONTH: Readonly<Record<string, string>> = { samples: 'ts', rr: 'ts', events: 'ts', rollup_10s: 'ts' };

/** What ClickHouse has of an athlete as CSV, streamed; of rows that were written twice, one. */
export function createClickHouseSamples(clickhouse: Pick<ClickHouseQueries, 'select' | 'stream'>): StoredSamples {
  async function filesOf(table: string, athlete: string, signal: AbortSignal): Promise<ExportedFile[]> {
    const columns = await clickhouse.select(
      `SELECT name FROM system.columns WHERE database = 'slipstream' AND table = {table:String} ORDER BY position`,
      { table },
      signal,
    );
    const names = columns.map(([name]) => String(name));
    const month = table in BY_MONTH ? `toYYYYMM(${BY_MONTH[table]})` : 'toUInt32(0)';
    const own = `FROM slipstream.${table} FINAL WHERE athlete = {athlete:String}`;
    const months = await clickhouse.select(
      `SELECT ${month} AS month, count() ${own} GROUP BY month ORDER BY month`,
      { athlete },
      signal,
    );
    return months.map(([value]) => {
      let count = 0;
      async function* content() {
        yield `${names.join(',')}\n`;
        const sql = `SELECT ${names.join(', ')} ${own} AND ${month} = {month:UInt32} FORMAT CSV`;
        for await (const piece of clickhouse.stream(sql, { athlete, month: Number(value) }, signal)) {
          // Names of devices, sources and the like: no value of these tables has a line break.
          for (const byte of piece) if (byte === 10) count++;
          yield piece;
        }
      }
      const name = `samples/${table}${value === 0 ? '' : `-${String(value).replace(/(..)$/, '-$1')}`}.csv`;
      return {
        name,
        says: 'Rows of your samples, or of what was computed of them',
        content: content(),
        count: () => count,
      };
    });
  }

  return {
    async files(athlete, signal) {
      const all: ExportedFile[] = [];
      for (const table of TABLES_OF_ATHLETES) all.push(...(await filesOf(table, athlete, signal)));
      return all;
    },
    async productEvents(person, signal) {
      const sql = `SELECT event, kind, way, toString(at) FROM slipstream.product_events FINAL
        WHERE person = {person:UUID} ORDER BY at, event`;
      const rows = await clickhouse.select(sql, { person }, signal);
      return rows.map(([event, kind, way, at]) => ({ event, kind, way, at }));
    },
  };
}
