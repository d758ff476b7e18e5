import { CHANNELS, type Channel } from '../../schemas/channels.ts';

export const ROLL_UP_TABLE = 'slipstream.rollup_10s';

/** The key, the version and the count: the columns that every row has. */
export const ROW_COLUMNS = [
  { name: 'device', type: 'LowCardinality(String)' },
  { name: 'athlete', type: 'LowCardinality(String)' },
  { name: 'source', type: 'LowCardinality(String)' },
  { name: 'ts', type: "DateTime('UTC')" },
  { name: 'version', type: 'UInt64' },
  { name: 'epoch', type: 'UInt32' },
  { name: 'samples', type: 'UInt32' },
] as const;

const STATS_COLUMNS = [
  { suffix: 'n', type: 'UInt32' },
  { suffix: 'min', type: 'Nullable(Int32)' },
  { suffix: 'max', type: 'Nullable(Int32)' },
  { suffix: 'sum', type: 'Int64' },
] as const;
const LAST_COLUMNS = [{ suffix: 'last', type: 'Nullable(Int32)' }] as const;

/** Name and type of the columns that one channel has in the roll-up table. */
export function rollUpColumnsOf({ name, rollUp }: Channel): { name: string; type: string }[] {
  const columns = rollUp === 'stats' ? STATS_COLUMNS : LAST_COLUMNS;
  return columns.map(({ suffix, type }) => ({ name: `${name}_${suffix}`, type }));
}

/** Name and type of every column of the roll-up table. */
export function rollUpColumns(): { name: string; type: string }[] {
  return [...ROW_COLUMNS, ...CHANNELS.flatMap(rollUpColumnsOf)];
}
