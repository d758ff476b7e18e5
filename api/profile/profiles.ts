import { isDeepStrictEqual } from 'node:util';
import { sql, type Transaction } from 'kysely';
import type { Clock } from '../../runtime/clock.ts';
import type { AccountCaller } from '../caller.ts';
import type { Database, DatabaseOrTransaction, Tables } from '../database/database.ts';
import { anyOf, prepared, rowOfEach, together } from '../database/together.ts';
import { putOutbox } from '../outbox/outbox.ts';
import { Problem } from '../problem.ts';
import { requireMatch, tagOf } from '../requests/etag.ts';
import { assertProfile, settingsOf } from './rules.ts';
import type { PrivacyZone, ProfileAnswer, ProfileStatement, Visibility } from './statements.ts';

export const profileTag = ({ version }: { version: number }) => tagOf('profile', version);

/** The outbox's kind of what processors must know of an athlete. */
export const SETTINGS = 'athlete_settings';

/** Names the account alone: what is told is what holds when it is told, so nothing of who was deleted comes back. */
export interface SettingsDue {
  readonly account: string;
}

/** Nobody else sees anything until the athlete says so. */
const HIDDEN: Visibility = {
  ...{ activities: 'me', tracks: 'me', heartRate: 'me' },
  ...{ power: 'me', body: 'me', records: 'me' },
};
const LISTS = ['body', 'heart', 'thresholds'] as const;

export interface ProfilesDeps {
  readonly database: Database;
  readonly clock: Clock;
  /** Called after each transaction that has something for processors. */
  readonly wakeOutbox: () => void;
}

/** What athletes say of themselves: each sees and changes their own. */
export function createProfiles({ database, clock, wakeOutbox }: ProfilesDeps) {
  const own = together({ clock, find: (accounts: readonly string[]) => readProfiles(database, accounts) });
  return {
    /** Of an account of which nothing was said, the usual values as version 0. */
    async read({ account }: Pick<AccountCaller, 'account'>): Promise<ProfileAnswer> {
      return known(await own(account)).profile;
    },

    /**
     * Says all of it anew, for the version that was seen. What processors must know is written down in the same
     * transaction. Throws `invalid_request`, `if_match_needed` and `changed_meanwhile`.
     */
    async put(
      { account }: Pick<AccountCaller, 'account'>,
      ifMatch: string | undefined,
      change: (before: ProfileAnswer) => ProfileStatement,
    ): Promise<ProfileAnswer> {
      const after = await database.transaction().execute(async (transaction) => {
        // Of two who change it at once the second waits here, and then finds the version of the first.
        await transaction.selectFrom('accounts').select('id').where('id', '=', account).forUpdate().execute();
        const { profile: before } = known(await readProfile(transaction, account));
        requireMatch(ifMatch, profileTag(before));
        const said = change(before);
        assertProfile(said, clock.nowMs());
        await write(transaction, account, said, before.version + 1, new Date(clock.nowMs()));
        const { profile } = known(await readProfile(transaction, account));
        if (!isDeepStrictEqual(settingsOf(before), settingsOf(profile))) {
          const due: SettingsDue = { account };
          await putOutbox(transaction, SETTINGS, due, clock.nowMs());
        }
        return profile;
      });
      wakeOutbox();
      return after;
    },
  };
}

export type Profiles = ReturnType<typeof createProfiles>;

function known(found: FoundProfile | null): FoundProfile {
  // It was deleted within the seconds for which a session is remembered.
  if (found === null) throw new Problem('bad_token');
  return found;
}

interface StatementRow {
  readonly list: (typeof LISTS)[number];
  readonly from: string;
  readonly sports: string[] | null;
  readonly stated: object;
}

interface FoundProfile {
  readonly athlete: string;
  readonly profile: ProfileAnswer;
}

/** An account's profile and whose it is, in one query; null when there is no such account. */
export async function readProfile(from: DatabaseOrTransaction, account: string): Promise<FoundProfile | null> {
  return (await readProfiles(from, [account]))[0];
}

const selectProfiles = (from: DatabaseOrTransaction, accounts: readonly string[]) =>
  from
    .selectFrom('accounts')
    .modifyFront(prepared)
    .leftJoin('profiles', 'profiles.account', 'accounts.id')
    .leftJoin(statementsOfAll(from, accounts), 's.account', 'accounts.id')
    .leftJoin(zonesOfAll(from, accounts), 'z.account', 'accounts.id')
    .select([
      'accounts.id',
      'accounts.athlete',
      'profiles.version',
      'updated_at',
      'sex',
      'units',
      'language',
      'region',
      'time_zone',
    ])
    .select(['preferred_sources', 'visibility', sql<string | null>`birth_date::text`.as('birth_date')])
    .select(['s.statements', 'z.zones'])
    .where('accounts.id', '=', anyOf(accounts));

