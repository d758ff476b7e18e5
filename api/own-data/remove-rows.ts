import { sql, type Transaction } from 'kysely';
import type { Tables } from '../database/database.ts';

export interface Owner {
  readonly account: string;
  readonly athlete: string;
  readonly email: string;
  readonly emailKey: string;
}

/** Those that hold a person's rows under another name than `account` or `athlete`, or go last. */
const APART = ['accounts', 'deletions'];

/**
 * Takes all rows of a person out of PostgreSQL and counts them, by table. Every table that has a column `account` or
 * `athlete` is gone through, so that no noun that comes later is forgotten; what hangs on their rows goes with them.
 */
export async function removeRows(transaction: Transaction<Tables>, owner: Owner): Promise<Record<string, number>> {
  const { account, athlete, email, emailKey } = owner;
  const removed: Record<string, number> = {};
  const remove = async (table: string, condition: ReturnType<typeof sql>) => {
    const gone = await sql`delete from ${sql.table(table)} where ${condition}`.execute(transaction);
    const count = Number(gone.numAffectedRows ?? 0);
    if (count > 0) removed[table] = (removed[table] ?? 0) + count;
  };
  const { rows } = await sql<{ table: string; column: string }>`
    select c.table_name as table, c.column_name as column from information_schema.columns as c
    inner join information_schema.tables as t using (table_schema, table_name)
    where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' and c.column_name in ('account', 'athlete')
    order by 1, 2`.execute(transaction);
  // What is still to be done outside for them, and answers that were kept for them.
  await remove(
    'outbox',
    sql`data->>'account' = ${account} or data->>'athlete' = ${athlete}
    or data->>'email' in (${email}, ${emailKey})`,
  );
  await remove('idempotency_keys', sql`scope like ${`%${account}%`} or scope = ${`register ${emailKey}`}`);
  for (const { table, column } of rows.filter((row) => !APART.includes(row.table))) {
    await remove(table, sql`${sql.ref(column)}::text = ${column === 'account' ? account : athlete}`);
  }
  await remove('accounts', sql`id = ${account}`);
  return removed;
}
