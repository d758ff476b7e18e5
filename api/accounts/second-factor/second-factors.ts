import type { Transaction } from 'kysely';
import type { Clock } from '../../../runtime/clock.ts';
import type { Seal } from '../../../runtime/seal.ts';
import type { AccountCaller } from '../../caller.ts';
import type { Database, Tables } from '../../database/database.ts';
import { putOutbox } from '../../outbox/outbox.ts';
import { Problem } from '../../problem.ts';
import type { AccountService } from '../account-service.ts';
import type { Attempts } from '../attempts.ts';
import { type Act, writeAudit } from '../audit.ts';
import { LETTERS, type Letter } from '../letters.ts';
import type { Sessions, SessionTokens, Whence } from '../sessions.ts';
import { type Challenges, forgetChallenges } from './challenges.ts';
import { type Codes, createCodes, type ShownBy } from './codes.ts';
import { newTotpSecret, totpUri } from './totp.ts';

export interface SecondFactorsDeps {
  readonly database: Database;
  readonly clock: Clock;
  /** Null where there is no key for secrets: nobody sets a second factor up. */
  readonly seal: Seal | null;
  readonly accounts: Pick<AccountService, 'assertPassword'>;
  readonly sessions: Pick<Sessions, 'open' | 'end' | 'forgetCallers'>;
  readonly attempts: Attempts;
  readonly challenges: Challenges;
  /** Called after each transaction that wrote a letter. */
  readonly wakeOutbox: () => void;
}

/** As apps show whose codes they are. */
const ISSUER = 'Slipstream';
/** Under which wrong codes are counted. */
const keyOf = (account: string) => `second factor of ${account}`;

/**
 * Codes of an app on somebody's phone, besides their password (TOTP, RFC 6238).
 *
 * off → waiting: the secret is shown, once, and can be asked for anew → on: a code has confirmed it → off, by the
 * password and a code, or by an administrator.
 */
