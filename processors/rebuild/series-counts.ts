import type { Kind } from '../../schemas/channels.ts';
import type { ClickHouse } from '../clickhouse/clickhouse-client.ts';
import type { QuestDbClient } from '../questdb/questdb-client.ts';

/** A span of event time, ms since the epoch; `untilMs` is outside. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What one store shows of a series (device/source) in a span: how many keys, and two sums that tell them apart. */
export interface SeriesCount {
  readonly rows: number;
  /** Of the rows' distance from the beginning of the span. */
  readonly timeSumMs: number;
  readonly seqSum: number;
}

/** By device/source. One line for each series of one span is held, never the rows. */
export type SeriesCounts = ReadonlyMap<string, SeriesCount>;

export async function coldCounts(
  cold: Pick<ClickHouse, 'select'>,
  kind: Kind,
  { fromMs, untilMs }: Span,
): Promise<SeriesCounts> {
  const rows = await cold.select(
    `SELECT concat(device, '/', source) AS series, toString(count()) AS n, ` +
      `toString(sum(toUnixTimestamp64Milli(ts) - ${fromMs})) AS times, toString(sum(seq)) AS seqs ` +
      `FROM slipstream.${kind} FINAL WHERE ${coldSpan({ fromMs, untilMs })} GROUP BY device, source`,
  );
  return new Map(rows.map(({ series, n, times, seqs }) => [String(series), countOf(n, times, seqs)]));
}

export async function hotCounts(
  hot: Pick<QuestDbClient, 'sql'>,
  kind: Kind,
  { fromMs, untilMs }: Span,
): Promise<SeriesCounts> {
  // A timestamp is a number of µs; a table that holds each key once counts keys.
  const rows = await hot.sql(
    `SELECT series, count(), sum((cast(ts AS LONG) - ${fromMs}000) / 1000), sum(seq) ` +
      `FROM ${kind} WHERE ts >= ${fromMs}000 AND ts < ${untilMs}000 GROUP BY series`,
  );
  return new Map(rows.map(([series, n, times, seqs]) => [String(series), countOf(n, times, seqs)]));
}

/** As a condition on the cold tables, which have a partition for each month of `ts`. */
export function coldSpan({ fromMs, untilMs }: Span): string {
  const time = (ms: number) => `fromUnixTimestamp64Milli(toInt64(${ms}), 'UTC')`;
  return `ts >= ${time(fromMs)} AND ts < ${time(untilMs)}`;
}

function countOf(rows: unknown, timeSumMs: unknown, seqSum: unknown): SeriesCount {
  return { rows: Number(rows), timeSumMs: Number(timeSumMs), seqSum: Number(seqSum) };
}

/**
 * The series of which the hot store lacks something. More rows there than in the cold one are fine: it may be ahead of
 * it. As many rows with other sums are not: each then has what the other lacks.
 */
export function lackingSeries(cold: SeriesCounts, hot: SeriesCounts): string[] {
  const lacking: string[] = [];
  for (const [series, wanted] of cold) {
    const found = hot.get(series);
    if (!found || found.rows < wanted.rows) lacking.push(series);
    else if (found.rows === wanted.rows && !(found.timeSumMs === wanted.timeSumMs && found.seqSum === wanted.seqSum)) {
      lacking.push(series);
    }
  }
  return lacking;
}
