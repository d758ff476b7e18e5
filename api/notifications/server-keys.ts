import type { Clock } from '../../runtime/clock.ts';
import type { Database } from '../database/database.ts';

/** A key of this deployment: made by whoever needs it first, and the same for all processes from then on. */
export async function keptKey<Key extends object>(
  { database, clock }: { database: Database; clock: Clock },
  name: string,
  make: () => Key,
): Promise<Key> {
  const kept = database.selectFrom('server_keys').select('data').where('name', '=', name);
  const before = await kept.executeTakeFirst();
  if (before !== undefined) return before.data as Key;
  await database
    .insertInto('server_keys')
    .values({ name, data: JSON.stringify(make()), created_at: new Date(clock.nowMs()) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return (await kept.executeTakeFirstOrThrow()).data as Key;
}
