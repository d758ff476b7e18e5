import type { Transaction } from 'kysely';
import type { Clock } from '../../../runtime/clock.ts';
import type { Seal } from '../../../runtime/seal.ts';
import type { DatabaseOrTransaction, Tables } from '../../database/database.ts';
import { Problem } from '../../problem.ts';
import { digestRecoveryCode, isRecoveryCode, newRecoveryCode, RECOVERY_CODES } from './recovery-codes.ts';
import { totpStep } from './totp.ts';

/** By what somebody has shown who they are, besides the password. */
export type ShownBy = 'app' | 'recovery_code';

/** Codes of apps and for recovery: each is taken once, on any number of processes. */
export function createCodes({ clock, seal }: { clock: Clock; seal: Seal | null }) {
  /** Throws `second_factor_off` where there is no key to open secrets with. */
  function sealing(): Seal {
    if (seal === null) throw new Problem('second_factor_off');
    return seal;
  }

  /** A code of the app, of a step after the last one that was taken: who looks over a shoulder comes too late. */
  async function takeFromApp(transaction: Transaction<Tables>, account: string, code: string): Promise<boolean> {
    const found = await transaction
      .selectFrom('second_factors')
      .select('sealed_secret')
      .where('account', '=', account)
      .executeTakeFirst();
    if (found === undefined) return false;
    const step = totpStep(await sealing().open(found.sealed_secret, account), code, clock.nowMs());
    if (step === null) return false;
    const { numUpdatedRows } = await transaction
      .updateTable('second_factors')
      .set({ last_step: String(step) })
      .where('account', '=', account)
      .where(({ eb, or }) => or([eb('last_step', 'is', null), eb('last_step', '<', String(step))]))
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async function takeForRecovery(transaction: Transaction<Tables>, account: string, code: string): Promise<boolean> {
    const unused = await transaction
      .selectFrom('recovery_codes')
      .select('digest')
      .where('account', '=', account)
      .where('used_at', 'is', null)
      .execute();
    const found = unused.find(({ digest }) => isRecoveryCode(code, digest));
    if (found === undefined) return false;
    const { numUpdatedRows } = await transaction
      .updateTable('recovery_codes')
      .set({ used_at: new Date(clock.nowMs()) })
      .where('account', '=', account)
      .where('digest', '=', found.digest)
      .where('used_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  return {
    sealing,
    takeFromApp,

    /** Takes a code, of the app or for recovery; null for one that is wrong, was taken already or is too old. */
    async take(transaction: Transaction<Tables>, account: string, typed: string): Promise<ShownBy | null> {
      const digits = typed.replace(/\s/g, '');
      if (/^\d{6}$/.test(digits)) return (await takeFromApp(transaction, account, digits)) ? 'app' : null;
      return (await takeForRecovery(transaction, account, typed)) ? 'recovery_code' : null;
    },

    /** New codes in place of all that there were: shown now and never again. */
    async newRecoveryCodes(transaction: Transaction<Tables>, account: string): Promise<string[]> {
      await transaction.deleteFrom('recovery_codes').where('account', '=', account).execute();
      const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
      const rows = codes.map((code) => ({ account, digest: digestRecoveryCode(code), used_at: null }));
      await transaction.insertInto('recovery_codes').values(rows).execute();
      return codes;
    },

    /** How many are not used yet. */
    async recoveryCodesLeft(database: DatabaseOrTransaction, account: string): Promise<number> {
      const unused = database.selectFrom('recovery_codes').where('account', '=', account).where('used_at', 'is', null);
      const { count } = await unused.select(({ fn }) => fn.countAll<string>().as('count')).executeTakeFirstOrThrow();
      return Number(count);
    },
  };
}

export type Codes = ReturnType<typeof createCodes>;
