import type { Database, DatabaseOrTransaction } from '../../database/database.ts';

/** Of one webhook; older ones are forgotten. */
export const MAX_DELIVERIES = 20;

/** One message to a program, and what came of it. */
export interface Delivery {
  readonly atMs: number;
  /** Its owner asked for it, to see whether the program answers. */
  readonly isTest: boolean;
  /** How many notifications were in it. */
  readonly notifications: number;
  /** The status of the answer, or words for why there is none. */
  readonly outcome: string;
  readonly isGood: boolean;
}

/** Writes down what came of a message, and forgets what is too old to be shown. */
export async function noteDelivery(
  transaction: DatabaseOrTransaction,
  webhook: string,
  { atMs, isTest, notifications, outcome, isGood }: Delivery,
): Promise<void> {
  const row = { webhook, sent_at: new Date(atMs), is_test: isTest, notifications, outcome, is_good: isGood };
  await transaction.insertInto('webhook_deliveries').values(row).execute();
  await transaction
    .deleteFrom('webhook_deliveries')
    .where('webhook', '=', webhook)
    .where('id', '<=', (of) =>
      of
        .selectFrom('webhook_deliveries')
        .select('id')
        .where('webhook', '=', webhook)
        .orderBy('id', 'desc')
        .offset(MAX_DELIVERIES)
        .limit(1),
    )
    .execute();
}

/** The newest first. */
export async function deliveriesOf(database: Database, webhook: string): Promise<Delivery[]> {
  const rows = await database
    .selectFrom('webhook_deliveries')
    .select(['sent_at', 'is_test', 'notifications', 'outcome', 'is_good'])
    .where('webhook', '=', webhook)
    .orderBy('id', 'desc')
    .limit(MAX_DELIVERIES)
    .execute();
  return rows.map(({ sent_at, is_test, is_good, ...rest }) => ({
    ...{ atMs: sent_at.getTime(), isTest: is_test, ...rest, isGood: is_good },
  }));
}
