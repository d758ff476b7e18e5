import { type Expression, sql, type Transaction } from 'kysely';
import type { Clock } from '../../runtime/clock.ts';
import type { Database, DatabaseOrTransaction, Tables } from '../database/database.ts';
import { askedAccount, askedTable, rowOfEach, together } from '../database/together.ts';
import { type Page, pageOf } from '../requests/paging.ts';
import { CHANNELS, type DataOf, type KindName, kindNamed, type OutsideChannel } from './kinds.ts';
import { readerOf } from './languages.ts';
import type { PreferenceStore } from './preferences.ts';

/** Something that somebody is to be told of. */
export interface News<Name extends KindName = KindName> {
  readonly account: string;
  readonly kind: Name;
  /** What it is about: said again, it replaces what was said before under the same kind and key. */
  readonly key: string;
  readonly data: DataOf<Name>;
  /** When it happened. */
  readonly eventMs: number;
  /** Waits so long for what may follow before it is sent anywhere; without it as long as each channel gathers. */
  readonly waitMs?: number;
}

/** For how long each channel waits for more to be said at once. */
export type GatherMs = Readonly<Record<OutsideChannel, number>>;
export const GATHER_MS: GatherMs = { email: 60_000, push: 5_000, webhook: 1_000 };

/** What is older is in the list, and sent nowhere: nobody wants letters about files of years ago. */
export const MAX_SENT_AGE_MS = 2 * 24 * 3_600_000;
/** Nobody scrolls further back. */
const KEEP_MS = 400 * 24 * 3_600_000;

export interface NotificationsDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly preferences: PreferenceStore;
  readonly gatherMs?: GatherMs;
}

/** A notification as the list has it. */
export interface ListedRow {
  readonly id: string;
  readonly kind: string;
  readonly data: unknown;
  readonly eventMs: number;
  readonly createdMs: number;
  readonly readMs: number | null;
  readonly withdrawnMs: number | null;
}

interface AskedList {
  readonly account: string;
  readonly page: Page<readonly [string]>;
  readonly onlyUnread: boolean;
}

const OUTSIDE = CHANNELS.filter((channel): channel is OutsideChannel => channel !== 'inApp');

/**
 * News of each account. A notification is: new → perhaps changed … → perhaps withdrawn, when what it tells does not
 * hold any more → perhaps back. What is to be said of it elsewhere follows from it; see sending.ts.
 */