export function createSecondFactors(deps: SecondFactorsDeps) {
  const { database, clock, seal, accounts, sessions, attempts, challenges, wakeOutbox } = deps;
  const codes: Codes = createCodes({ clock, seal });

  const audit = (to: Transaction<Tables>, account: string, act: Act, from: Whence, detail = {}) =>
    writeAudit(to, { atMs: clock.nowMs(), account, act, actor: `account:${account}`, address: from.ip, detail });

  const write = (transaction: Transaction<Tables>, letter: Letter) =>
    putOutbox(transaction, LETTERS, letter, clock.nowMs());

  /**
   * Does what follows from a right code, in the transaction that takes it; null from `work` is a wrong one. Wrong ones
   * are counted as wrong passwords are, under the account: whoever guesses here has the password already. Throws
   * `wrong_code` or `too_many_attempts`.
   */
  async function guarded<T>(
    account: string,
    from: Whence,
    work: (transaction: Transaction<Tables>) => Promise<T | null>,
    actor = `account:${account}`,
  ): Promise<T> {
    const key = keyOf(account);
    await attempts.assertOpen(key, from.ip);
    const done = await database.transaction().execute(work);
    if (done === null) {
      await attempts.failed(key, from.ip);
      const entry = { atMs: clock.nowMs(), account, act: 'second_factor_failed', actor, address: from.ip } as const;
      await writeAudit(database, entry);
      throw new Problem('wrong_code');
    }
    await attempts.succeeded(key, from.ip);
    wakeOutbox();
    return done;
  }

  async function own(from: Database | Transaction<Tables>, account: string) {
    return from
      .selectFrom('accounts')
      .leftJoin('second_factors', 'second_factors.account', 'accounts.id')
      .select(['accounts.email', 'accounts.second_factor_at', 'second_factors.created_at'])
      .where('accounts.id', '=', account)
      .executeTakeFirst();
  }

  /** Throws `no_second_factor` unless it is on. */
  async function assertOn(account: string): Promise<void> {
    if (!(await own(database, account))?.second_factor_at) throw new Problem('no_second_factor');
  }

  /** Sets or takes away since when; the account is another version of itself. */
  async function turn(transaction: Transaction<Tables>, account: string, second_factor_at: Date | null) {
    return transaction
      .updateTable('accounts')
      .set(({ eb }) => ({ second_factor_at, version: eb('version', '+', 1) }))
      .where('id', '=', account)
      .returning('email')
      .executeTakeFirstOrThrow();
  }

  async function forget(transaction: Transaction<Tables>, account: string): Promise<{ email: string }> {
    await transaction.deleteFrom('recovery_codes').where('account', '=', account).execute();
    await forgetChallenges(transaction, account);
    return turn(transaction, account, null);
  }

  return {
    async read({ account, rolesToConfirm }: AccountCaller) {
      const found = await own(database, account);
      if (found === undefined) throw new Problem('bad_token');
      const { second_factor_at: at, created_at } = found;
      return {
        state: at ? ('on' as const) : created_at ? ('waiting' as const) : ('off' as const),
        isOffered: seal !== null,
        enabledMs: at?.getTime() ?? null,
        recoveryCodesLeft: at ? await codes.recoveryCodesLeft(database, account) : 0,
        neededFor: [...rolesToConfirm],
      };
    },

    /** A secret that nothing asks for yet. Throws `wrong_credentials`, `second_factor_on`, `second_factor_off`. */
    async enrol({ account }: AccountCaller, password: string, from: Whence) {
      const sealing = codes.sealing();
      const { email } = await accounts.assertPassword(account, password, from);
      const secret = newTotpSecret();
      const sealed_secret = await sealing.seal(secret, account);
      const fresh = { sealed_secret, created_at: new Date(clock.nowMs()), confirmed_at: null, last_step: null };
      await database.transaction().execute(async (transaction) => {
        const made = await transaction
          .insertInto('second_factors')
          .values({ account, ...fresh })
          .onConflict((conflict) =>
            conflict.column('account').doUpdateSet(fresh).where('second_factors.confirmed_at', 'is', null),
          )
          .returning('account')
          .executeTakeFirst();
        if (made === undefined) throw new Problem('second_factor_on');
        await audit(transaction, account, 'second_factor_enrolled', from);
      });
      return { secret, uri: totpUri(secret, { issuer: ISSUER, email }) };
    },

    /** From now on it is asked for, and all other sessions end: they have shown nothing but a password. */
    async confirm({ account, session }: AccountCaller, code: string, from: Whence) {
      const found = await own(database, account);
      if (found?.second_factor_at) throw new Problem('second_factor_on');
      if (!found?.created_at) throw new Problem('no_second_factor');
      const recoveryCodes = await guarded(account, from, async (transaction) => {
        const now = new Date(clock.nowMs());
        if (!(await codes.takeFromApp(transaction, account, code.replace(/\s/g, '')))) return null;
        const { numUpdatedRows } = await transaction
          .updateTable('second_factors')
          .set({ confirmed_at: now })
          .where('account', '=', account)
          .where('confirmed_at', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) throw new Problem('second_factor_on');
        const { email } = await turn(transaction, account, now);
        const ended = await sessions.end(transaction, account, { not: session }, 'second_factor_enabled');
        await audit(transaction, account, 'second_factor_enabled', from, { sessions: ended });
        await write(transaction, { letter: 'second_factor_on', email });
        return codes.newRecoveryCodes(transaction, account);
      });
      sessions.forgetCallers(account);
      return { recoveryCodes };
    },

    /** New recovery codes in place of the old ones. */
    async renewRecoveryCodes({ account }: AccountCaller, said: { password: string; code: string }, from: Whence) {
      await accounts.assertPassword(account, said.password, from);
      await assertOn(account);
      const recoveryCodes = await guarded(account, from, async (transaction) => {
        if ((await codes.take(transaction, account, said.code)) === null) return null;
        await audit(transaction, account, 'recovery_codes_made', from);
        return codes.newRecoveryCodes(transaction, account);
      });
      return { recoveryCodes };
    },

    /** A password is enough again. */
    async remove({ account }: AccountCaller, said: { password: string; code: string }, from: Whence): Promise<void> {
      await accounts.assertPassword(account, said.password, from);
      await assertOn(account);
      await guarded(account, from, async (transaction) => {
        const by = await codes.take(transaction, account, said.code);
        if (by === null) return null;
        await transaction.deleteFrom('second_factors').where('account', '=', account).execute();
        const { email } = await forget(transaction, account);
        await audit(transaction, account, 'second_factor_disabled', from, { by });
        await write(transaction, { letter: 'second_factor_off', email });
        return by;
      });
      sessions.forgetCallers(account);
    },

    /**
     * What an administrator does for somebody who has lost the app and all recovery codes. All their sessions end: the
     * phone may be in other hands. Not for oneself: whoever has stolen a session would be rid of the factor. Throws
     * `own_second_factor`, `unknown_account`, `no_second_factor`.
     */
    async takeAway(account: string, { actor, ip }: { actor: string; ip: string }): Promise<void> {
      if (actor === `account:${account}`) throw new Problem('own_second_factor');
      await database.transaction().execute(async (transaction) => {
        const taken = transaction.deleteFrom('second_factors').where('account', '=', account);
        const { numDeletedRows } = await taken.where('confirmed_at', 'is not', null).executeTakeFirst();
        if (numDeletedRows === 0n) {
          const isThere = (await own(transaction, account)) !== undefined;
          throw new Problem(isThere ? 'no_second_factor' : 'unknown_account');
        }
        const { email } = await forget(transaction, account);
        const act = 'second_factor_taken_away';
        const ended = await sessions.end(transaction, account, 'all', act);
        const entry = { atMs: clock.nowMs(), account, act, actor, address: ip } as const;
        await writeAudit(transaction, { ...entry, detail: { sessions: ended } });
        await write(transaction, { letter: act, email });
      });
      await attempts.clear(keyOf(account));
      sessions.forgetCallers(account);
      wakeOutbox();
    },

    /** How the session of a challenge is wanted. Throws `bad_challenge`. */
    async wantedAs(challenge: string, from: Whence): Promise<'cookie' | 'token'> {
      const found = await challenges.find(database, challenge, from);
      if (found === null) throw new Problem('bad_challenge');
      return found.as;
    },

    /** The second step of a log-in. Throws `bad_challenge`, `wrong_code` or `too_many_attempts`. */
    async completeLogIn(said: { challenge: string; code: string }, from: Whence): Promise<SessionTokens> {
      const { challenge, code } = said;
      const found = await challenges.find(database, challenge, from);
      if (found === null) throw new Problem('bad_challenge');
      const { account, email } = found;
      const complete = async (transaction: Transaction<Tables>) => {
        if (!(await challenges.tryOnce(transaction, challenge))) throw new Problem('bad_challenge');
        const by: ShownBy | null = await codes.take(transaction, account, code);
        if (by === null) return null;
        await challenges.useUp(transaction, challenge);
        const tokens = await sessions.open(transaction, account, from);
        await audit(transaction, account, 'logged_in', from, { session: tokens.session, by });
        if (by === 'recovery_code') {
          const left = await codes.recoveryCodesLeft(transaction, account);
          await write(transaction, { letter: 'recovery_code_used', email, left });
        }
        return tokens;
      };
      // Until the code is right, nobody knows who it is.
      return guarded(account, from, complete, 'stranger');
    },
  };
}

export type SecondFactors = ReturnType<typeof createSecondFactors>;
