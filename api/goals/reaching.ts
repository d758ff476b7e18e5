import type { Transaction } from 'kysely';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { ActivityReader } from '../activities/reader.ts';
import type { Database, Tables } from '../database/database.ts';
import type { Notifications } from '../notifications/notifications.ts';
import { createOutbox } from '../outbox/outbox.ts';
import { spansBackFrom } from '../progress/calendar.ts';
import type { ProgressReader } from '../progress/reader.ts';
import { type GoalsDue, LOOK_AT_GOALS } from './ask-to-look.ts';
import { goalsOf, lockGoals, timeZoneOf } from './goals.ts';
import { measurePeriods, type Period } from './measuring.ts';
import type { GoalRow } from './tables.ts';

export interface ReachingDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly progress: Pick<ProgressReader, 'spans'>;
  /** Of the same store. */
  readonly activities: Pick<ActivityReader, 'read'>;
  readonly notifications: Pick<Notifications, 'find' | 'notify' | 'withdraw'>;
  /** Called when something has changed for an account. */
  readonly onChanged: (account: string) => void;
}

/**
 * Waits of the outbox double from one second on: about eight minutes. Then the activity is taken to be stored in
 * another revision, which tells of itself.
 */
const MAX_WAITS = 9;

/** The sums do not know of the workout yet, or somebody looked meanwhile: the outbox tries again. */
export class LookAgainError extends Error {
  override name = 'LookAgainError';
}

/**
 * Looks at goals whenever a workout of their owner came, changed or went, and tells of those that are reached: of each
 * goal and period at most once. In a period: not told → told, when the sum reaches the target → taken back, when later
 * data show less than the target that was told → told, when it is reached again. It looks at the period of the workout,
 * at the one that goes on and at the one before; at none that was over when the goal was set.
 */
export function createReaching(deps: ReachingDeps) {
  const { database, clock, log, progress, activities, notifications, onChanged } = deps;

  async function isStored({ athlete, activity }: GoalsDue): Promise<boolean> {
    if (activity === null) return true;
    const { id, revision, isWithdrawn } = activity;
    const stored = await activities.read(athlete, id);
    if (isWithdrawn) return stored === null || stored.revision > revision;
    return stored !== null && stored.revision >= revision;
  }

  /** True when somebody has to be told. */
  async function settle(transaction: Transaction<Tables>, goal: GoalRow, period: Period, value: number) {
    const { id, account, measure, sport, target } = goal;
    const of = { account, kind: 'goal', key: `${id}.${period.name}` } as const;
    const told = await notifications.find(transaction, of);
    if (told === null) {
      if (value < target) return false;
      const data = { goal: id, measure, unit: period.unit, period: period.name, sport, target };
      await notifications.notify(transaction, { ...of, data, eventMs: Math.min(clock.nowMs(), period.endMs) });
      return true;
    }
    if (value >= told.target) return false;
    await notifications.withdraw(transaction, of);
    return true;
  }

  async function look(due: GoalsDue, attempts: number): Promise<void> {
    if (attempts <= MAX_WAITS && !(await isStored(due))) {
      throw new LookAgainError('the activity is not stored yet');
    }
    const { account, athlete, startMs } = due;
    const goals = await goalsOf(database, account).execute();
    if (goals.length === 0) return;
    const periods = periodsOf(goals, startMs, clock.nowMs(), await timeZoneOf(database, account));
    const valueIn = await measurePeriods(progress, athlete, periods);
    const isChanged = await database.transaction().execute(async (transaction) => {
      await lockGoals(transaction, account);
      await assertUnseen(transaction, account, goals);
      let isSomeChanged = false;
      for (const goal of goals) {
        const own = periods.filter(({ unit, endMs }) => unit === goal.period && endMs > goal.created_at.getTime());
        for (const period of own) {
          if (await settle(transaction, goal, period, valueIn(goal, period))) isSomeChanged = true;
        }
      }
      return isSomeChanged;
    });
    if (isChanged) onChanged(account);
  }

  const deliver = { [LOOK_AT_GOALS]: (data: unknown, attempts: number) => look(data as GoalsDue, attempts) };
  const outbox = createOutbox({ database, clock, log, deliver });
  return { outbox, look };
}

/** What was measured before somebody else looked may be older than what they told: then it is measured again. */
async function assertUnseen(transaction: Transaction<Tables>, account: string, goals: readonly GoalRow[]) {
  const now = await goalsOf(transaction, account).execute();
  const stateOf = (all: readonly GoalRow[]) => all.map(({ id, looks }) => `${id} ${looks}`).join();
  if (stateOf(now) !== stateOf(goals)) throw new LookAgainError('somebody looked at the goals, or changed them');
  await transaction
    .updateTable('goals')
    .set(({ eb }) => ({ looks: eb('looks', '+', 1) }))
    .where('account', '=', account)
    .execute();
}

/** Those that are looked at, each once. */
function periodsOf(goals: readonly GoalRow[], startMs: number, nowMs: number, timeZone: string): Period[] {
  const units = [...new Set(goals.map(({ period }) => period))];
  return units.flatMap((unit) => {
    const spans = [...spansBackFrom(unit, nowMs, timeZone, 2), ...spansBackFrom(unit, startMs, timeZone, 1)];
    return [...new Map(spans.map((span) => [span.name, { unit, ...span }])).values()];
  });
}

export type Reaching = ReturnType<typeof createReaching>;
