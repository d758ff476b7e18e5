import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { sql } from 'kysely';
import type { Clock } from '../../runtime/clock.ts';
import type { Database } from '../database/database.ts';
import { Problem } from '../problem.ts';

/**
 * Wrong guesses are counted for an e-mail address, and for it from one network. Whether anybody has the address makes
 * no difference, so a lock tells nothing. From one network few are allowed; in all so many that nobody is easily
 * locked out of an account of theirs by others.
 */
const LIMITS = { fromOneNetwork: 5, inAll: 50 } as const;
const FIRST_LOCK_MS = 60_000;
const MAX_LOCK_MS = 3_600_000;
/** Guesses longer ago than this are forgotten. */
const FORGET_MS = 24 * 3_600_000;

export interface Attempts {
  /** Throws `too_many_attempts`, with the wait, while the address is locked. */
  assertOpen(email: string, ip: string): Promise<void>;
  failed(email: string, ip: string): Promise<void>;
  /** Guesses from this network count no longer. */
  succeeded(email: string, ip: string): Promise<void>;
  /** Guesses from everywhere count no longer: the owner has shown who they are by mail. */
  clear(email: string): Promise<void>;
  forgetOld(): Promise<void>;
}

export function createAttempts({ database, clock }: { database: Database; clock: Clock }): Attempts {
  const keysOf = (email: string, ip: string) =>
    [
      { key: digest(`${email} ${networkOf(ip)}`), limit: LIMITS.fromOneNetwork },
      { key: digest(email), limit: LIMITS.inAll },
    ] as const;

  return {
    async assertOpen(email, ip) {
      const keys = keysOf(email, ip).map(({ key }) => key);
      const rows = await database
        .selectFrom('login_failures')
        .select('locked_until')
        .where('key', 'in', keys)
        .execute();
      const untilMs = Math.max(0, ...rows.map(({ locked_until }) => locked_until?.getTime() ?? 0));
      const waitMs = untilMs - clock.nowMs();
      if (waitMs > 0) throw new Problem('too_many_attempts', {}, { retryAfterS: Math.ceil(waitMs / 1_000) });
    },
    async failed(email, ip) {
      const nowMs = clock.nowMs();
      const failed_at = new Date(nowMs);
      for (const { key, limit } of keysOf(email, ip)) {
        const { failures } = await database
          .insertInto('login_failures')
          .values({ key, failures: 1, failed_at, locked_until: null })
          .onConflict((conflict) =>
            conflict.column('key').doUpdateSet({
              failures: sql<number>`case when login_failures.failed_at < ${new Date(nowMs - FORGET_MS)} then 1
                else login_failures.failures + 1 end`,
              failed_at,
            }),
          )
          .returning('failures')
          .executeTakeFirstOrThrow();
        if (failures < limit) continue;
        const lockMs = Math.min(MAX_LOCK_MS, FIRST_LOCK_MS * 2 ** Math.min(failures - limit, 10));
        const locked_until = new Date(nowMs + lockMs);
        await database.updateTable('login_failures').set({ locked_until }).where('key', '=', key).execute();
      }
    },
    async succeeded(email, ip) {
      await database.deleteFrom('login_failures').where('key', '=', keysOf(email, ip)[0].key).execute();
    },
    async clear(email) {
      await database.deleteFrom('login_failures').where('key', '=', digest(email)).execute();
    },
    async forgetOld() {
      await database
        .deleteFrom('login_failures')
        .where('failed_at', '<', new Date(clock.nowMs() - FORGET_MS))
        .execute();
    },
  };
}

/** An IPv4 address, or the first 64 bits of an IPv6 one: whoever has one of those has all of them. */
export function networkOf(ip: string): string {
  return isIP(ip) === 6 && !ip.startsWith('::ffff:') ? ip.split(':').slice(0, 4).join(':') : ip;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
