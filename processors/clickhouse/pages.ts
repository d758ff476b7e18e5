import type { Kind } from '../../schemas/channels.ts';
import type { ClickHouse } from './clickhouse-client.ts';

/** A column of a table's key: how its value leaves in JSON without loss, and how it comes back into SQL. */
interface KeyColumn {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'time_ms' | 'time_s';
}

export interface PagedTable {
  /** In the database `slipstream`. */
  readonly name: string;
  /** The table's own order, which tells every row from every other that counts. */
  readonly key: readonly [KeyColumn, ...KeyColumn[]];
  readonly isPartitioned: boolean;
  /** Of rows with the same key one counts, and which one is known only to FINAL. */
  readonly replaces: boolean;
}

/** What stands behind FROM, to read each row that counts once. */
export function rowsThatCount({ name, replaces }: PagedTable): string {
  return `slipstream.${name}${replaces ? ' FINAL' : ''}`;
}

const text = (name: string) => ({ name, type: 'text' }) as const;
const integer = (name: string) => ({ name, type: 'integer' }) as const;

const RAW_KEY = [text('device'), { name: 'ts', type: 'time_ms' }, text('source'), integer('boot')] as const;

const rawTable = (name: Kind): PagedTable => ({ name, key: RAW_KEY, isPartitioned: true, replaces: true });

/** The table of each kind of row. */
export const RAW_TABLES: Readonly<Record<Kind, PagedTable>> = {
  samples: rawTable('samples'),
  rr: rawTable('rr'),
  events: rawTable('events'),
};
export const LEDGER: PagedTable = {
  name: 'ledger',
  key: [text('instance'), integer('shard'), integer('batch')],
  isPartitioned: false,
  replaces: true,
};
export const ROLL_UPS: PagedTable = {
  name: 'rollup_10s',
  key: [text('device'), text('source'), { name: 'ts', type: 'time_s' }],
  isPartitioned: true,
  replaces: true,
};
export const ACTIVITIES: PagedTable = {
  name: 'activities',
  key: [text('athlete'), text('id')],
  isPartitioned: false,
  replaces: true,
};
export const EFFORTS: PagedTable = {
  name: 'efforts',
  key: [text('athlete'), text('activity'), integer('revision'), text('kind'), text('name')],
  isPartitioned: false,
  replaces: true,
};
export const RECORDS: PagedTable = {
  name: 'records',
  key: [text('athlete'), text('sport'), text('kind'), text('name'), integer('revision')],
  isPartitioned: false,
  replaces: true,
};
export const GEAR_LOADS: PagedTable = {
  name: 'gear_load',
  key: [text('athlete'), text('gear'), text('activity')],
  isPartitioned: false,
  replaces: true,
};
export const STATED_WORKOUTS: PagedTable = {
  name: 'stated_workouts',
  key: [text('athlete'), text('id')],
  isPartitioned: false,
  replaces: true,
};
export const PRODUCT_EVENTS: PagedTable = {
  name: 'product_events',
  key: [text('person'), text('event')],
  isPartitioned: false,
  replaces: true,
};
export const DEPLOYMENT: PagedTable = {
  name: 'deployment',
  key: [text('key'), { name: 'set_at', type: 'time_ms' }, text('value')],
  isPartitioned: false,
  replaces: false,
};

/** A span of keys; `condition` is SQL that may stand behind WHERE. */
export interface Page {
  readonly condition: string;
}

/**
 * Cuts a table, or the part of it where `where` holds, into pages of at most `maxRows` rows (those that do not count
 * among them), in the key's order; the last one is open at its end. A row that is there at the beginning is in exactly
 * one, however parts merge; one that is added meanwhile is when its key is ahead of where the cutting has come to.
 */
export async function* pagesOf(
  store: Pick<ClickHouse, 'select'>,
  table: PagedTable,
  { where, maxRows }: { where: string; maxRows: number },
): AsyncGenerator<Page> {
  const names = table.key.map(({ name }) => name).join(', ');
  const asked = table.key.map((column, i) => `${outOf(column)} AS k${i}`).join(', ');
  let after: string[] | null = null;
  for (;;) {
    const behind: string = after === null ? where : `(${where}) AND ${above(table, names, after)}`;
    const found: Record<string, unknown>[] = await store.select(
      `SELECT ${asked} FROM slipstream.${table.name} WHERE ${behind} ` +
        `ORDER BY ${names} LIMIT 1 OFFSET ${maxRows - 1}`,
    );
    if (found.length === 0) return yield { condition: behind };
    const last: string[] = table.key.map((column, i) => into(column, String(found[0][`k${i}`])));
    yield { condition: `${behind} AND ${upTo(table, names, last)}` };
    after = last;
  }
}

/** The first column alone lets ClickHouse find the place by its index; the whole key is exact. */
function above(table: PagedTable, names: string, key: readonly string[]): string {
  return `${table.key[0].name} >= ${key[0]} AND (${names}) > (${key.join(', ')})`;
}

function upTo(table: PagedTable, names: string, key: readonly string[]): string {
  return `${table.key[0].name} <= ${key[0]} AND (${names}) <= (${key.join(', ')})`;
}

/** 64-bit integers as text: JSON's numbers are not wide enough. */
function outOf({ name, type }: KeyColumn): string {
  if (type === 'text') return name;
  if (type === 'time_ms') return `toString(toUnixTimestamp64Milli(${name}))`;
  return type === 'time_s' ? `toString(toUnixTimestamp(${name}))` : `toString(${name})`;
}

function into({ type }: KeyColumn, value: string): string {
  if (type === 'text') return quoted(value);
  if (!/^-?\d+$/.test(value)) throw new Error(`ClickHouse answered ${value} for a number of a key`);
  if (type === 'time_ms') return `fromUnixTimestamp64Milli(toInt64(${value}), 'UTC')`;
  return type === 'time_s' ? `toDateTime(${value}, 'UTC')` : `toUInt64('${value}')`;
}

export function quoted(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&')}'`;
}
