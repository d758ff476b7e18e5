import { randomBytes, randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Static } from 'typebox';
import type { Clock } from '../../runtime/clock.ts';
import type { AccountCaller } from '../caller.ts';
import { assertShown, writeFirstConsents } from '../consents/consents.ts';
import type { Database, DatabaseOrTransaction, Tables } from '../database/database.ts';
import { isUniqueViolation } from '../database/database.ts';
import { putOutbox } from '../outbox/outbox.ts';
import { Problem } from '../problem.ts';
import { countEvent } from '../product/counting.ts';
import { type KeptAnswer, once } from '../requests/idempotency.ts';
import type { Attempts } from './attempts.ts';
import { type Act, type AuditEntry, writeAudit } from './audit.ts';
import { emailKey, LETTERS, type Letter, type MailTokenKind } from './letters.ts';
import type { Passwords } from './passwords.ts';
import { type AnswerAs, type Challenge, type Challenges, forgetChallenges } from './second-factor/challenges.ts';
import { digestOf } from './secrets.ts';
import type { Sessions, SessionTokens, Whence } from './sessions.ts';
import type { Registration } from './statements.ts';

export interface AccountServiceDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly attempts: Attempts;
  readonly challenges: Challenges;
  /** Called after each transaction that wrote a letter. */
  readonly wakeOutbox: () => void;
}

/** What somebody who registers or asks for a new password is told, whoever has the address. */
export const CHECK_MAIL: KeptAnswer<{ next: 'check_mail' }> = {
  ...{ status: 202, headers: {} },
  body: { next: 'check_mail' },
};

/**
 * The rules of accounts. Nothing that a stranger can ask tells whether an address has an account: answers are the same,
 * and the same is done for them, up to the letter, which only the owner of the address reads.
 */
