import type { ClickHouse } from '../clickhouse/clickhouse-client.ts';
import { ROW_COLUMNS, rollUpColumns } from './roll-up-columns.ts';
import type { RollUpRow } from './roll-up-row.ts';

const channelColumns = rollUpColumns().slice(ROW_COLUMNS.length);

/** The roll-up rows that hold, as a reader of ClickHouse sees them. */
export async function readStoredRollUps(clickHouse: Pick<ClickHouse, 'select'>): Promise<RollUpRow[]> {
  const rows = await clickHouse.select('SELECT * REPLACE (toUnixTimestamp(ts) AS ts) FROM slipstream.rollup_10s FINAL');
  return rows.map(toRow);
}

/** 64-bit numbers may come as texts. */
function toRow(row: Record<string, unknown>): RollUpRow {
  const number = (name: string) => (row[name] === null ? null : Number(row[name]));
  return {
    device: String(row.device),
    athlete: String(row.athlete),
    source: String(row.source),
    tsMs: 1000 * Number(row.ts),
    version: Number(row.version),
    epoch: Number(row.epoch),
    samples: Number(row.samples),
    values: Object.fromEntries(channelColumns.map(({ name }) => [name, number(name)])),
  };
}
