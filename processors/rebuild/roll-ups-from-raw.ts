import type { ClickHouse } from '../clickhouse/clickhouse-client.ts';
import { HOUR_MS } from '../roll-ups/bucket-time.ts';
import { recomputeSql } from '../roll-ups/recompute-sql.ts';
import { coldSpan, type Span } from './series-counts.ts';

export interface RollUpsFromRawDeps {
  readonly cold: Pick<ClickHouse, 'select' | 'command'>;
  readonly span: Span;
  /** The raw table holds every message of the stream up to here. */
  readonly version: number;
  readonly signal: AbortSignal;
  onProgress(progress: { readonly hour: string; readonly recomputed: number; readonly share: number }): void;
}

/** No holder ever has this epoch: it says who made the row. */
const EPOCH = 0;

/**
 * Computes roll-ups again where they do not count the samples that the raw table has: one device-hour after the other,
 * only those that differ, so that it may be cut short and run again. A row holds every sample up to its version, which
 * is what makes the greatest version right (see `runRecomputes`); so holders may run meanwhile. Answers how many hours
 * of a series it computed.
 */
export async function rebuildRollUps(deps: RollUpsFromRawDeps): Promise<number> {
  const { cold, span, version, signal } = deps;
  const recompute = recomputeSql();
  const hours = await cold.select(
    'SELECT DISTINCT toString(toUnixTimestamp(toStartOfHour(ts))) AS hour FROM slipstream.samples ' +
      `WHERE ${coldSpan(span)} ORDER BY hour`,
  );
  let recomputed = 0;
  for (const [i, { hour }] of hours.entries()) {
    const fromMs = Number(hour) * 1_000;
    const untilMs = fromMs + HOUR_MS;
    for (const { device, source } of await wrongSeries(cold, { fromMs, untilMs })) {
      signal.throwIfAborted();
      const key = { device: String(device), source: String(source) };
      await cold.command(recompute, { ...key, from_ms: fromMs, until_ms: untilMs, version, epoch: EPOCH });
      recomputed++;
    }
    deps.onProgress({ hour: new Date(fromMs).toISOString(), recomputed, share: (i + 1) / hours.length });
  }
  return recomputed;
}

/** The series of one hour whose roll-ups count other than what is there. */
function wrongSeries(cold: RollUpsFromRawDeps['cold'], hour: Span): Promise<Record<string, unknown>[]> {
  const time = (ms: number) => `toDateTime(${ms / 1_000}, 'UTC')`;
  const isInHour = `ts >= ${time(hour.fromMs)} AND ts < ${time(hour.untilMs)}`;
  return cold.select(
    'SELECT raw.device AS device, raw.source AS source FROM ' +
      `(SELECT device, source, count() AS n FROM slipstream.samples FINAL WHERE ${coldSpan(hour)} ` +
      'GROUP BY device, source) AS raw LEFT JOIN ' +
      `(SELECT device, source, sum(samples) AS n FROM slipstream.rollup_10s FINAL WHERE ${isInHour} ` +
      'GROUP BY device, source) AS rolled ON raw.device = rolled.device AND raw.source = rolled.source ' +
      'WHERE raw.n != rolled.n',
  );
}
