import type { DatabaseOrTransaction } from '../database/database.ts';
import { putOutbox } from '../outbox/outbox.ts';
import type { StatedWorkout } from '../progress/stated.ts';

/** In the outbox: a workout came, changed or went, so that goals may be reached, or not any more. */
export const LOOK_AT_GOALS = 'goals.look';

/** What the sums have to know of before somebody looks. */
export interface GoalsDue {
  readonly account: string;
  readonly athlete: string;
  /** Of the workout. */
  readonly startMs: number;
  /** Null for what a person said: that is in the sums already. */
  readonly activity: { readonly id: string; readonly revision: number; readonly isWithdrawn: boolean } | null;
}

/** Processors tell of an activity and store it at once; that takes them about so long. */
const STORING_MS = 5_000;

/** In the transaction of what happened; of who has no goal nothing is written down. */
export async function askToLook(transaction: DatabaseOrTransaction, due: GoalsDue, nowMs: number): Promise<void> {
  const some = transaction.selectFrom('goals').select('id').where('account', '=', due.account).limit(1);
  if ((await some.executeTakeFirst()) === undefined) return;
  await putOutbox(transaction, LOOK_AT_GOALS, due, nowMs, { delayMs: due.activity === null ? 0 : STORING_MS });
}

/** Once the sums know what a person said of a workout. */
export async function askToLookAfter(
  database: DatabaseOrTransaction,
  { athlete, startMs }: StatedWorkout,
  nowMs: number,
): Promise<void> {
  const owner = await database.selectFrom('accounts').select('id').where('athlete', '=', athlete).executeTakeFirst();
  if (owner === undefined) return;
  await askToLook(database, { account: owner.id, athlete, startMs, activity: null }, nowMs);
}
