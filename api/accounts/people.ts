import type { Selectable } from 'kysely';
import type { Clock } from '../../runtime/clock.ts';
import type { AccountCaller } from '../caller.ts';
import type { Database } from '../database/database.ts';
import { anyOf, prepared, rowOfEach, together } from '../database/together.ts';
import { Problem } from '../problem.ts';
import { requireMatch, tagOf } from '../requests/etag.ts';
import { writeAudit } from './audit.ts';
import { emailKey } from './letters.ts';
import type { Sessions } from './sessions.ts';
import type { AccountTables } from './tables.ts';

/** What a person may do besides their own training. */
export const ROLES = ['athlete', 'organiser', 'analyst', 'administrator'] as const;
export type Role = (typeof ROLES)[number];

export const accountTag = ({ version }: { version: number }) => tagOf('account', version);

const SHOWN = [
  'id',
  'athlete',
  'email',
  'verified_at',
  'roles',
  'organiser',
  'version',
  'created_at',
  'second_factor_at',
] as const;

/** An account as its owner and administrators see it. */
export function createPeople(deps: { database: Database; clock: Clock; sessions: Sessions }) {
  const { database, clock, sessions } = deps;
  const shown = () => database.selectFrom('accounts').select(SHOWN);
  const ownRow = together({
    clock,
    async find(accounts: readonly string[]) {
      const rows = await shown().modifyFront(prepared).where('id', '=', anyOf(accounts)).execute();
      return rowOfEach(accounts, rows, ({ id }) => id);
    },
  });

  return {
    async own({ account }: AccountCaller) {
      const found = await ownRow(account);
      // It was deleted within the seconds for which a session is remembered.
      if (found === undefined) throw new Problem('bad_token');
      return answerOf(found);
    },

    /** By address. Throws `unknown_account`. */
    async find(email: string) {
      const found = await shown().where('email_key', '=', emailKey(email)).executeTakeFirst();
      if (found === undefined) throw new Problem('unknown_account');
      return answerOf(found);
    },

    /** Gives and takes roles, from the version that was seen; counts at once here, within two seconds elsewhere. */
    async setRoles(
      id: string,
      { roles, organiser }: { roles: readonly Role[]; organiser: string | null },
      { ifMatch, actor, ip }: { ifMatch: string | undefined; actor: string; ip: string },
    ) {
      const changed = await database.transaction().execute(async (transaction) => {
        const own = transaction.selectFrom('accounts').select('version').where('id', '=', id).forUpdate();
        const before = await own.executeTakeFirst();
        if (before === undefined) throw new Problem('unknown_account');
        requireMatch(ifMatch, accountTag(before));
        const after = await transaction
          .updateTable('accounts')
          .set({ roles: [...roles], organiser, version: before.version + 1 })
          .where('id', '=', id)
          .returning(SHOWN)
          .executeTakeFirstOrThrow();
        const entry = { atMs: clock.nowMs(), actor, account: id, act: 'roles_changed' as const, address: ip };
        await writeAudit(transaction, { ...entry, detail: { roles: [...roles], organiser } });
        return after;
      });
      sessions.forgetCallers(id);
      return answerOf(changed);
    },
  };
}

export type People = ReturnType<typeof createPeople>;

type AccountRow = Pick<Selectable<AccountTables['accounts']>, (typeof SHOWN)[number]>;

function answerOf({ verified_at, created_at, second_factor_at, ...rest }: AccountRow) {
  const hasSecondFactor = second_factor_at !== null;
  return { ...rest, isVerified: verified_at !== null, hasSecondFactor, createdMs: created_at.getTime() };
}
