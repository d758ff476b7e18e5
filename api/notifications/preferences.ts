import type { Clock } from '../../runtime/clock.ts';
import type { Database, DatabaseOrTransaction } from '../database/database.ts';
import { anyOf, prepared, rowOfEach, together } from '../database/together.ts';
import { requireMatch, tagOf } from '../requests/etag.ts';
import { CHANNELS, type Channel, KIND_NAMES, KINDS, type KindName } from './kinds.ts';
import { type Reader, readerOf } from './languages.ts';
import { quietUntilMs } from './quiet-hours.ts';

export type KindChannels = Readonly<Record<KindName, Readonly<Record<Channel, boolean>>>>;

/** What somebody wants to be told of, how, and when not: quiet hours go by the clock of their zone. */
export interface Preferences extends Reader {
  /** 0 until somebody says something else than what holds for everybody. */
  readonly version: number;
  /** HH:MM, in which no letter is sent and nothing is pushed: it comes when they end. */
  readonly quietHours: { readonly from: string; readonly to: string } | null;
  /** What goes where, each kind and channel. */
  readonly kinds: KindChannels;
}

/** What somebody says; kinds and channels that they leave out stay as they were. */
export type SaidPreferences = Pick<Preferences, 'quietHours'> & {
  readonly kinds: Readonly<Partial<Record<KindName, Readonly<Partial<Record<Channel, boolean>>>>>>;
};

export const preferencesTag = ({ version }: { version: number }) => tagOf('notification-preferences', version);

type StoredChannels = SaidPreferences['kinds'];

/** A kind that came later goes where it goes by default. */
function allChannels(said: StoredChannels): KindChannels {
  const all = KIND_NAMES.map((name) => {
    const own = said[name] ?? {};
    return [name, Object.fromEntries(CHANNELS.map((one) => [one, own[one] ?? KINDS[name].defaults[one]]))];
  });
  return Object.fromEntries(all) as KindChannels;
}

/** Of whoever said nothing yet, which is most people. */
const USUAL = allChannels({});

interface PreferencesRow {
  readonly version: number | null;
  readonly quiet_from: string | null;
  readonly quiet_to: string | null;
  readonly channels: unknown;
  readonly language: string | null;
  readonly units: string | null;
  readonly time_zone: string | null;
}

/** Without a row what holds for everybody. */
function preferencesOf(row: PreferencesRow | undefined): Preferences {
  const [start, end] = [row?.quiet_from ?? null, row?.quiet_to ?? null];
  return {
    ...{ version: row?.version ?? 0, ...readerOf(row) },
    quietHours: start === null || end === null ? null : { from: start, to: end },
    kinds: row?.channels == null ? USUAL : allChannels(row.channels as StoredChannels),
  };
}

export function createPreferences({ database, clock }: { database: Database; clock: Clock }) {
  async function readAll(from: DatabaseOrTransaction, accounts: readonly string[]): Promise<Preferences[]> {
    const rows = await from
      .selectFrom('accounts as a')
      .modifyFront(prepared)
      .leftJoin('notification_preferences as n', 'n.account', 'a.id')
      .leftJoin('profiles as p', 'p.account', 'a.id')
      .select(['a.id', 'n.version', 'n.quiet_from', 'n.quiet_to', 'n.channels', 'p.language', 'p.units', 'p.time_zone'])
      .where('a.id', '=', anyOf(accounts))
      .execute();
    return rowOfEach(accounts, rows, ({ id }) => id).map(preferencesOf);
  }

  async function read(from: DatabaseOrTransaction, account: string): Promise<Preferences> {
    return (await readAll(from, [account]))[0];
  }

  return {
    read,
    /** As {@link read} does, for whom several ask at once. */
    own: together({ clock, find: (accounts: readonly string[]) => readAll(database, accounts) }),

    /** From the version that was seen. Throws `if_match_needed` and `changed_meanwhile`. */
    async change(account: string, said: SaidPreferences, ifMatch: string | undefined): Promise<Preferences> {
      return database.transaction().execute(async (transaction) => {
        // Two who say something for the first time meet here: there is no row yet that one could wait for.
        await transaction.selectFrom('accounts').select('id').where('id', '=', account).forUpdate().execute();
        const before = await read(transaction, account);
        requireMatch(ifMatch, preferencesTag(before));
        const { quietHours, kinds } = said;
        const merged = Object.fromEntries(
          KIND_NAMES.map((name) => [name, { ...before.kinds[name], ...kinds[name] }]),
        ) as KindChannels;
        const row = {
          ...{ version: before.version + 1, channels: JSON.stringify(merged) },
          ...{ quiet_from: quietHours?.from ?? null, quiet_to: quietHours?.to ?? null },
        };
        await transaction
          .insertInto('notification_preferences')
          .values({ account, ...row })
          .onConflict((conflict) => conflict.column('account').doUpdateSet(row))
          .execute();
        return { ...before, quietHours, version: row.version, kinds: merged };
      });
    },

    /** Until when a channel is quiet for somebody; null where something may be said now. Programs do not sleep. */
    quietUntilMs(channel: Channel, { quietHours, timeZone }: Preferences): number | null {
      if (quietHours === null || (channel !== 'email' && channel !== 'push')) return null;
      return quietUntilMs({ ...quietHours, timeZone }, clock.nowMs());
    },
  };
}

export type PreferenceStore = ReturnType<typeof createPreferences>;