export function createAccountService(deps: AccountServiceDeps) {
  const { database, clock, passwords, sessions, attempts, challenges, wakeOutbox } = deps;

  const audit = (
    to: DatabaseOrTransaction,
    entry: Pick<AuditEntry, 'account' | 'detail'> & { act: Act; actor?: string },
    { ip }: Whence,
  ) => writeAudit(to, { atMs: clock.nowMs(), actor: 'stranger', address: ip, ...entry });

  const write = (transaction: Transaction<Tables>, letter: Letter) =>
    putOutbox(transaction, LETTERS, letter, clock.nowMs());

  /** A transaction that writes a letter. */
  async function writing<T>(change: (transaction: Transaction<Tables>) => Promise<T>): Promise<T> {
    const result = await database.transaction().execute(change);
    wakeOutbox();
    return result;
  }

  /** Takes a letter's secret, which is good once. Throws `bad_mail_token`. */
  async function take(transaction: Transaction<Tables>, kind: MailTokenKind, token: string) {
    const found = await transaction
      .deleteFrom('mail_tokens')
      .where('hash', '=', digestOf(token))
      .where('kind', '=', kind)
      .returning(['account', 'email', 'expires_at'])
      .executeTakeFirst();
    if (found === undefined || found.expires_at.getTime() <= clock.nowMs()) throw new Problem('bad_mail_token');
    return found;
  }

  /** Throws `wrong_credentials` unless the password is the account's. */
  async function assertPassword(id: string, password: string, { ip }: Whence): Promise<{ email: string }> {
    const account = await database
      .selectFrom('accounts')
      .select(['email', 'email_key', 'password_hash'])
      .where('id', '=', id)
      .executeTakeFirst();
    await attempts.assertOpen(account?.email_key ?? id, ip);
    if (await passwords.verify(password, account?.password_hash ?? null)) return { email: account!.email };
    await attempts.failed(account?.email_key ?? id, ip);
    throw new Problem('wrong_credentials');
  }

  return {
    assertPassword,

    /** Makes an account that nobody can use until its address is confirmed. */
    async register(said: Static<typeof Registration>, key: string | undefined, from: Whence) {
      const { email, password, consents = {} } = said;
      assertShown(consents);
      const password_hash = await passwords.hash(password);
      const answer = await once(
        { database, clock },
        // The password is not kept, not even as a digest of ours.
        { scope: `register ${emailKey(email)}`, key, request: { email, consents } },
        async (transaction) => {
          const id = randomUUID();
          const made = await transaction
            .insertInto('accounts')
            .values({
              ...{ id, athlete: newAthlete(), email, email_key: emailKey(email), password_hash, verified_at: null },
              ...{ roles: ['athlete'], organiser: null, created_at: new Date(clock.nowMs()) },
            })
            .onConflict((conflict) => conflict.column('email_key').doNothing())
            .returning('id')
            .executeTakeFirst();
          const [account, act] = made ? [id, 'registered' as const] : [null, 'registration_repeated' as const];
          await audit(transaction, { account, act }, from);
          if (made) {
            const saying = { actor: 'stranger', ip: from.ip, nowMs: clock.nowMs() };
            await writeFirstConsents(transaction, id, consents, saying);
          }
          await write(transaction, { letter: 'registration', email });
          return CHECK_MAIL;
        },
      );
      wakeOutbox();
      return answer;
    },

    /**
     * Confirms the address of a new account. The password is asked for as well: else whoever registered somebody
     * else's address before them would have an account that the owner confirms.
     */
    async verify({ token, password }: { token: string; password: string }, from: Whence): Promise<void> {
      const waiting = await database
        .selectFrom('mail_tokens')
        .select('account')
        .where('hash', '=', digestOf(token))
        .where('kind', '=', 'verify')
        .executeTakeFirst();
      if (waiting === undefined) throw new Problem('bad_mail_token');
      await assertPassword(waiting.account, password, from);
      await database.transaction().execute(async (transaction) => {
        const { account } = await take(transaction, 'verify', token);
        const verified_at = new Date(clock.nowMs());
        await transaction.updateTable('accounts').set({ verified_at }).where('id', '=', account).execute();
        await audit(transaction, { account, act: 'verified' }, from);
        await countEvent(transaction, account, { kind: 'verified', atMs: verified_at.getTime() });
      });
    },

    /**
     * The tokens of a session, or where the account has a second factor the challenge that asks for it. Throws
     * `wrong_credentials` or `too_many_attempts`.
     */
    async logIn(
      said: { email: string; password: string; as: AnswerAs },
      from: Whence,
    ): Promise<SessionTokens | Challenge> {
      const { email, password } = said;
      const key = emailKey(email);
      await attempts.assertOpen(key, from.ip);
      const account = await database
        .selectFrom('accounts')
        .select(['id', 'password_hash', 'verified_at', 'second_factor_at'])
        .where('email_key', '=', key)
        .executeTakeFirst();
      const isRight = await passwords.verify(password, account?.password_hash ?? null);
      // Whoever registers an address that has an account already, with a password of their own, could else tell by it.
      if (!isRight || !account?.verified_at) {
        await attempts.failed(key, from.ip);
        await audit(database, { account: account?.id ?? null, act: 'login_failed' }, from);
        throw new Problem('wrong_credentials');
      }
      const { id } = account;
      await attempts.succeeded(key, from.ip);
      return database.transaction().execute(async (transaction) => {
        if (account.second_factor_at !== null) {
          await audit(transaction, { account: id, act: 'second_factor_asked' }, from);
          return challenges.open(transaction, id, said.as, from);
        }
        const tokens = await sessions.open(transaction, id, from);
        const detail = { session: tokens.session };
        await audit(transaction, { account: id, act: 'logged_in', actor: `account:${id}`, detail }, from);
        return tokens;
      });
    },

    /** Who has the address gets a letter; nobody is told whether anybody has. */
    async askReset(email: string, from: Whence): Promise<void> {
      await writing(async (transaction) => {
        await audit(transaction, { account: null, act: 'password_reset_asked' }, from);
        await write(transaction, { letter: 'reset', email });
      });
    },

    /** Sets a new password by a letter's secret, and ends every session. */
    async reset({ token, password }: { token: string; password: string }, from: Whence): Promise<void> {
      const password_hash = await passwords.hash(password);
      const email = await writing(async (transaction) => {
        const { account, email } = await take(transaction, 'reset', token);
        // Whoever has the letter has the address.
        const verified_at = new Date(clock.nowMs());
        const first = transaction.updateTable('accounts').set({ verified_at }).where('id', '=', account);
        const { numUpdatedRows } = await first.where('verified_at', 'is', null).executeTakeFirst();
        if (numUpdatedRows > 0n) {
          await countEvent(transaction, account, { kind: 'verified', atMs: verified_at.getTime() });
        }
        await transaction.updateTable('accounts').set({ password_hash }).where('id', '=', account).execute();
        await transaction.deleteFrom('mail_tokens').where('account', '=', account).execute();
        await forgetChallenges(transaction, account);
        await sessions.end(transaction, account, 'all', 'password_reset');
        await audit(transaction, { account, act: 'password_reset' }, from);
        await write(transaction, { letter: 'password_changed', email });
        return email;
      });
      await attempts.clear(emailKey(email));
      await attempts.succeeded(emailKey(email), from.ip);
    },

    /** Ends all other sessions. Throws `wrong_credentials`. */
    async changePassword(caller: AccountCaller, said: { current: string; password: string }, from: Whence) {
      const { account, session } = caller;
      const { email } = await assertPassword(account, said.current, from);
      const password_hash = await passwords.hash(said.password);
      await writing(async (transaction) => {
        await transaction.updateTable('accounts').set({ password_hash }).where('id', '=', account).execute();
        await transaction.deleteFrom('mail_tokens').where('account', '=', account).execute();
        await forgetChallenges(transaction, account);
        await sessions.end(transaction, account, { not: session }, 'password_changed');
        await audit(transaction, { account, act: 'password_changed', actor: `account:${account}` }, from);
        await write(transaction, { letter: 'password_changed', email });
      });
    },

    /** The new address gets a letter; until its secret comes back, nothing changes. */
    async askEmailChange({ account }: AccountCaller, said: { password: string; email: string }, from: Whence) {
      await assertPassword(account, said.password, from);
      await writing(async (transaction) => {
        await audit(transaction, { account, act: 'email_change_asked', actor: `account:${account}` }, from);
        await write(transaction, { letter: 'change', account, email: said.email });
      });
    },

    /** By the letter's secret. Throws `email_taken`: whoever can read the letter may know. */
    async confirmEmail(token: string, from: Whence): Promise<void> {
      try {
        await writing(async (transaction) => {
          const { account, email } = await take(transaction, 'change', token);
          const own = transaction.selectFrom('accounts').where('id', '=', account).select('email');
          const before = await own.executeTakeFirstOrThrow();
          await transaction
            .updateTable('accounts')
            .set(({ eb }) => ({ email, email_key: emailKey(email), version: eb('version', '+', 1) }))
            .where('id', '=', account)
            .execute();
          await audit(transaction, { account, act: 'email_changed' }, from);
          await write(transaction, { letter: 'email_changed', email: before.email });
        });
      } catch (error) {
        if (isUniqueViolation(error)) throw new Problem('email_taken', {}, { cause: error });
        throw error;
      }
    },

    /** Ends sessions of one's own, and says how many. */
    async endSessions(caller: AccountCaller, which: Parameters<Sessions['end']>[2], act: Act, from: Whence) {
      const { account } = caller;
      return database.transaction().execute(async (transaction) => {
        const ended = await sessions.end(transaction, account, which, act);
        if (ended.length === 0) return 0;
        const detail = { sessions: ended };
        await audit(transaction, { account, act, actor: `account:${account}`, detail }, from);
        return ended.length;
      });
    },
  };
}

export type AccountService = ReturnType<typeof createAccountService>;

/** Says nothing of who it is; 80 bits. */
function newAthlete(): string {
  return `p${randomBytes(10).toString('hex')}`;
}
