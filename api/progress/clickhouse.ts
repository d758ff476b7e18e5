import { RECORD_KINDS } from '../../schemas/record.ts';
import type { ClickHouseQueries } from '../stores/clickhouse-client.ts';
import type { Cell } from '../stores/questdb-client.ts';
import { createInFlight } from './in-flight.ts';
import {
  compareSteps,
  MAX_STEPS,
  type MostInOne,
  type ProgressReader,
  type SpanRow,
  type SportRow,
  type StepRow,
} from './reader.ts';
import { daysOf, monthsOf, type SportDay, weeksOf } from './sport-days.ts';

const ms = (column: string) => `toUnixTimestamp64Milli(${column})`;
const SUMS = 'count(), sum(distance_m), sum(moving_s), sum(elevation_gain_m), sum(training_load)';
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
/** Everything that counts. */
const HELD = `FROM (${MEASURED_ONES} UNION ALL ${ENTERED})`;
/** The day by the athlete's clock. */
const DAY = 'toDate(start, {zone:String})';

/** Every span twice: up to its point, and whole. */
const SPANS = `SELECT span, part, sport, ${SUMS}
FROM (
  SELECT sport, ${ms('start')} AS start_ms, distance_m, moving_s, elevation_gain_m, training_load
  ${HELD} WHERE start >= fromUnixTimestamp64Milli({least_ms:Int64}, 'UTC')
)
ARRAY JOIN
  arrayEnumerate({from_ms:Array(Int64)}) AS span,
  {from_ms:Array(Int64)} AS from_ms,
  {until_ms:Array(Int64)} AS until_ms,
  {part:Array(String)} AS part
WHERE start_ms >= from_ms AND start_ms < until_ms
GROUP BY span, part, sport`;

/** What was longest needs evidence: what was entered by hand counts in sums alone. */
const most = (column: string) => `argMaxIf(
  (toString(id), ${column}), (assumeNotNull(${column}), -${ms('start')}), ${column} IS NOT NULL AND is_measured
)`;

const SPORT_DAYS = `SELECT toString(${DAY}) AS day, toString(toMonday(${DAY})) AS monday, sport, ${SUMS},
  countIf(training_load IS NULL), ${most('distance_m')}, ${most('moving_s')}
${HELD} GROUP BY day, monday, sport ORDER BY day, sport`;

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
ORDER BY begin DESC, rank LIMIT ${MAX_STEPS} BY sport, kind, name`;

/** Sums in ClickHouse. Every value is a query parameter. */
export function createClickHouseProgressReader({ select }: Pick<ClickHouseQueries, 'select'>): ProgressReader {
  const share = createInFlight<SportDay[]>();
  const sportDays = (athlete: string, zone: string, signal?: AbortSignal) =>
    share(`${athlete} ${zone}`, async () => (await select(SPORT_DAYS, { athlete, zone })).map(toSportDay), signal);

  return {
    async spans(athlete, spans, signal) {
      const twice = spans.flatMap(({ fromMs, untilMs, endMs }) => [
        { fromMs, untilMs, part: 'toPoint' },
        { fromMs, untilMs: endMs, part: 'whole' },
      ]);
      const params = {
        athlete,
        least_ms: Math.min(...spans.map(({ fromMs }) => fromMs)),
        from_ms: twice.map(({ fromMs }) => fromMs),
        until_ms: twice.map(({ untilMs }) => untilMs),
        part: twice.map(({ part }) => part),
      };
      const rows = await select(SPANS, params, signal);
      return rows.map(([place, part, ...rest]): SpanRow => {
        return { span: (Number(place) - 1) >> 1, part: part as SpanRow['part'], ...toSums(rest) };
      });
    },
    async weeks(athlete, sport, timeZone, signal) {
      return weeksOf(await sportDays(athlete, timeZone, signal), sport);
    },
    async months(athlete, timeZone, signal) {
      return monthsOf(await sportDays(athlete, timeZone, signal));
    },
    async days(athlete, timeZone, signal) {
      return daysOf(await sportDays(athlete, timeZone, signal));
    },
    async steps(athlete, sport, signal) {
      const params = { athlete, kinds: RECORD_KINDS, ...(sport !== null && { sport }) };
      return (await select(stepsSql(sport), params, signal)).map(toStep).sort(compareSteps);
    },
  };
}

function toSums([sport, activities, ...numbers]: readonly Cell[]): SportRow {
  const [distanceM, movingS, elevationGainM, trainingLoad] = numbers.map(numberOrNull);
  return {
    sport: sport as SportRow['sport'],
    activities: Number(activities),
    ...{ distanceM, movingS, elevationGainM, trainingLoad },
  };
}

const SUM_CELLS = 6;

function toSportDay([day, monday, ...rest]: Cell[]): SportDay {
  const [withoutLoad, distance, moving] = rest.slice(SUM_CELLS) as unknown as [number, Most, Most];
  return {
    ...{ day: String(day), monday: String(monday), ...toSums(rest.slice(0, SUM_CELLS)) },
    withoutLoad: Number(withoutLoad),
    longestDistance: toMost(distance),
    longestMoving: toMost(moving),
  };
}

type Most = readonly [activity: string, value: number | null];

/** Of nothing ClickHouse gives a tuple of nothing. */
function toMost([activity, value]: Most): MostInOne | null {
  return activity === '' || value === null ? null : { activity, value };
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
