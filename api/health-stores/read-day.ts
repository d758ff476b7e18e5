import { sql } from 'kysely';
import type { HealthStore } from '../../files/health/health-record.ts';
import { isFileSource, rankOf } from '../../schemas/source-ranks.ts';
import type { AccountCaller } from '../caller.ts';
import type { Database } from '../database/database.ts';
import { timeZoneOf } from '../goals/goals.ts';
import { daysAfter, momentOf } from '../progress/calendar.ts';
import { describeDay, type Said } from './day.ts';
import { WORKOUT } from './tables.ts';

type Owner = Pick<AccountCaller, 'account' | 'athlete'>;

/** The longest that a record lasts: what began earlier is over. */
const MAX_LENGTH_MS = 7 * 86_400_000;
/** Records of one day that are read: a phone has some thousand. */
const MAX_RECORDS = 50_000;
/** What a recorded workout says of its time. */
const OF_WORKOUTS = [
  ['distance', 'distance_m'],
  ['active_energy', 'energy_kcal'],
  ['heart_rate', 'average_heart_rate_bpm'],
] as const;

/**
 * What a day consists of: records of health stores and recorded workouts, of which for each moment the best-ranked
 * source is taken, by the same ranks by which activities merge their sources. A workout that only health stores tell of
 * is theirs, and says nothing besides.
 */
export async function readHealthDay(database: Database, { account, athlete }: Owner, day: string) {
  const timeZone = await timeZoneOf(database, account);
  const startMs = startOf(day, timeZone);
  const endMs = startOf(daysAfter(day, 1), timeZone);
  const [sources, preferred, records, workouts] = await Promise.all([
    database.selectFrom('health_sources').selectAll().where('account', '=', account).execute(),
    preferredOf(database, account),
    database
      .selectFrom('health_records')
      .select(['measure', 'source', 'start_at', 'end_at', 'value'])
      .where('account', '=', account)
      .where('withdrawn_at', 'is', null)
      .where('measure', '<>', WORKOUT)
      .where('start_at', '>=', new Date(startMs - MAX_LENGTH_MS))
      .where('start_at', '<', new Date(endMs))
      .where('end_at', '>=', new Date(startMs))
      .limit(MAX_RECORDS)
      .execute(),
    workoutsOf(database, account, startMs, endMs),
  ]);
  const names = await deviceNames(database, account);
  const rankOfName = (name: string) => {
    // Files of an athlete are all of one device, which their ranks do not depend on.
    if (isFileSource(name)) return rankOf(`files-${athlete}`, name, preferred);
    const [device, source] = splitName(name);
    return rankOf(device, source, preferred);
  };
  const isPreferred = (name: string) => {
    const [device, source] = splitName(name);
    return preferred.some((one) => one === name || one === source || one === `${device}/*`);
  };
  const ofRecords = records.map((row): Said => {
    const [fromMs, untilMs] = [row.start_at!.getTime(), row.end_at!.getTime()];
    return { measure: row.measure!, source: row.source!, startMs: fromMs, endMs: untilMs, value: row.value };
  });
  const ofWorkouts = workouts.flatMap((row): Said[] => {
    const [source] = row.sources.toSorted((a, b) => rankOfName(a) - rankOfName(b));
    const span = { startMs: row.started_at.getTime(), endMs: row.ended_at.getTime() };
    return OF_WORKOUTS.flatMap(([measure, column]) => {
      const value = row[column];
      return value === null ? [] : [{ measure, source, ...span, value: measure === 'heart_rate' ? null : value }];
    });
  });
  const told = describeDay([...ofRecords, ...ofWorkouts], { startMs, endMs }, { rankOf: rankOfName, isPreferred });
  const used = new Set([...told.measures.flatMap(({ spans }) => spans), ...told.levels].flatMap(namesIn));
  return {
    ...{ day, timeZone, startMs, endMs, isWhole: records.length < MAX_RECORDS, ...told },
    sources: [...used].sort().map((source) => describeSource(source, sources, names)),
  };
}

const namesIn = ({ source, over }: { source: string; over: readonly string[] }) => [source, ...over];

function splitName(name: string): [device: string, source: string] {
  const slash = name.indexOf('/');
  return [name.slice(0, Math.max(0, slash)), name.slice(slash + 1)];
}

/** A day begins where the clock says midnight, or as soon after it as there is such a time. */
function startOf(day: string, timeZone: string): number {
  return momentOf(`${day}T00:00`, timeZone) ?? momentOf(`${day}T01:00`, timeZone) ?? Date.parse(`${day}T00:00Z`);
}

async function preferredOf(database: Database, account: string): Promise<readonly string[]> {
  const profile = database.selectFrom('profiles').select('preferred_sources').where('account', '=', account);
  return (await profile.executeTakeFirst())?.preferred_sources ?? [];
}

/** Those that something else than the person's health stores recorded. */
function workoutsOf(database: Database, account: string, startMs: number, endMs: number) {
  return database
    .selectFrom('workouts')
    .select(['sources', 'started_at', 'ended_at', 'distance_m', 'energy_kcal', 'average_heart_rate_bpm'])
    .where('account', '=', account)
    .where('source', '=', 'stream')
    .where('state', '=', 'held')
    .where('started_at', '<', new Date(endMs))
    .where('ended_at', '>', new Date(startMs))
    .where(
      sql<boolean>`cardinality(sources) > 0 and
        not sources <@ array(select source from health_sources where account = ${account}::uuid)`,
    )
    .orderBy('started_at')
    .limit(100)
    .execute();
}

async function deviceNames(database: Database, account: string): Promise<ReadonlyMap<string, string>> {
  const rows = await database
    .selectFrom('devices')
    .select(['id', 'name', 'label'])
    .where('account', '=', account)
    .execute();
  return new Map(rows.map(({ id, name, label }) => [id, label ?? name]));
}

interface KnownSource {
  readonly source: string;
  readonly store: HealthStore;
  readonly app: string;
  readonly device: string;
}

function describeSource(source: string, known: readonly KnownSource[], names: ReadonlyMap<string, string>) {
  const own = known.find((one) => one.source === source);
  if (own !== undefined) return { source, kind: own.store, app: own.app, device: own.device };
  const [device] = splitName(source);
  if (device === '') return { source, kind: 'file' as const, app: '', device: '' };
  return { source, kind: 'device' as const, app: '', device: names.get(device) ?? device };
}
