/** What both stores are asked about the ledger; the first row of the answer holds the sums, as numbers or digits. */
export const LEDGER_TOTALS_SQL = {
  questdb: 'SELECT sum(samples) AS samples, sum(refused) AS refused, sum(expired) AS expired FROM ledger',
  clickhouse: 'SELECT sum(samples) AS samples, sum(refused) AS refused, 0 AS expired FROM slipstream.ledger FINAL',
} as const;

/** Rows that a reader sees, each key once: `rows` in the first row of the answer. */
export const DISTINCT_ROWS_SQL = {
  questdb: 'SELECT sum(n) AS rows FROM (SELECT count() AS n FROM samples UNION ALL SELECT count() AS n FROM rr)',
  clickhouse:
    'SELECT (SELECT count() FROM slipstream.samples FINAL) + (SELECT count() FROM slipstream.rr FINAL) AS rows',
} as const;

export type LedgerStoreName = keyof typeof LEDGER_TOTALS_SQL;