/** Of all who are asked for at once: a look for each into both tables costs PostgreSQL more than twice as much. */
const statementsOfAll = (from: DatabaseOrTransaction, accounts: readonly string[]) =>
  from
    .selectFrom('profile_statements')
    .select('account')
    .select(
      sql<StatementRow[]>`json_agg(json_build_object(
        'list', list, 'from', from_day, 'sports', sports, 'stated', stated) order by list, place)`.as('statements'),
    )
    .where('account', '=', anyOf(accounts))
    .groupBy('account')
    .as('s');

const zonesOfAll = (from: DatabaseOrTransaction, accounts: readonly string[]) =>
  from
    .selectFrom('privacy_zones')
    .select('account')
    .select(
      sql<PrivacyZone[]>`json_agg(json_build_object(
        'name', name, 'latitude', latitude, 'longitude', longitude, 'radiusM', radius_m) order by place)`.as('zones'),
    )
    .where('account', '=', anyOf(accounts))
    .groupBy('account')
    .as('z');

type ProfileRow = Awaited<ReturnType<ReturnType<typeof selectProfiles>['execute']>>[number];

async function readProfiles(from: DatabaseOrTransaction, accounts: readonly string[]) {
  const rows = await selectProfiles(from, accounts).execute();
  const found = rowOfEach(accounts, rows, ({ id }) => id);
  return found.map((row) => (row === undefined ? null : { athlete: row.athlete, profile: answerOf(row) }));
}

function answerOf(row: ProfileRow): ProfileAnswer {
  const profile = {
    ...(row.birth_date !== null && { birthDate: row.birth_date }),
    ...(row.sex !== null && { sex: row.sex }),
    ...Object.fromEntries(LISTS.map((list) => [list, statementsOf(row.statements ?? [], list)])),
    ...{ preferredSources: row.preferred_sources ?? [], units: row.units ?? 'metric', language: row.language ?? 'en' },
    ...(row.region !== null && { region: row.region }),
    ...{ timeZone: row.time_zone ?? 'UTC', privacyZones: row.zones ?? [], visibility: row.visibility ?? HIDDEN },
    ...{ version: row.version ?? 0, updatedMs: row.updated_at?.getTime() ?? null },
  };
  return profile as ProfileAnswer;
}

function statementsOf(rows: readonly StatementRow[], list: StatementRow['list']): object[] {
  const own = rows.filter((row) => row.list === list);
  return own.map(({ from, sports, stated }) => ({ from, ...(sports !== null && { sports }), ...stated }));
}

async function write(
  transaction: Transaction<Tables>,
  account: string,
  said: ProfileStatement,
  version: number,
  updated_at: Date,
): Promise<void> {
  const { units = 'metric', language = 'en', timeZone = 'UTC', visibility = HIDDEN } = said;
  const { birthDate = null, sex = null, region = null, preferredSources = [], privacyZones = [] } = said;
  const row = {
    ...{ version, updated_at, birth_date: birthDate, sex, units, language, region, time_zone: timeZone },
    ...{ preferred_sources: preferredSources, visibility: JSON.stringify(visibility) },
  };
  await transaction
    .insertInto('profiles')
    .values({ account, ...row })
    .onConflict((conflict) => conflict.column('account').doUpdateSet(row))
    .execute();
  await transaction.deleteFrom('profile_statements').where('account', '=', account).execute();
  await transaction.deleteFrom('privacy_zones').where('account', '=', account).execute();
  const statements = LISTS.flatMap((list) =>
    (said[list] ?? []).map(({ from, ...rest }, place) => {
      const { sports = null, ...stated } = rest as { sports?: string[] };
      return { account, list, place, from_day: from, sports, stated: JSON.stringify(stated) };
    }),
  );
  if (statements.length > 0) await transaction.insertInto('profile_statements').values(statements).execute();
  const zones = privacyZones.map(({ radiusM, ...zone }, place) => ({ account, place, ...zone, radius_m: radiusM }));
  if (zones.length > 0) await transaction.insertInto('privacy_zones').values(zones).execute();
}
