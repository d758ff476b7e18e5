import { RECORD_KINDS } from '../../schemas/record.ts';
import type { ClickHouseQueries } from '../stores/clickhouse-client.ts';
import type { Cell } from '../stores/questdb-client.ts';
import { type Held, type HeldActivity, heldFrom, spansOf } from './held.ts';
import { createInFlight } from './in-flight.ts';
import { compareSteps, MAX_STEPS, type ProgressReader, type StepRow } from './reader.ts';
import { daysOf, monthsOf, weeksOf } from './sport-days.ts';

const ms = (column: string) => `toUnixTimestamp64Milli(${column})`;
/** FINAL, because revisions stay side by side in the tables until their parts merge. */
const STATED = `FROM slipstream.stated_workouts FINAL WHERE athlete = {athlete:String}`;
/** Measured activities, by the sport that their athlete stated, without those that were removed. */
const MEASURED_ONES = `SELECT a.id AS id, a.revision AS revision, if(s.sport = '', a.sport, s.sport) AS sport,
  a.start AS start, a.distance_m AS distance_m, a.moving_s AS moving_s, a.elevation_gain_m AS elevation_gain_m,
  a.training_load AS training_load, true AS is_measured
FROM (
  SELECT id, revision, sport, start, distance_m, moving_s, elevation_gain_m, training_load
  FROM slipstream.activities FINAL WHERE athlete = {athlete:String} AND status = 'finished'
) AS a
LEFT JOIN (SELECT id, sport, is_removed ${STATED} AND source = 'stream') AS s ON s.id = a.id
WHERE NOT s.is_removed`;
const ENTERED = `SELECT id, toUInt64(0), sport, start, distance_m, moving_s, elevation_gain_m, NULL, false
${STATED} AND source = 'manual' AND NOT is_removed`;
/** The day by the athlete's clock. */
const DAY = 'toDate(start, {zone:String})';
/**
 * What is joined is a few thousand rows of one athlete: shared out to threads it takes the cores nearly twice as long.
 */
const SETTINGS = `SETTINGS join_algorithm = 'hash'`;

/** Everything that counts, in no order. Rows cost ClickHouse less than the sums of their days, weeks and spans. */
const HELD = `SELECT toString(id), ${ms('start')}, toString(${DAY}), toString(toMonday(${DAY})), sport,
  distance_m, moving_s, elevation_gain_m, training_load, is_measured
FROM (${MEASURED_ONES} UNION ALL ${ENTERED})`;
const HELD_SINCE = `${HELD} WHERE start >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')`;

/**
 * Efforts without FINAL: those of another revision than the one that holds join nothing, and a row that was written
 * twice is not better than itself.
 */
const stepsSql = (sport: string | null) => `SELECT
  sport, kind, name, value, toString(activity), ${ms('begin')}, ${ms('finish')}, interpolated
FROM (
  SELECT a.sport AS sport, e.kind AS kind, e.name AS name, e.value AS value, e.activity AS activity,
    e.start AS begin, e.end AS finish, e.interpolated AS interpolated, if(kind = 'distance', value, -value) AS rank,
    min(toNullable(rank)) OVER (
      PARTITION BY sport, kind, name ORDER BY begin, activity ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS best
  FROM slipstream.efforts AS e
  INNER JOIN (
    SELECT id, revision, sport FROM (${MEASURED_ONES})
    WHERE sport NOT IN ('other', 'transition')${sport === null ? '' : ' AND sport = {sport:String}'}
  ) AS a ON a.id = e.activity AND a.revision = e.revision
  WHERE e.athlete = {athlete:String} AND e.kind IN {kinds:Array(String)} AND empty(e.marks)
)
WHERE best IS NULL OR rank < best
ORDER BY begin DESC, rank LIMIT ${MAX_STEPS} BY sport, kind, name ${SETTINGS}`;

/** What holds is found by ClickHouse. Every value is a query parameter. */
export function createClickHouseProgressReader({ select }: Pick<ClickHouseQueries, 'select'>): ProgressReader {
  const share = createInFlight<Held>();
  const ask = async (sql: string, params: Readonly<Record<string, unknown>>, signal?: AbortSignal) =>
    (await select(`${sql} ${SETTINGS}`, params, signal)).map(toHeld);
  const held = (athlete: string, zone: string, signal?: AbortSignal) =>
    share(`${athlete} ${zone}`, async () => heldFrom(await ask(HELD, { athlete, zone })), signal);

  return {
    async spans(athlete, spans, signal) {
      const since_ms = Math.min(...spans.map(({ fromMs }) => fromMs));
      return spansOf(await ask(HELD_SINCE, { athlete, zone: 'UTC', since_ms }, signal), spans);
    },
    async spansBeside(athlete, spans, timeZone, signal) {
      return spansOf((await held(athlete, timeZone, signal)).activities, spans);
    },
    async weeks(athlete, sport, timeZone, signal) {
      return weeksOf((await held(athlete, timeZone, signal)).sportDays, sport);
    },
    async months(athlete, timeZone, signal) {
      return monthsOf((await held(athlete, timeZone, signal)).sportDays);
    },
    async days(athlete, timeZone, signal) {
      return daysOf((await held(athlete, timeZone, signal)).sportDays);
    },
    async steps(athlete, sport, signal) {
      const params = { athlete, kinds: RECORD_KINDS, ...(sport !== null && { sport }) };
      return (await select(stepsSql(sport), params, signal)).map(toStep).sort(compareSteps);
    },
  };
}

function toHeld(row: Cell[]): HeldActivity {
  const [id, startMs, day, monday, sport, distanceM, movingS, elevationGainM, trainingLoad, isMeasured] = row;
  return {
    ...{ id: String(id), startMs: Number(startMs), day: String(day), monday: String(monday) },
    sport: sport as HeldActivity['sport'],
    ...{ distanceM: numberOrNull(distanceM), movingS: numberOrNull(movingS) },
    ...{ elevationGainM: numberOrNull(elevationGainM), trainingLoad: numberOrNull(trainingLoad) },
    isMeasured: Boolean(isMeasured),
  };
}

function toStep(row: Cell[]): StepRow {
  const [sport, kind, name, value, activity, startMs, endMs, interpolated] = row;
  return {
    sport: sport as StepRow['sport'],
    kind: kind as StepRow['kind'],
    name: String(name),
    value: Number(value),
    activity: String(activity),
    startMs: Number(startMs),
    endMs: Number(endMs),
    interpolated: numberOrNull(interpolated),
  };
}

const numberOrNull = (cell: Cell) => (cell === null ? null : Number(cell));