export function createNotifications(deps: NotificationsDeps) {
  const { database, clock, preferences, gatherMs = GATHER_MS } = deps;

  async function targetsOf(transaction: Transaction<Tables>, account: string, channel: OutsideChannel) {
    if (channel === 'email') return [''];
    const rows =
      channel === 'push'
        ? transaction.selectFrom('push_subscriptions').select('id').where('account', '=', account)
        : transaction
            .selectFrom('webhooks')
            .select('id')
            .where('account', '=', account)
            .where('disabled_at', 'is', null);
    return (await rows.execute()).map(({ id }) => id);
  }

  const known = (from: DatabaseOrTransaction, { account, kind, key }: Pick<News, 'account' | 'kind' | 'key'>) =>
    from
      .selectFrom('notifications')
      .select(['id', 'data', 'withdrawn_at'])
      .where('account', '=', account)
      .where('kind', '=', kind)
      .where('key', '=', key);

  const countOfUnread = (account: string | Expression<string>) =>
    database
      .selectFrom('notifications')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .where('account', '=', account)
      .where('is_listed', '=', true)
      .where('read_at', 'is', null)
      .where('withdrawn_at', 'is', null);

  /**
   * Of each account the same page, with how many are not read, and how they are read. It is planned anew each time: a
   * plan that was made while the table was small reads all of it, until PostgreSQL has counted its rows again.
   */
  async function readLists(accounts: readonly string[], { page: { limit, after }, onlyUnread }: AskedList) {
    let listed = database
      .selectFrom('notifications')
      .select([sql<string>`id::text`.as('id'), 'kind', 'data'])
      .select([msOf('event_at').as('eventMs'), msOf('created_at').as('createdMs')])
      .select([msOf('read_at').as('readMs'), msOf('withdrawn_at').as('withdrawnMs')])
      .where('account', '=', askedAccount)
      .where('is_listed', '=', true)
      .orderBy('notifications.id', 'desc')
      .limit(limit + 1);
    if (onlyUnread) listed = listed.where('read_at', 'is', null).where('withdrawn_at', 'is', null);
    if (after !== null) listed = listed.where('notifications.id', '<', after[0]);
    const rows = await database
      .selectFrom(askedTable(accounts))
      .leftJoin('profiles as p', 'p.account', 'asked.account')
      .select(['asked.account', 'p.language', 'p.units', 'p.time_zone'])
      .select(countOfUnread(askedAccount).as('unread'))
      // As JSON in the order of the list: one row for each account, however much it was told of.
      .select(sql<ListedRow[] | null>`(select json_agg(n) from ${listed.as('n')})`.as('list'))
      .execute();
    return rowOfEach(accounts, rows, ({ account }) => account).map((row) => row!);
  }

  const listAlike = together({
    clock,
    shapeOf: ({ page, onlyUnread }: AskedList) => JSON.stringify([page, onlyUnread]),
    find: (asked) =>
      readLists(
        asked.map(({ account }) => account),
        asked[0],
      ),
  });

  return {
    /** Writes down what somebody is to be told of, in the transaction of what it tells. */
    async notify<Name extends KindName>(transaction: Transaction<Tables>, news: News<Name>): Promise<void> {
      const { account, kind, key, eventMs, waitMs } = news;
      const nowMs = clock.nowMs();
      const { kinds } = await preferences.read(transaction, account);
      const wanted = kinds[kind];
      const data = JSON.stringify(news.data);
      const { id } = await transaction
        .insertInto('notifications')
        .values({
          ...{ account, kind, key, data, is_listed: wanted.inApp, event_at: new Date(eventMs) },
          ...{ created_at: new Date(nowMs), read_at: null, withdrawn_at: null },
        })
        .onConflict((conflict) =>
          conflict.columns(['account', 'kind', 'key']).doUpdateSet({
            ...{ data, event_at: new Date(eventMs), withdrawn_at: null },
            // Who has read it has not read what it says now.
            read_at: sql<Date | null>`case when notifications.withdrawn_at is null
              and notifications.data = excluded.data then notifications.read_at end`,
          }),
        )
        .returning('id')
        .executeTakeFirstOrThrow();
      if (eventMs < nowMs - MAX_SENT_AGE_MS) return;
      for (const channel of OUTSIDE.filter((one) => wanted[one])) {
        const due_at = new Date(nowMs + (waitMs ?? gatherMs[channel]));
        for (const target of await targetsOf(transaction, account, channel)) {
          await transaction
            .insertInto('notification_sendings')
            .values({ notification: id, channel, target, account, due_at, told: null })
            .onConflict((conflict) =>
              conflict
                .columns(['notification', 'channel', 'target'])
                .doUpdateSet({ due_at: sql<Date>`least(notification_sendings.due_at, excluded.due_at)` }),
            )
            .execute();
        }
      }
    },

    /** What was written down of it and holds; null when nothing. */
    async find<Name extends KindName>(
      transaction: Transaction<Tables>,
      of: Pick<News<Name>, 'account' | 'kind' | 'key'>,
    ) {
      const row = await known(transaction, of).forUpdate().executeTakeFirst();
      return row === undefined || row.withdrawn_at !== null ? null : (row.data as DataOf<Name>);
    },

    /** It does not hold any more: nothing of it is sent that was not, and what was is taken back. */
    async withdraw(transaction: Transaction<Tables>, of: Pick<News, 'account' | 'kind' | 'key'>): Promise<void> {
      const nowMs = clock.nowMs();
      const row = await known(transaction, of).where('withdrawn_at', 'is', null).forUpdate().executeTakeFirst();
      if (row === undefined) return;
      const withdrawn_at = new Date(nowMs);
      await transaction.updateTable('notifications').set({ withdrawn_at }).where('id', '=', row.id).execute();
      for (const channel of OUTSIDE) {
        const due = new Date(nowMs + gatherMs[channel]);
        await transaction
          .updateTable('notification_sendings')
          .set({ due_at: sql<Date | null>`case when told is null then null else ${due}::timestamptz end` })
          .where('notification', '=', row.id)
          .where('channel', '=', channel)
          .execute();
      }
    },

    /** Nothing follows any more that was waited for. */
    async hasten(transaction: Transaction<Tables>, of: Pick<News, 'account' | 'kind' | 'key'>): Promise<void> {
      for (const channel of OUTSIDE) {
        const due_at = new Date(clock.nowMs() + gatherMs[channel]);
        await transaction
          .updateTable('notification_sendings')
          .set({ due_at })
          .where('notification', 'in', known(transaction, of).clearSelect().select('id'))
          .where('channel', '=', channel)
          .where('due_at', '>', due_at)
          .execute();
      }
    },

    /** A page of the list, the newest first; with how many are not read, and how they are read. One query. */
    async list(account: string, page: Page<readonly [string]>, { onlyUnread }: { onlyUnread: boolean }) {
      const found = await listAlike({ account, page, onlyUnread });
      const { page: told, next } = pageOf(found.list ?? [], page.limit, ({ id }) => [id]);
      return {
        // A kind of a newer version may stand there: nobody could say here what it says.
        page: told.filter(({ kind }) => kindNamed(kind) !== null),
        next,
        unread: Number(found.unread),
        reader: readerOf(found),
      };
    },

    async countUnread(account: string): Promise<number> {
      return Number((await countOfUnread(account).executeTakeFirstOrThrow()).count);
    },

    /** Marks some as read, or all up to one; says how many were not. */
    async markRead(account: string, which: { ids: readonly string[] } | { upTo: string }): Promise<number> {
      let query = database
        .updateTable('notifications')
        .set({ read_at: new Date(clock.nowMs()) })
        .where('account', '=', account)
        .where('read_at', 'is', null);
      query = 'ids' in which ? query.where('id', 'in', [...which.ids]) : query.where('id', '<=', which.upTo);
      return (await query.returning('id').execute()).length;
    },

    async forgetOld(): Promise<void> {
      const before = new Date(clock.nowMs() - KEEP_MS);
      await database.deleteFrom('notifications').where('created_at', '<', before).execute();
    },
  };
}

export type Notifications = ReturnType<typeof createNotifications>;

/** A moment as ms since 1970; the cast keeps it a number that is written without an exponent. */
function msOf(column: 'event_at' | 'created_at' | 'read_at' | 'withdrawn_at') {
  return sql<number>`(date_part('epoch', ${sql.ref(column)}) * 1000)::bigint`;
}
