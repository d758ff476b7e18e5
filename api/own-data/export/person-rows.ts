import { sql } from 'kysely';
import type { Database } from '../../database/database.ts';

/** Of PostgreSQL, what is not in an export, and why. Every other table is, as far as its rows are the person's. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  refresh_tokens: 'digests of what a session is refreshed with: nothing but a secret',
  mail_tokens: 'digests of codes of letters that are good for a day',
  second_factors: 'the secret of an app; whether it is on stands in accounts',
  recovery_codes: 'digests of codes; how many there are, the page says',
  login_challenges: 'of log-ins under way, for five minutes',
  login_failures: 'digests of addresses and networks that passwords were guessed at, had by somebody or not',
  device_pairings: 'the digest of a code that is good for ten minutes',
  idempotency_keys: 'answers to requests of the last day, which say what other tables say',
  outbox: 'what is still to be done outside for a change that other tables tell of',
  deletions: 'of people who have none of it any more',
  exports: 'files like this one',
  server_keys: 'keys of the deployment',
  migrations: 'how the database was made',
};

/** What opens something, or only serves as a key: left out of rows that are exported. */
export const SECRET_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  accounts: ['password_hash', 'privacy_key'],
  sessions: ['access_hash'],
  push_subscriptions: ['endpoint', 'p256dh', 'auth'],
  webhooks: ['secret'],
  product_people: ['salt'],
};

/** Tables whose rows are the person's by way of another's. */
const BY_WAY_OF: Readonly<Record<string, readonly [column: string, table: string]>> = {
  device_credentials: ['device', 'devices'],
  import_files: ['import', 'imports'],
  webhook_deliveries: ['webhook', 'webhooks'],
};

export interface Owner {
  readonly account: string;
  readonly athlete: string;
}

export interface PersonTable {
  readonly table: string;
  readonly columns: readonly string[];
  /** The primary key, with types: rows come in its order. */
  readonly key: readonly { readonly column: string; readonly type: string }[];
  readonly condition: (owner: Owner) => ReturnType<typeof sql>;
}

const PAGE_ROWS = 500;

/** Every table that has rows of people which are exported, as PostgreSQL itself says: a noun that comes later too. */
export async function tablesOfPeople(database: Database): Promise<PersonTable[]> {
  const { rows } = await sql<{ table: string; columns: string[] }>`
    select c.table_name as table, array_agg(c.column_name::text order by c.ordinal_position) as columns
    from information_schema.columns as c inner join information_schema.tables as t using (table_schema, table_name)
    where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' group by 1 order by 1`.execute(database);
  const found: PersonTable[] = [];
  for (const { table, columns } of rows) {
    const condition = conditionOf(table, columns);
    if (condition === null || Object.hasOwn(LEFT_OUT, table)) continue;
    const shown = columns.filter((column) => !SECRET_COLUMNS[table]?.includes(column));
    found.push({ table, columns: shown, key: await keyOf(database, table), condition });
  }
  return found;
}

function conditionOf(table: string, columns: readonly string[]): PersonTable['condition'] | null {
  if (table === 'accounts') return ({ account }) => sql`id::text = ${account}`;
  if (columns.includes('account')) return ({ account }) => sql`account::text = ${account}`;
  if (columns.includes('athlete')) return ({ athlete }) => sql`athlete = ${athlete}`;
  const way = BY_WAY_OF[table];
  if (way === undefined) return null;
  const [column, other] = way;
  return ({ account }) =>
    sql`${sql.ref(column)} in (select id from ${sql.table(other)} where account::text = ${account})`;
}

async function keyOf(database: Database, table: string): Promise<PersonTable['key']> {
  const { rows } = await sql<{ column: string; type: string }>`
    select a.attname::text as column, format_type(a.atttypid, a.atttypmod) as type
    from pg_index as i inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    where i.indrelid = to_regclass(quote_ident(${table})) and i.indisprimary
    order by array_position(i.indkey::int2[], a.attnum)`.execute(database);
  return rows;
}

/** The person's rows of a table as JSON, one after the other, page by page: no more than a page is held. */
export async function* rowsOfPerson(database: Database, from: PersonTable, owner: Owner): AsyncGenerator<string> {
  const { table, columns, key, condition } = from;
  const own = key.map(({ column }) => sql.ref(column));
  const shown = columns.map((column) => sql.ref(`own.${column}`));
  for (let after: readonly string[] | null = null; ; ) {
    const later: ReturnType<typeof sql> =
      after === null
        ? sql`true`
        : sql`(${sql.join(own)}) > (${sql.join(after.map((value, i) => sql`${value}::${sql.raw(key[i].type)}`))})`;
    const { rows }: { rows: { row: string; key: string[] }[] } = await sql<{ row: string; key: string[] }>`
      select array[${sql.join(own.map((column) => sql`${column}::text`))}] as key,
        (select row_to_json(one)::text from (select ${sql.join(shown)}) as one) as row
      from ${sql.table(table)} as own where ${condition(owner)} and ${later}
      order by ${sql.join(own)} limit ${PAGE_ROWS}`.execute(database);
    for (const { row } of rows) yield row;
    if (rows.length < PAGE_ROWS) return;
    after = rows[rows.length - 1].key;
  }
}
