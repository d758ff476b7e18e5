import type { Transaction } from 'kysely';
import type { Clock } from '../../../runtime/clock.ts';
import type { Database, Tables } from '../../database/database.ts';
import { digestOf, newSecret } from '../secrets.ts';
import type { Whence } from '../sessions.ts';

/**
 * Between the right password and the second factor. A challenge opens one session: of its account, in the way it was
 * asked for, for the program that asked.
 *
 * opened → used up: by a right code, by the fifth wrong one, by its age, by a new password or another second factor.
 */
export const CHALLENGE_MS = 5 * 60_000;
const PREFIX = 'slc_';
const MAX_TRIES = 5;
/** Of the newest ones: beyond these the oldest is forgotten. */
const MAX_OF_ACCOUNT = 20;

export interface Challenge {
  readonly challenge: string;
  readonly expiresMs: number;
}

export type AnswerAs = 'cookie' | 'token';

const nameOf = ({ agent }: Whence) => agent.slice(0, 200);

export function createChallenges({ clock }: { clock: Clock }) {
  return {
    async open(transaction: Transaction<Tables>, account: string, as: AnswerAs, from: Whence): Promise<Challenge> {
      const challenge = newSecret(PREFIX);
      const expires_at = new Date(clock.nowMs() + CHALLENGE_MS);
      await transaction
        .insertInto('login_challenges')
        .values({ hash: digestOf(challenge), account, answer_as: as, agent: nameOf(from), expires_at })
        .execute();
      const own = transaction.selectFrom('login_challenges').select('hash').where('account', '=', account);
      const tooMany = own.orderBy('expires_at', 'desc').offset(MAX_OF_ACCOUNT);
      await transaction.deleteFrom('login_challenges').where('hash', 'in', tooMany).execute();
      return { challenge, expiresMs: expires_at.getTime() };
    },

    /** Of whom it is, without using anything of it; null for none. */
    async find(database: Database, challenge: string, from: Whence) {
      const found = await database
        .selectFrom('login_challenges')
        .innerJoin('accounts', 'accounts.id', 'login_challenges.account')
        .select(['account', 'answer_as as as', 'accounts.email'])
        .where('hash', '=', digestOf(challenge))
        .where('agent', '=', nameOf(from))
        .where('expires_at', '>', new Date(clock.nowMs()))
        .executeTakeFirst();
      return found ?? null;
    },

    /** Counts a try; others wait until the transaction has ended. False: none is left. */
    async tryOnce(transaction: Transaction<Tables>, challenge: string): Promise<boolean> {
      const { numUpdatedRows } = await transaction
        .updateTable('login_challenges')
        .set(({ eb }) => ({ tries: eb('tries', '+', 1) }))
        .where('hash', '=', digestOf(challenge))
        .where('tries', '<', MAX_TRIES)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async useUp(transaction: Transaction<Tables>, challenge: string): Promise<void> {
      await transaction.deleteFrom('login_challenges').where('hash', '=', digestOf(challenge)).execute();
    },

    async forgetOld(database: Database): Promise<void> {
      await database.deleteFrom('login_challenges').where('expires_at', '<', new Date(clock.nowMs())).execute();
    },
  };
}

export type Challenges = ReturnType<typeof createChallenges>;

/** Whoever has the old password, or the old second factor, has nothing of it any more. */
export async function forgetChallenges(transaction: Transaction<Tables>, account: string): Promise<void> {
  await transaction.deleteFrom('login_challenges').where('account', '=', account).execute();
}
