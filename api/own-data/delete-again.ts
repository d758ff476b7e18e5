import { randomUUID } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import type { Logger } from '../../runtime/log.ts';
import { readDeletedAthlete } from '../../schemas/deleted-athlete.ts';
import { keys } from '../../schemas/names.ts';
import type { Database } from '../database/database.ts';
import { removePerson } from './remove-person.ts';

/** Names in one question. */
const AT_ONCE = 1_000;

/**
 * Deletes everybody again who has a tombstone in CONFIG and an account all the same: PostgreSQL was restored from a
 * backup of before their deletion. Names of athletes are drawn once, so nobody else has theirs. To be called before
 * anybody is served; says how many there were. Under the number of their proof, as far as the tombstone has it.
 */
export async function deleteAgain(deps: {
  database: Database;
  /** The bucket CONFIG. */
  config: KeyValue;
  clock: Clock;
  log: Logger;
}): Promise<number> {
  const { database, config, clock, log } = deps;
  const deleted = (await config.keys(keys.allDeletedAthletes)).flatMap((key) => keys.parseDeletedAthlete(key) ?? []);
  let count = 0;
  for (let at = 0; at < deleted.length; at += AT_ONCE) {
    const back = await database
      .selectFrom('accounts')
      .select(['id as account', 'athlete', 'email', 'email_key as emailKey'])
      .where('athlete', 'in', deleted.slice(at, at + AT_ONCE))
      .execute();
    for (const owner of back) {
      const stone = await config.get(keys.deletedAthlete(owner.athlete));
      const said = stone === null ? null : readDeletedAthlete(stone.value);
      const nowMs = clock.nowMs();
      const asked = { deletion: said?.deletion ?? randomUUID(), askedMs: said?.deletedMs ?? nowMs, nowMs };
      await database.transaction().execute((transaction) => removePerson(transaction, owner, asked));
      count++;
    }
  }
  if (count > 0) log.warn({ people: count }, 'who was deleted after the backup that was restored is deleted again');
  return count;
}
