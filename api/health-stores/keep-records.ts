import { type Insertable, sql, type Transaction } from 'kysely';
import type { HealthRow } from '../../files/health/coalesce.ts';
import type { HealthOrigin, HealthRecord } from '../../files/health/health-record.ts';
import { healthSource } from '../../files/health/health-source.ts';
import type { DatabaseOrTransaction, Tables } from '../database/database.ts';
import { type HealthStoreTables, WORKOUT } from './tables.ts';

type Row = Insertable<HealthStoreTables['health_records']>;

/** Rows of one statement: each has ten parameters, and a statement has room for 65,535. */
const ROWS_AT_ONCE = 1_000;

export interface Kept {
  readonly added: number;
  /** Health Connect lets an app change a record under its id. */
  readonly changed: number;
}

/** What a push said. A record that is there already stays as it is, but for one that changed and was not sent yet. */
export async function keepPushed(
  transaction: Transaction<Tables>,
  account: string,
  records: readonly HealthRecord[],
  nowMs: number,
): Promise<Kept> {
  await keepSources(
    transaction,
    account,
    records.map(({ origin }) => origin),
    nowMs,
  );
  // The last one of those with the same id stands: one statement may not write a row twice.
  const byId = new Map(records.map((record) => [record.id, rowOf(account, record)]));
  return keep(transaction, [...byId.values()]);
}

/** What an export says, in rows that the importer made of it: nothing of them is to be sent any more. */
export async function keepExported(
  database: DatabaseOrTransaction,
  account: string,
  rows: readonly HealthRow[],
  nowMs: number,
): Promise<void> {
  await keepSources(
    database,
    account,
    rows.map(({ origin }) => origin),
    nowMs,
  );
  const columns = rows.map(({ id, origin, measure, startMs, endMs, value }) => ({
    ...{ account, id, store: origin.store, source: healthSource(origin), measure, content: null },
    ...{ start_at: new Date(startMs), end_at: new Date(endMs), value: measure === WORKOUT ? null : value },
    ...{ sent_at: measure === WORKOUT ? new Date(nowMs) : null, withdrawn_at: null },
  }));
  await keep(database, [...new Map(columns.map((row) => [row.id, row])).values()]);
}

function rowOf(account: string, { id, origin, startMs, endMs, content }: HealthRecord): Row {
  const isSent = content.kind === 'workout' || content.kind === 'samples';
  return {
    ...{ account, id, store: origin.store, source: healthSource(origin) },
    ...{ measure: content.kind === 'workout' ? WORKOUT : content.measure, value: meanOf(content) },
    ...{ start_at: new Date(startMs), end_at: new Date(endMs), content: isSent ? JSON.stringify(content) : null },
    ...{ sent_at: null, withdrawn_at: null },
  };
}

function meanOf(content: HealthRecord['content']): number | null {
  if (content.kind === 'workout') return null;
  if (content.kind !== 'samples') return content.value;
  return content.values.reduce((sum, value) => sum + value, 0) / content.values.length;
}

async function keep(database: DatabaseOrTransaction, rows: readonly Row[]): Promise<Kept> {
  let [added, changed] = [0, 0];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const written = await database
      .insertInto('health_records')
      .values(rows.slice(from, from + ROWS_AT_ONCE))
      .onConflict((conflict) =>
        conflict
          .columns(['account', 'store', 'id'])
          .doUpdateSet(({ ref }) => ({
            ...{ source: ref('excluded.source'), measure: ref('excluded.measure'), value: ref('excluded.value') },
            ...{ start_at: ref('excluded.start_at'), end_at: ref('excluded.end_at') },
            content: ref('excluded.content'),
          }))
          .where('health_records.withdrawn_at', 'is', null)
          .where('health_records.sent_at', 'is', null)
          .where(
            sql<boolean>`(health_records.source, health_records.measure, health_records.start_at, health_records.end_at,
              health_records.value, health_records.content) is distinct from (excluded.source, excluded.measure,
              excluded.start_at, excluded.end_at, excluded.value, excluded.content)`,
          ),
      )
      // A row that was there has another transaction's mark.
      .returning(sql<boolean>`health_records.xmax = 0`.as('is_new'))
      .execute();
    const fresh = written.filter(({ is_new }) => is_new).length;
    added += fresh;
    changed += written.length - fresh;
  }
  return { added, changed };
}

async function keepSources(
  database: DatabaseOrTransaction,
  account: string,
  origins: readonly HealthOrigin[],
  nowMs: number,
): Promise<void> {
  const bySource = new Map(origins.map((origin) => [healthSource(origin), origin]));
  if (bySource.size === 0) return;
  const rows = [...bySource].map(([source, { store, app, device }]) => {
    return { account, source, store, app, device, first_at: new Date(nowMs) };
  });
  await database
    .insertInto('health_sources')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
