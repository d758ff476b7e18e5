/** A SQLite file that somebody sent. No other file knows the library. */

import { constants, DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { RefusedFileError } from '../reasons.ts';

export type Row = Readonly<Record<string, unknown>>;

/** What is read: plain columns of a real table, and of the row that each row belongs to. */
export interface RowsQuery {
  readonly table: string;
  readonly columns: readonly string[];
  /** Its rows have `row_id`, by which `parent_key` of the others names them. Columns have other names than those. */
  readonly parent?: { readonly table: string; readonly columns: readonly string[] };
  readonly orderBy: readonly string[];
}

export interface UntrustedDatabase {
  /** Tables that are no views, no virtual ones and none of SQLite's own. */
  readonly tables: readonly string[];
  /** Whether all of them are stored columns of a table, and `row_id` among them names its rows. */
  has(table: string, columns: readonly string[]): boolean;
  /** Of all of its rows. Throws RefusedFileError for a broken file. */
  count(table: string): number;
  /** Row by row; the table and its columns must be there. Throws RefusedFileError for a broken file. */
  rows(query: RowsQuery): Generator<Row>;
  close(): void;
}

/** The library reserves a header and 100 bytes; nothing of a phone has more in one cell, or says more in one query. */
const MAX_CELL_BYTES = 1024 * 1024;
const MAX_QUERY_BYTES = 10_000;
const MAX_TABLES = 1_000;
const MAX_COLUMNS = 200;
/** Names that are told and asked for; any other is passed over. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,99}$/;
const ROW_ID = 'row_id';

/**
 * Opens it so that it cannot harm, as sqlite.org/security.html says for files from strangers: read only and unchanged
 * by anybody, without extensions, its schema not trusted, its pages checked, cells and queries of limited size. After
 * that an authorizer lets nothing pass but reading and counting, and no view or trigger takes part. Indexes are not
 * used: they may say other things than the table. Throws RefusedFileError for what is no database or a damaged one.
 */
export function openUntrustedDatabase(file: string): UntrustedDatabase {
  // Unchanging: a database that was in WAL mode opens without its other files.
  const url = new URL(`${pathToFileURL(file)}?mode=ro&immutable=1`);
  const database = guarded(
    () =>
      new DatabaseSync(url, {
        ...{ readOnly: true, allowExtension: false, enableForeignKeyConstraints: false, defensive: true },
        limits: { length: MAX_CELL_BYTES, sqlLength: MAX_QUERY_BYTES, column: MAX_COLUMNS, attach: 0, triggerDepth: 0 },
      }),
  );
  try {
    return guarded(() => guard(database));
  } catch (error) {
    database.close();
    throw error;
  }
}

function guard(database: DatabaseSync): UntrustedDatabase {
  for (const pragma of ['trusted_schema = OFF', 'cell_size_check = ON', 'mmap_size = 0']) {
    database.prepare(`PRAGMA ${pragma}`).all();
  }
  const [{ quick_check: verdict }] = database.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[];
  if (verdict !== 'ok') throw new RefusedFileError('bad_database', verdict.slice(0, 200));
  const listed = database.prepare('PRAGMA table_list').all() as { schema: string; name: string; type: string }[];
  const real = listed.filter(({ schema, type, name }) => schema === 'main' && type === 'table' && NAME.test(name));
  const tables = real.map(({ name }) => name).filter((name) => !name.startsWith('sqlite_'));
  if (tables.length > MAX_TABLES) throw new RefusedFileError('bad_database', `more than ${MAX_TABLES} tables`);
  const columns = new Map(tables.map((table) => [table, storedColumns(database, table)]));
  database.setAuthorizer((action, _table, _column, _schema, viewOrTrigger) => {
    const isRead =
      action === constants.SQLITE_SELECT || action === constants.SQLITE_READ || action === constants.SQLITE_FUNCTION;
    return isRead && viewOrTrigger === null ? constants.SQLITE_OK : constants.SQLITE_DENY;
  });
  const has = (table: string, wanted: readonly string[]) =>
    wanted.every((column) => columns.get(table)?.has(column) === true);
  return {
    tables,
    has,
    count: (table) => guarded(() => Number(database.prepare(`SELECT count(*) AS n FROM "${table}"`).get()?.n)),
    rows: (query) => rowsOf(database, query),
    close: () => database.close(),
  };
}

/** Columns that are computed are left out: their expressions are the file's. */
function storedColumns(database: DatabaseSync, table: string): ReadonlySet<string> {
  const columns = database.prepare(`PRAGMA table_xinfo("${table}")`).all() as unknown as {
    readonly name: string;
    readonly type: string;
    readonly pk: number;
    readonly hidden: number;
  }[];
  const keys = columns.filter(({ pk }) => pk > 0);
  const isRowId = (name: string) => keys.length === 1 && keys[0].name === name && keys[0].type === 'INTEGER';
  const stored = columns.filter(({ name, hidden }) => hidden === 0 && NAME.test(name));
  return new Set(stored.map(({ name }) => name).filter((name) => name !== ROW_ID || isRowId(name)));
}

function* rowsOf(database: DatabaseSync, { table, columns, parent, orderBy }: RowsQuery): Generator<Row> {
  const own = columns.map((column) => `c."${column}"`);
  const others = (parent?.columns ?? []).map((column) => `p."${column}"`);
  // From the rows to what they belong to, never the other way round, which would want an index.
  const join =
    parent === undefined ? '' : `CROSS JOIN "${parent.table}" AS p NOT INDEXED ON p."${ROW_ID}" = c."parent_key"`;
  const order = orderBy.map((column) => `c."${column}"`).join(', ');
  const text = `SELECT ${[...own, ...others].join(', ')} FROM "${table}" AS c NOT INDEXED ${join} ORDER BY ${order}`;
  const rows = guarded(() => database.prepare(text).iterate() as IterableIterator<Row>);
  try {
    for (;;) {
      const { value, done } = guarded(() => rows.next());
      if (done) return;
      yield value;
    }
  } finally {
    rows.return?.();
  }
}

/** What SQLite says of a file is about the file: it is broken, a cell is too large or a number too long. */
function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_SQLITE_ERROR' && code !== 'ERR_OUT_OF_RANGE') throw error;
    throw new RefusedFileError('bad_database', message);
  }
}
