import type { Channel } from '../../schemas/channels.ts';
import { DEVICE_PATTERN, FILE_SOURCE_PATTERN, SOURCE_PATTERN } from '../../schemas/identity.ts';
import type { Cell, QuestDbClient } from '../stores/questdb-client.ts';
import type { BucketQuery, RowQuery, SampleBucket, SampleReader, SampleRow } from './reader.ts';
import { readFolds } from './resample.ts';

/**
 * Reads the hot store. There are no bind variables, so everything that goes into a statement passes through `text`,
 * `integer` or the channel table first, and none of them lets a quote through.
 */
export function createQuestDbReader(client: QuestDbClient): SampleReader {
  const { select } = client;

  return {
    store: 'questdb',
    async rows(query, signal) {
      return (await select(rowsSql(query), signal)).map(toRow);
    },
    async buckets(query, signal) {
      return (await select(bucketsSql(query), signal)).map((cells) => toBucket(cells, query.channels));
    },
    async hasDevice(kind, device, signal) {
      const sql = `SELECT 1 FROM ${kind} WHERE starts_with(series, ${text(`${checkedDevice(device)}/`)}) LIMIT 1`;
      return (await select(sql, signal)).length > 0;
    },
    async ping(signal) {
      await select('SELECT 1', signal);
    },
  };
}

/** Order (ts, source, boot); `boot` is stored signed, so the half with the highest bit comes after the other. */
const ROW_ORDER = 'ts, series, boot < 0, boot';

function rowsSql(query: RowQuery): string {
  const channels = query.channels.map(({ name }) => name);
  const columns = [
    'cast(ts AS LONG) / 1000 AS ts_ms',
    'series',
    'cast(boot AS STRING) AS boot_text',
    'seq',
    'offset_ms',
  ];
  const after = query.after === null ? '' : ` AND ${afterRow(query.device, query.after)}`;
  return `SELECT ${[...columns, ...channels].join(', ')} FROM ${query.kind} WHERE ${inRange(query)}${after}
    ORDER BY ${ROW_ORDER} LIMIT ${integer(query.limit)}`;
}

function afterRow(device: string, { tsMs, source, boot }: NonNullable<RowQuery['after']>): string {
  const at = `${integer(tsMs)} * 1000L`;
  const series = seriesText(device, source);
  const signed = BigInt.asIntN(64, BigInt(`0x${boot}`));
  const later = signed < 0n ? `(boot < 0 AND boot > ${signed}L)` : `(boot < 0 OR boot > ${signed}L)`;
  return `ts >= ${at} AND (ts > ${at} OR series > ${series} OR (series = ${series} AND ${later}))`;
}

/**
 * Rows are put in order first where a last value is asked for: QuestDB's `last_not_null` takes the last one it meets,
 * and meets them one by one under a sorted sub-query.
 */
function bucketsSql(query: BucketQuery): string {
  const stepUs = integer(query.stepMs) * 1000;
  const start = `cast(ts AS LONG) / ${stepUs} * ${integer(query.stepMs)} AS start_ms`;
  const names = query.channels.map(({ name }) => name);
  const order = query.channels.some(({ rollUp }) => rollUp === 'last') ? ` ORDER BY ${ROW_ORDER}` : '';
  const rows = `SELECT ${[start, 'series', ...names].join(', ')} FROM ${query.kind} WHERE ${inRange(query)}${order}`;
  const folds = query.channels.flatMap(({ name, rollUp }) =>
    rollUp === 'last' ? [`last_not_null(${name})`] : [`count(${name})`, `sum(${name})`, `min(${name})`, `max(${name})`],
  );
  const columns = ['start_ms', 'series', 'count() AS samples', ...folds.map((fold, i) => `${fold} AS f${i}`)];
  const after = query.after === null ? '' : ` WHERE ${afterBucket(query.device, query.after)}`;
  return `SELECT * FROM (SELECT ${columns.join(', ')} FROM (${rows}) GROUP BY start_ms, series)${after}
    ORDER BY start_ms, series LIMIT ${integer(query.limit)}`;
}

function afterBucket(device: string, { startMs, source }: NonNullable<BucketQuery['after']>): string {
  const at = integer(startMs);
  return `(start_ms > ${at} OR (start_ms = ${at} AND series > ${seriesText(device, source)}))`;
}

function inRange({ device, sources, fromMs, toMs }: RowQuery | BucketQuery): string {
  const series =
    sources.length === 0
      ? `starts_with(series, ${text(`${checkedDevice(device)}/`)})`
      : `series IN (${sources.map((source) => seriesText(device, source)).join(', ')})`;
  return `${series} AND ts >= ${integer(fromMs)} * 1000L AND ts < ${integer(toMs)} * 1000L`;
}

function toRow([tsMs, series, boot, seq, offsetMs, ...values]: Cell[]): SampleRow {
  return {
    tsMs: Number(tsMs),
    deviceTimeMs: Number(tsMs) - Number(offsetMs),
    source: sourceOf(String(series)),
    boot: BigInt.asUintN(64, BigInt(String(boot)))
      .toString(16)
      .padStart(16, '0'),
    seq: Number(seq),
    values: values as (number | null)[],
  };
}

function toBucket([startMs, series, samples, ...cells]: Cell[], channels: readonly Channel[]): SampleBucket {
  const values = readFolds(cells as (number | null)[], channels);
  return { startMs: Number(startMs), source: sourceOf(String(series)), samples: Number(samples), values };
}

const sourceOf = (series: string) => series.slice(series.indexOf('/') + 1);

/** A quoted text. Throws RangeError unless every character is one that ids, sources and their separator have. */
function text(value: string): string {
  if (!/^[A-Za-z0-9_:/-]{1,128}$/.test(value)) throw new RangeError('a text that no id or source can be');
  return `'${value}'`;
}

function checkedDevice(device: string): string {
  if (!DEVICE_PATTERN.test(device)) throw new RangeError('not a device id');
  return device;
}

function seriesText(device: string, source: string): string {
  if (!SOURCE_PATTERN.test(source) && !FILE_SOURCE_PATTERN.test(source)) throw new RangeError('not a source');
  return text(`${checkedDevice(device)}/${source}`);
}

function integer(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError('not an integer');
  return value;
}
