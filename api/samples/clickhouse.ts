import type { Channel } from '../../schemas/channels.ts';
import type { ClickHouseQueries } from '../stores/clickhouse-client.ts';
import type { Cell } from '../stores/questdb-client.ts';
import type { BucketQuery, RowQuery, SampleBucket, SampleReader, SampleRow } from './reader.ts';
import { ROLLUP_STEP_MS, readFolds } from './resample.ts';

export interface ClickHouseReaderDeps {
  readonly client: ClickHouseQueries;
  /** Whether a processor keeps `rollup_10s` whole; without one, every bucket is made from the samples. */
  readonly usesRollUps: boolean;
}

/**
 * Reads the cold store. Every value is a query parameter; names of columns come from the
 * channel table. FINAL, because a repeated row stays twice in the table until its parts merge.
 */
export function createClickHouseReader({ client, usesRollUps }: ClickHouseReaderDeps): SampleReader {
  const { select } = client;

  return {
    store: 'clickhouse',
    async rows(query, signal) {
      return (await select(rowsSql(query), rowParams(query), signal)).map(toRow);
    },
    async buckets(query, signal) {
      const cells = await select(bucketsSql(query, usesRollUps), bucketParams(query), signal);
      return cells.map((row) => toBucket(row, query.channels));
    },
    async hasDevice(kind, device, signal) {
      const sql = `SELECT 1 FROM slipstream.${kind} WHERE device = {device:String} LIMIT 1`;
      return (await select(sql, { device }, signal)).length > 0;
    },
    async ping(signal) {
      await select('SELECT 1', {}, signal);
    },
  };
}

function rowsSql(query: RowQuery): string {
  const columns = [
    'toUnixTimestamp64Milli(ts) AS ts_ms',
    'toUnixTimestamp64Milli(device_time) AS device_ms',
    'source',
    'toString(boot) AS boot_text',
    'seq',
    ...query.channels.map(({ name }) => name),
  ];
  const after =
    query.after === null
      ? ''
      : ` AND ts >= ${time('after_ms')} AND (ts > ${time('after_ms')} OR source > {after_source:String}
          OR (source = {after_source:String} AND boot > {after_boot:UInt64}))`;
  return `SELECT ${columns.join(', ')} FROM slipstream.${query.kind} FINAL
    WHERE ${inRange(query)}${after} ORDER BY ts, source, boot LIMIT {limit:UInt32}`;
}

function rowParams(query: RowQuery): Record<string, unknown> {
  const { after } = query;
  return {
    ...rangeParams(query),
    ...(after && {
      after_ms: after.tsMs,
      after_source: after.source,
      after_boot: BigInt(`0x${after.boot}`).toString(),
    }),
  };
}

/** Whole numbers of ten seconds come from the roll-up rows where there are some, all else from the samples. */
function bucketsSql(query: BucketQuery, usesRollUps: boolean): string {
  const isWhole = [query.stepMs, query.fromMs, query.toMs].every((timeMs) => timeMs % ROLLUP_STEP_MS === 0);
  const isRolledUp = usesRollUps && query.kind === 'samples' && isWhole;
  const table = isRolledUp ? 'rollup_10s' : query.kind;
  const timeMs = isRolledUp ? 'toInt64(toUnixTimestamp(ts)) * 1000' : 'toUnixTimestamp64Milli(ts)';
  const columns = [
    `intDiv(${timeMs}, {step_ms:Int64}) * {step_ms:Int64} AS start_ms`,
    'source',
    `${isRolledUp ? 'sum(samples)' : 'count()'} AS row_count`,
    ...query.channels.flatMap((channel, i) => {
      const folds = isRolledUp ? foldsOfRollUp(channel) : foldsOfSamples(channel);
      return folds.map((fold, j) => `${fold} AS c${i}_${j}`);
    }),
  ];
  const after =
    query.after === null
      ? ''
      : ` HAVING start_ms > {after_ms:Int64} OR (start_ms = {after_ms:Int64} AND source > {after_source:String})`;
  return `SELECT ${columns.join(', ')} FROM slipstream.${table} FINAL
    WHERE ${inRange(query)} GROUP BY start_ms, source${after} ORDER BY start_ms, source LIMIT {limit:UInt32}`;
}

function foldsOfSamples({ name, rollUp }: Channel): string[] {
  if (rollUp === 'last') return [`argMax(${name}, (ts, boot))`];
  return [`count(${name})`, `sum(toInt64(${name}))`, `min(${name})`, `max(${name})`];
}

function foldsOfRollUp({ name, rollUp }: Channel): string[] {
  if (rollUp === 'last') return [`argMax(${name}_last, ts)`];
  return [`sum(${name}_n)`, `sum(${name}_sum)`, `min(${name}_min)`, `max(${name}_max)`];
}

function bucketParams(query: BucketQuery): Record<string, unknown> {
  const { after, stepMs } = query;
  return {
    ...rangeParams(query),
    step_ms: stepMs,
    ...(after && { after_ms: after.startMs, after_source: after.source }),
  };
}

function inRange({ sources }: RowQuery | BucketQuery): string {
  const source = sources.length === 0 ? '' : ' AND source IN {sources:Array(String)}';
  return `device = {device:String} AND ts >= ${time('from_ms')} AND ts < ${time('to_ms')}${source}`;
}

function rangeParams({ device, sources, fromMs, toMs, limit }: RowQuery | BucketQuery): Record<string, unknown> {
  return { device, from_ms: fromMs, to_ms: toMs, limit, ...(sources.length > 0 && { sources }) };
}

const time = (name: string) => `fromUnixTimestamp64Milli({${name}:Int64}, 'UTC')`;

function toRow([tsMs, deviceMs, source, boot, seq, ...values]: Cell[]): SampleRow {
  return {
    tsMs: Number(tsMs),
    deviceTimeMs: Number(deviceMs),
    source: String(source),
    boot: BigInt(String(boot)).toString(16).padStart(16, '0'),
    seq: Number(seq),
    values: values as (number | null)[],
  };
}

function toBucket([startMs, source, samples, ...cells]: Cell[], channels: readonly Channel[]): SampleBucket {
  const values = readFolds(cells as (number | null)[], channels);
  return { startMs: Number(startMs), source: String(source), samples: Number(samples), values };
}
