import { randomUUID } from 'node:crypto';
import type { Type } from 'typebox';
import type { Clock } from '../../runtime/clock.ts';
import type { AccountCaller } from '../caller.ts';
import type { Database, DatabaseOrTransaction } from '../database/database.ts';
import { invalidParameter, Problem } from '../problem.ts';
import type { ProgressReader } from '../progress/reader.ts';
import { requireMatch, tagOf } from '../requests/etag.ts';
import { once } from '../requests/idempotency.ts';
import { progressOf } from './measuring.ts';
import type { GoalChange, NewGoal } from './statements.ts';
import type { GoalRow } from './tables.ts';

export interface GoalsDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly progress: Pick<ProgressReader, 'spans'>;
}

/** Of one account. */
export const MAX_GOALS = 20;
/** The most that a period has. */
const DAYS_OF = { week: 7, month: 31, year: 366 } as const;
const DAY_S = 86_400;

export const goalTag = ({ version }: { version: number }) => tagOf('goal', version);

/** All goals of an account, the oldest first. */
export const goalsOf = (from: DatabaseOrTransaction, account: string) =>
  from.selectFrom('goals').selectAll().where('account', '=', account).orderBy('created_at').orderBy('id');

/** Of two who change or look at goals of an account at once the second waits here until the first is done. */
export async function lockGoals(transaction: DatabaseOrTransaction, account: string): Promise<void> {
  await transaction.selectFrom('accounts').select('id').where('id', '=', account).forUpdate().execute();
}

/** As the profile says. */
export async function timeZoneOf(database: Database, account: string): Promise<string> {
  const row = database.selectFrom('profiles').select('time_zone').where('account', '=', account);
  return (await row.executeTakeFirst())?.time_zone ?? 'UTC';
}

/** Both, by one query. */
async function goalsAndZoneOf(database: Database, account: string): Promise<{ goals: GoalRow[]; timeZone: string }> {
  const rows = await database
    .selectFrom('accounts as a')
    .leftJoin('profiles as p', 'p.account', 'a.id')
    .leftJoin('goals as g', 'g.account', 'a.id')
    .selectAll('g')
    .select('p.time_zone')
    .where('a.id', '=', account)
    .orderBy('g.created_at')
    .orderBy('g.id')
    .execute();
  // Of somebody without goals there is one row, with none.
  const goals = rows.filter(({ id }) => id !== null).map(({ time_zone, ...goal }) => goal as GoalRow);
  return { goals, timeZone: rows[0]?.time_zone ?? 'UTC' };
}

/** What people mean to do: each sees and changes their own, and another's id is one that there is not. */
export function createGoals({ database, clock, progress }: GoalsDeps) {
  async function take(transaction: DatabaseOrTransaction, account: string, id: string, ifMatch: string | undefined) {
    await lockGoals(transaction, account);
    const goal = await goalsOf(transaction, account).where('id', '=', id).executeTakeFirst();
    if (goal === undefined) throw new Problem('unknown_goal', { detail: id });
    requireMatch(ifMatch, goalTag(goal));
    return goal;
  }

  return {
    /** With how far each is. Throws StoreUnavailableError. */
    async list({ account, athlete }: Pick<AccountCaller, 'account' | 'athlete'>, signal?: AbortSignal) {
      const { goals, timeZone } = await goalsAndZoneOf(database, account);
      const measured = await progressOf(progress, athlete, goals, { nowMs: clock.nowMs(), timeZone }, signal);
      return { timeZone, goals: measured.map(({ goal, ...rest }) => ({ ...shownGoal(goal), ...rest })) };
    },

    /** Under the same key once. Throws `invalid_request`, `too_many_goals` and `key_reused`. */
    async add(account: string, said: Type.Static<typeof NewGoal>, key: string | undefined) {
      const { measure, period, sport = null, target } = said;
      assertTarget(said, target);
      return once({ database, clock }, { scope: `createGoal:${account}`, key, request: said }, async (transaction) => {
        await lockGoals(transaction, account);
        if ((await goalsOf(transaction, account).execute()).length >= MAX_GOALS) throw new Problem('too_many_goals');
        const goal = await transaction
          .insertInto('goals')
          .values({ id: randomUUID(), account, measure, period, sport, target, created_at: new Date(clock.nowMs()) })
          .returningAll()
          .executeTakeFirstOrThrow();
        return { status: 201, headers: { etag: goalTag(goal) }, body: shownGoal(goal) };
      });
    },

    /** Another target, from the version that was seen. Throws what says why not. */
    async change(account: string, id: string, { target }: Type.Static<typeof GoalChange>, ifMatch: string | undefined) {
      return database.transaction().execute(async (transaction) => {
        const goal = await take(transaction, account, id, ifMatch);
        assertTarget(goal, target);
        const changed = await transaction
          .updateTable('goals')
          // Who looked at the old target looks again.
          .set({ target, version: goal.version + 1, looks: goal.looks + 1 })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        return shownGoal(changed);
      });
    },

    /** What was told of it stays told. Throws what says why not. */
    async remove(account: string, id: string, ifMatch: string | undefined): Promise<void> {
      await database.transaction().execute(async (transaction) => {
        await take(transaction, account, id, ifMatch);
        await transaction.deleteFrom('goals').where('id', '=', id).execute();
      });
    },
  };
}

export type Goals = ReturnType<typeof createGoals>;

/** Throws `invalid_request`. */
function assertTarget({ measure, period }: Pick<GoalRow, 'measure' | 'period'>, target: number): void {
  if (measure === 'activities' && !Number.isInteger(target)) {
    throw invalidParameter('target', 'a count of workouts is a whole number', 'whole_number');
  }
  if (measure === 'movingS' && target > DAYS_OF[period] * DAY_S) {
    const mostS = DAYS_OF[period] * DAY_S;
    throw invalidParameter('target', `a ${period} has no more than ${mostS} s`, 'maximum', mostS);
  }
}

function shownGoal({ id, measure, period, sport, target, version, created_at }: GoalRow) {
  return { id, measure, period, sport, target, version, createdMs: created_at.getTime() };
}
