import { CHANNELS, type Channel } from '../../schemas/channels.ts';
import { BUCKET_MS } from './bucket-time.ts';
import { ROLL_UP_TABLE, ROW_COLUMNS, rollUpColumnsOf } from './roll-up-columns.ts';

const RAW_TABLE = 'slipstream.samples';

/**
 * The statement that computes a span of one series again. Parameters: device, source, from_ms, until_ms, version,
 * epoch. FINAL takes repeats out; NULLs are skipped by every aggregate here, `argMax` included. A column keeps the name
 * of the raw table's only where it is that column: ClickHouse reads an alias before a column, in WHERE too.
 */
export function recomputeSql(): string {
  const names = [...ROW_COLUMNS, ...CHANNELS.flatMap(rollUpColumnsOf)].map(({ name }) => name);
  return `INSERT INTO ${ROLL_UP_TABLE} (${names.join(', ')})
SELECT
  device,
  argMax(athlete, (ts, boot)),
  source,
  toDateTime(intDiv(toUnixTimestamp64Milli(ts), ${BUCKET_MS}) * ${BUCKET_MS / 1000}, 'UTC') AS bucket,
  {version:UInt64},
  {epoch:UInt32},
  count(),
  ${CHANNELS.flatMap(aggregatesOf).join(',\n  ')}
FROM ${RAW_TABLE} FINAL
WHERE device = {device:String} AND source = {source:String}
  AND ts >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND ts < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
GROUP BY device, source, bucket`;
}

/** In the order of the channel's columns. */
function aggregatesOf({ name, rollUp }: Channel): string[] {
  if (rollUp === 'last') return [`argMax(${name}, (ts, boot))`];
  return [`count(${name})`, `min(${name})`, `max(${name})`, `ifNull(sum(${name}), 0)`];
}
