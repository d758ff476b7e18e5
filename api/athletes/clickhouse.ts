import type { ClickHouseQueries } from '../stores/clickhouse-client.ts';
import type { Cell } from '../stores/questdb-client.ts';
import { type AthleteReader, compareClaims, type GearTotal, MAX_CLAIMS, type PublishedClaim } from './reader.ts';

const ms = (column: string) => `toUnixTimestamp64Milli(${column})`;

const claimsSql = (ofSport: string) => `SELECT athlete, sport, kind, name, status, revision, epoch, value,
  toString(activity), activity_revision, ${ms('start')}, ${ms('end')}, interpolated,
  replaces_activity, replaces_value, ${ms('replaces_start')}, ${ms('known_at')}
FROM slipstream.records FINAL WHERE athlete = {athlete:String}${ofSport}
ORDER BY epoch DESC, revision DESC LIMIT ${MAX_CLAIMS} BY sport, kind, name`;

const GEAR = `SELECT gear, kind, activities, marked_activities, ${ms('first_used')}, ${ms('last_used')},
  distance_m, moving_s, elevation_gain_m, impacts, wet_s, air_temperature_min_c, air_temperature_max_c
FROM slipstream.gear_totals WHERE athlete = {athlete:String} ORDER BY gear`;

/** Reads records and loads from ClickHouse. Every value is a query parameter. */
export function createClickHouseAthleteReader({ select }: Pick<ClickHouseQueries, 'select'>): AthleteReader {
  return {
    async claims(athlete, sport, signal) {
      const sql = claimsSql(sport === null ? '' : ' AND sport = {sport:String}');
      const rows = await select(sql, { athlete, ...(sport !== null && { sport }) }, signal);
      return rows.map(toClaim).sort(compareClaims);
    },
    async gear(athlete, signal) {
      return (await select(GEAR, { athlete }, signal)).map(toTotal);
    },
  };
}

function toClaim(row: Cell[]): PublishedClaim {
  const [athlete, sport, kind, name, status, revision, epoch, value, activity, activityRevision, ...rest] = row;
  const [startMs, endMs, interpolated, replacedActivity, replacedValue, replacedStartMs, knownAtMs] = rest;
  const replaces = {
    activity: String(replacedActivity),
    value: Number(replacedValue),
    startMs: Number(replacedStartMs),
  };
  return {
    athlete: String(athlete),
    sport: sport as PublishedClaim['sport'],
    kind: kind as PublishedClaim['kind'],
    name: String(name),
    status: status as PublishedClaim['status'],
    revision: Number(revision),
    epoch: Number(epoch),
    value: Number(value),
    activity: String(activity),
    activityRevision: Number(activityRevision),
    startMs: Number(startMs),
    endMs: Number(endMs),
    interpolated: numberOrNull(interpolated),
    replaces: replaces.activity === '' ? null : replaces,
    knownAtMs: Number(knownAtMs),
  };
}

function toTotal(row: Cell[]): GearTotal {
  const [gear, kind, activities, markedActivities, firstUsedMs, lastUsedMs, ...numbers] = row;
  const [distanceM, movingS, elevationGainM, impacts, wetS, min, max] = numbers.map(numberOrNull);
  return {
    gear: String(gear),
    kind: kind as GearTotal['kind'],
    activities: Number(activities),
    markedActivities: Number(markedActivities),
    firstUsedMs: Number(firstUsedMs),
    lastUsedMs: Number(lastUsedMs),
    ...{ distanceM, movingS, elevationGainM, impacts, wetS },
    airTemperatureC: min === null || max === null ? null : { min, max },
  };
}

const numberOrNull = (cell: Cell) => (cell === null ? null : Number(cell));
