import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import { Type } from 'typebox';
import type { Clock } from '../../runtime/clock.ts';
import type { Database, Tables } from '../database/database.ts';
import { Problem } from '../problem.ts';

/** What a POST that creates something says in its header. */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description: 'The same request under the same key is done once, and answered alike, for a day.',
    }),
  ),
});

/** An answer that can be given again. It must hold no secret: it is kept as it is. */
export interface KeptAnswer<Body> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

export const KEEP_KEYS_MS = 24 * 3_600_000;

/**
 * Creates by `create` and keeps the answer in the same transaction. A repeat under the same key, by the same `scope`
 * (whose request it is, and which), gets the kept answer; one that comes while the first is at work waits for it.
 * Throws `key_reused` where the key came with another request.
 */
export async function once<Body>(
  { database, clock }: { database: Database; clock: Clock },
  { scope, key, request }: { scope: string; key: string | undefined; request: unknown },
  create: (transaction: Transaction<Tables>) => Promise<KeptAnswer<Body>>,
): Promise<KeptAnswer<Body>> {
  if (key === undefined) return database.transaction().execute(create);
  const request_hash = createHash('sha256').update(JSON.stringify(request)).digest('hex');
  return database.transaction().execute(async (transaction) => {
    const created_at = new Date(clock.nowMs());
    const fresh = await transaction
      .insertInto('idempotency_keys')
      .values({ scope, key, request_hash, answer: null, created_at })
      // A key that another transaction is writing is waited for here.
      .onConflict((conflict) => conflict.doNothing())
      .returning('key')
      .executeTakeFirst();
    if (fresh === undefined) {
      const before = await transaction
        .selectFrom('idempotency_keys')
        .select(['request_hash', 'answer'])
        .where('scope', '=', scope)
        .where('key', '=', key)
        .executeTakeFirstOrThrow();
      if (before.request_hash !== request_hash) throw new Problem('key_reused');
      return before.answer as KeptAnswer<Body>;
    }
    const answer = await create(transaction);
    await transaction
      .updateTable('idempotency_keys')
      .set({ answer: JSON.stringify(answer) })
      .where('scope', '=', scope)
      .where('key', '=', key)
      .execute();
    return answer;
  });
}

/** Forgets what is older than a day. */
export async function forgetOldKeys(database: Database, nowMs: number): Promise<void> {
  await database
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', new Date(nowMs - KEEP_KEYS_MS))
    .execute();
}
