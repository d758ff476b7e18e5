import { sql, type Transaction } from 'kysely';
import type { HealthStore } from '../../files/health/health-record.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Database, Tables } from '../database/database.ts';
import { type Deliver, putOutbox } from '../outbox/outbox.ts';
import { removePhotos } from '../photos/forget-photos.ts';
import { COUNT_WORKOUT, countedOf } from '../workouts/counted.ts';
import { WORKOUT } from './tables.ts';

/** The kind of its rows in the outbox. */
export const HIDE_HEALTH_WORKOUT = 'hide_health_workout';

interface HideDue {
  readonly account: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Once at once, and once when what was on its way to the history is there. */
const HIDE_AFTER_MS = [0, 600_000];
/** The workout of a record lies within it, but for seconds that were cut off or rounded. */
const EDGE_MS = 60_000;

/**
 * What was deleted in the store: a row without contents stays, so that it does not come back by an older push. Amounts,
 * levels and samples count no more from now on. A workout that was sent leaves the history, where no device of the
 * person recorded it as well. Samples that were sent stay in the stores of samples, which only grow; nothing of ours
 * shows them besides the workout that they were measured in.
 */
export async function withdrawRecords(
  transaction: Transaction<Tables>,
  { account, store }: { account: string; store: HealthStore },
  ids: readonly string[],
  nowMs: number,
): Promise<number> {
  if (ids.length === 0) return 0;
  const before = await transaction
    .selectFrom('health_records')
    .select(['id', 'measure', 'start_at', 'end_at'])
    .where('account', '=', account)
    .where('store', '=', store)
    .where('id', 'in', [...ids])
    .where('withdrawn_at', 'is', null)
    .forUpdate()
    .execute();
  const nothing = {
    source: null,
    measure: null,
    start_at: null,
    end_at: null,
    value: null,
    content: null,
    sent_at: null,
  };
  const withdrawn_at = new Date(nowMs);
  await transaction
    .insertInto('health_records')
    .values([...new Set(ids)].map((id) => ({ account, store, id, ...nothing, withdrawn_at })))
    .onConflict((conflict) =>
      conflict
        .columns(['account', 'store', 'id'])
        .doUpdateSet({ ...nothing, withdrawn_at })
        .where('health_records.withdrawn_at', 'is', null),
    )
    .execute();
  for (const { measure, start_at, end_at } of before) {
    if (measure !== WORKOUT) continue;
    const due: HideDue = { account, startMs: start_at!.getTime(), endMs: end_at!.getTime() };
    for (const delayMs of HIDE_AFTER_MS) await putOutbox(transaction, HIDE_HEALTH_WORKOUT, due, nowMs, { delayMs });
  }
  return before.length;
}

/** Takes workouts out of a history that nothing but records of the person's health stores says of. */
export function createHideWorkout({ database, clock }: { database: Database; clock: Clock }): Deliver {
  return async function hideWorkout(data) {
    const { account, startMs, endMs } = data as HideDue;
    await database.transaction().execute(async (transaction) => {
      const owner = transaction.selectFrom('accounts').select('athlete').where('id', '=', account);
      const athlete = (await owner.executeTakeFirst())?.athlete;
      if (athlete === undefined) return;
      const hidden = await transaction
        .updateTable('workouts')
        .set(({ eb }) => ({ state: 'removed', photos: 0, version: eb('version', '+', 1) }))
        .where('account', '=', account)
        .where('source', '=', 'stream')
        .where('state', '=', 'held')
        .where('started_at', '>=', new Date(startMs - EDGE_MS))
        .where('ended_at', '<=', new Date(endMs + EDGE_MS))
        .where(
          sql<boolean>`cardinality(sources) > 0 and
            sources <@ array(select source from health_sources where account = ${account}::uuid)`,
        )
        // Another record of a store may say the same.
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('health_records')
                .select('id')
                .where('health_records.account', '=', account)
                .where('measure', '=', WORKOUT)
                .where('withdrawn_at', 'is', null)
                .whereRef('start_at', '<', 'workouts.ended_at')
                .whereRef('end_at', '>', 'workouts.started_at'),
            ),
          ),
        )
        .returningAll()
        .execute();
      for (const row of hidden) {
        await removePhotos(transaction, { account, workout: row.id }, clock.nowMs());
        await putOutbox(transaction, COUNT_WORKOUT, countedOf(athlete, row), clock.nowMs());
      }
    });
  };
}
