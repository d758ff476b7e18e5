import { randomBytes } from 'node:crypto';
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { Type } from 'typebox';
import type { Clock } from '../../runtime/clock.ts';
import type { LiveSource } from '../activities/live-source.ts';
import type { AccountCaller } from '../caller.ts';
import { assertHealthConsent } from '../consents/consents.ts';
import type { Database, DatabaseOrTransaction, Tables } from '../database/database.ts';
import { prepared, rowOfEach, together } from '../database/together.ts';
import { putOutbox } from '../outbox/outbox.ts';
import { removePhotos } from '../photos/forget-photos.ts';
import { invalidParameter, Problem } from '../problem.ts';
import { countEvent } from '../product/counting.ts';
import { requireMatch } from '../requests/etag.ts';
import { type KeptAnswer, once } from '../requests/idempotency.ts';
import { pageOf, readPage } from '../requests/paging.ts';
import { MAX_TIME_MS, readTime } from '../samples/query.ts';
import {
  answerOf,
  changedColumns,
  differenceOf,
  enteredColumns,
  folded,
  liveAnswer,
  SHOWN,
  type ShownRow,
  type WorkoutAnswer,
  type WorkoutRow,
  workoutTag,
} from './answer.ts';
import { COUNT_WORKOUT, countedOf } from './counted.ts';
import type { FilterQuery, HistoryQuery, NewWorkout, WorkoutChange } from './statements.ts';
import type { ChangeAct } from './tables.ts';

export interface WorkoutsDeps {
  readonly database: Database;
  readonly live: Pick<LiveSource, 'ask'>;
  readonly clock: Clock;
  readonly wakeOutbox: () => void;
}

const MAY_GO_ON_MS = 24 * 3_600_000;

type Filter = Type.Static<typeof FilterQuery>;
type Owner = Pick<AccountCaller, 'account' | 'athlete'>;

