import { KINDS } from '../channels.ts';

/** What both stores are asked about the ledger; the first row of the answer holds the sums, as numbers or digits. */
export const LEDGER_TOTALS_SQL = {
  questdb: 'SELECT sum(samples) AS samples, sum(refused) AS refused, sum(expired) AS expired FROM ledger',
  clickhouse: 'SELECT sum(samples) AS samples, sum(refused) AS refused, 0 AS expired FROM slipstream.ledger FINAL',
} as const;

const HOT_COUNTS = KINDS.map((kind) => `SELECT count() AS n FROM ${kind}`);

/** Rows that a reader sees, each key once: `rows` in the first row of the answer. */
export const DISTINCT_ROWS_SQL = {
  questdb: `SELECT sum(n) AS rows FROM (${HOT_COUNTS.join(' UNION ALL ')})`,
  clickhouse: `SELECT ${KINDS.map((kind) => `(SELECT count() FROM slipstream.${kind} FINAL)`).join(' + ')} AS rows`,
} as const;

/** The same, of the rows before a moment (event time, ms since the epoch). */
export function distinctRowsBeforeSql(untilMs: number): Record<LedgerStoreName, string> {
  if (!Number.isSafeInteger(untilMs)) throw new RangeError('not a time in whole milliseconds');
  const hot = HOT_COUNTS.map((sql) => `${sql} WHERE ts < ${untilMs} * 1000L`);
  const before = `WHERE ts < fromUnixTimestamp64Milli(${untilMs})`;
  const cold = KINDS.map((kind) => `(SELECT count() FROM slipstream.${kind} FINAL ${before})`);
  return {
    questdb: `SELECT sum(n) AS rows FROM (${hot.join(' UNION ALL ')})`,
    clickhouse: `SELECT ${cold.join(' + ')} AS rows`,
  };
}

export type LedgerStoreName = keyof typeof LEDGER_TOTALS_SQL;