/** The workouts of a person, who sees and changes nobody else's: another's id is one that there is not. */
export function createWorkouts({ database, live, clock, wakeOutbox }: WorkoutsDeps) {
  const held = (from: DatabaseOrTransaction, { account }: Owner) =>
    from.selectFrom('workouts').where('account', '=', account).where('state', '=', 'held');

  const find = together({ clock, find: (asked: readonly AskedWorkout[]) => findAll(database, asked) });

  async function read({ account }: Owner, id: string): Promise<ShownRow> {
    const row = await find({ account, id });
    if (row === undefined) throw new Problem('unknown_workout', { detail: id });
    return row;
  }

  /** In the transaction of a change: what held before is held still until it ends. Throws what says why not. */
  async function take(transaction: DatabaseOrTransaction, owner: Owner, id: string, ifMatch: string | undefined) {
    const row = await held(transaction, owner).selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
    if (row === undefined) throw new Problem('unknown_workout', { detail: id });
    requireMatch(ifMatch, workoutTag(row));
    return row;
  }

  async function note(
    transaction: DatabaseOrTransaction,
    { account, id }: Pick<WorkoutRow, 'account' | 'id'>,
    { act, before, after }: { act: ChangeAct; before: object; after: object },
  ): Promise<void> {
    const at = new Date(clock.nowMs());
    const states = { before: JSON.stringify(before), after: JSON.stringify(after) };
    const change = { account, workout: id, at, actor: 'owner', act, ...states };
    await transaction.insertInto('workout_changes').values(change).execute();
  }

  const count = (transaction: DatabaseOrTransaction, { athlete }: Owner, row: WorkoutRow) =>
    putOutbox(transaction, COUNT_WORKOUT, countedOf(athlete, row), clock.nowMs());

  return {
    /** Enters one by hand; under the same key once. Throws `consent_needed` and `invalid_request`. */
    async enter(owner: Owner, said: Type.Static<typeof NewWorkout>, key: string | undefined) {
      const scope = `createWorkout:${owner.account}`;
      const answer = await once({ database, clock }, { scope, key, request: said }, async (transaction) => {
        await assertHealthConsent(transaction, owner.account);
        const own = { account: owner.account, id: randomBytes(8).toString('hex') };
        const values = { ...enteredColumns(said, clock.nowMs()), ...own };
        const row = await transaction.insertInto('workouts').values(values).returningAll().executeTakeFirstOrThrow();
        const entered = answerOf(row);
        await note(transaction, row, { act: 'entered', ...differenceOf({}, entered) });
        await count(transaction, owner, row);
        const logged = { kind: 'workout_logged', subject: row.id, way: 'hand', atMs: clock.nowMs() } as const;
        await countEvent(transaction, owner.account, logged);
        const headers = { location: `/v1/workouts/${row.id}`, etag: workoutTag(row) };
        return { status: 201, headers, body: entered } satisfies KeptAnswer<WorkoutAnswer>;
      });
      wakeOutbox();
      return answer;
    },

    /** A page, the newest first; before the first, the one that goes on. One query. */
    async list(owner: Owner, query: Type.Static<typeof HistoryQuery>) {
      const matches = filterOf(query);
      const { limit, after } = readPage(query, [/^\d{1,15}$/, /^[0-9a-f]{16}$/]);
      let page = held(database, owner)
        .selectAll()
        .where(matches.inTable)
        .orderBy('started_at', 'desc')
        .orderBy('id', 'desc')
        // One more than the page holds tells whether there is a next one.
        .limit(limit + 1);
      if (after !== null) {
        const [ms, id] = after;
        page = page.where(sql<SqlBool>`(started_at, id) < (${new Date(Number(ms))}, ${id})`);
      }
      const [now, rows] = await Promise.all([live.ask(owner.athlete), page.execute()]);
      const found = pageOf(rows, limit, ({ started_at, id }) => [String(started_at.getTime()), id]);
      const going = now?.activity == null ? null : liveAnswer(now.activity);
      // What was silent for long is stored, and may go on after all: its live state is the newer one.
      const others = found.page.filter(({ id }) => id !== going?.id).map(answerOf);
      const first = going !== null && after === null && matches.isLiveOne(going) ? [going] : [];
      return { workouts: [...first, ...others], isLiveKnown: now !== null, next: found.next };
    },

    /** Of everything that the filter lets through. One query, of the index alone. */
    async totals(owner: Owner, filter: Filter) {
      const row = await held(database, owner)
        .where(filterOf(filter).inTable)
        .select([
          sql<number>`count(*)::int`.as('workouts'),
          sql<number>`coalesce(sum(moving_s), 0)`.as('durationS'),
          sql<number>`coalesce(sum(distance_m), 0)`.as('distanceM'),
          sql<number>`coalesce(sum(climb_m), 0)`.as('climbM'),
        ])
        .executeTakeFirstOrThrow();
      return row;
    },

    /** One query; whoever knows what goes on is asked only of what may. Throws `unknown_workout`. */
    async one(owner: Owner, id: string): Promise<WorkoutAnswer> {
      const row = await find({ account: owner.account, id });
      if (row !== undefined && isOver(row, clock.nowMs())) return answerOf(row);
      const now = await live.ask(owner.athlete);
      if (now?.activity?.id === id) return liveAnswer(now.activity);
      // What ended between the two looks is stored by now.
      return answerOf(row ?? (await read(owner, id)));
    },

    /** Changes what is named, from the version that was seen. Throws what says why not; nothing is changed then. */
    async change(owner: Owner, id: string, said: Type.Static<typeof WorkoutChange>, ifMatch: string | undefined) {
      const changed = await database.transaction().execute(async (transaction) => {
        const before = await take(transaction, owner, id, ifMatch);
        const columns = changedColumns(before, said, clock.nowMs());
        if (differenceOf(answerOf(before), answerOf({ ...before, ...columns } as WorkoutRow)).names.length === 0)
          return before;
        const after = await transaction
          .updateTable('workouts')
          .set({ ...columns, version: before.version + 1 })
          .where('account', '=', owner.account)
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        await note(transaction, after, { act: 'changed', ...differenceOf(answerOf(before), answerOf(after)) });
        await count(transaction, owner, after);
        return after;
      });
      wakeOutbox();
      return answerOf(changed);
    },

    /** What was entered by hand is gone for good; one from the stream is hidden, and what was said of it is gone. */
    async remove(owner: Owner, id: string, ifMatch: string | undefined): Promise<void> {
      await database.transaction().execute(async (transaction) => {
        const row = await take(transaction, owner, id, ifMatch);
        const removed = { ...row, state: 'removed' as const, version: row.version + 1 };
        const own = { account: owner.account, workout: id };
        await removePhotos(transaction, own, clock.nowMs());
        if (row.source === 'manual') {
          await transaction.deleteFrom('workouts').where('account', '=', own.account).where('id', '=', id).execute();
        } else {
          const nothing = { name: '', notes: '', search: '', effort: null, stated_sport: null, photos: 0 };
          await transaction
            .updateTable('workouts')
            .set({ ...nothing, state: removed.state, version: removed.version })
            .where('account', '=', own.account)
            .where('id', '=', id)
            .execute();
          await transaction
            .deleteFrom('workout_changes')
            .where('account', '=', own.account)
            .where('workout', '=', id)
            .execute();
        }
        await count(transaction, owner, removed);
      });
      wakeOutbox();
    },

    /** How it came to be as it is, the newest first. Throws `unknown_workout`. */
    async changes(owner: Owner, id: string, query: { limit?: number; cursor?: string }) {
      const { limit, after } = readPage(query, [/^\d{1,18}$/]);
      await read(owner, id);
      let page = database
        .selectFrom('workout_changes')
        .select(['at', 'actor', 'act', 'before', 'after', sql<string>`number::text`.as('place')])
        .where('account', '=', owner.account)
        .where('workout', '=', id)
        .orderBy('number', 'desc')
        .limit(limit + 1);
      if (after !== null) page = page.where('number', '<', after[0]);
      const found = pageOf(await page.execute(), limit, ({ place }) => [place]);
      const changes = found.page.map(({ at, place: _, ...rest }) => ({ atMs: at.getTime(), ...rest }));
      return { changes, next: found.next };
    },
  };
}

export type Workouts = ReturnType<typeof createWorkouts>;

type AskedWorkout = Pick<WorkoutRow, 'account' | 'id'>;

const wordOf = ({ account, id }: AskedWorkout) => `${account} ${id}`;

/** Those that are held, in the order of what is asked. */
async function findAll(from: DatabaseOrTransaction, asked: readonly AskedWorkout[]) {
  const [accounts, ids] = [asked.map(({ account }) => account), asked.map(({ id }) => id)];
  const rows = await from
    .selectFrom('workouts')
    .modifyFront(prepared)
    .select(['account', ...SHOWN])
    .where(sql<SqlBool>`(account, id) in (select * from unnest(${accounts}::uuid[], ${ids}::text[]))`)
    .where('state', '=', 'held')
    .execute();
  return rowOfEach(asked.map(wordOf), rows, wordOf);
}

/**
 * What was silent for long is stored, and may go on after all. After a day of silence it does not, or but for the
 * seconds until what came late is stored as its next revision.
 */
function isOver({ source, ended_at }: ShownRow, nowMs: number): boolean {
  return source === 'manual' || ended_at.getTime() < nowMs - MAY_GO_ON_MS;
}

/** What a filter lets through, of what is stored and of the one that goes on. Throws `invalid_request`. */
function filterOf(query: Filter) {
  const { sport, source } = query;
  const fromMs = query.from === undefined ? 0 : readTime('from', query.from);
  const untilMs = query.until === undefined ? MAX_TIME_MS : readTime('until', query.until);
  if (untilMs <= fromMs) throw invalidParameter('from', 'it is not before `until`', 'not_before_end');
  const text = query.text === undefined ? null : folded(query.text);
  return {
    inTable(eb: ExpressionBuilder<Tables, 'workouts'>): Expression<SqlBool> {
      const all: Expression<SqlBool>[] = [];
      if (sport !== undefined) all.push(eb('sport', '=', sport));
      if (source !== undefined) all.push(eb('source', '=', source));
      if (query.from !== undefined) all.push(eb('started_at', '>=', new Date(fromMs)));
      if (query.until !== undefined) all.push(eb('started_at', '<', new Date(untilMs)));
      if (text !== null) all.push(sql<SqlBool>`strpos(search, ${text}) > 0`);
      return eb.and(all);
    },
    isLiveOne: (one: WorkoutAnswer) =>
      (sport === undefined || one.sport === sport) &&
      source !== 'manual' &&
      text === null &&
      one.startMs >= fromMs &&
      one.startMs < untilMs,
  };
}
