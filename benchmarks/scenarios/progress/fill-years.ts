import type { Deployment } from '../../deployment/deployment.ts';

/** An activity a day; every third one is a ride. The newest is number 0. */
export interface Years {
  readonly athletes: readonly string[];
  readonly days: number;
  /** Before this moment all of them began, ms since the epoch. */
  readonly endsMs: number;
}

export interface Statements {
  run(sql: string): Promise<void>;
}

/** Statements for the ClickHouse of a deployment. Throws what it refuses. */
export function statementsOf({ urls }: Pick<Deployment, 'urls'>, signal: AbortSignal): Statements {
  return {
    async run(sql) {
      const response = await fetch(`${urls.clickhouse}/`, { method: 'POST', body: sql, signal });
      const text = await response.text();
      if (!response.ok) throw new Error(`ClickHouse refused the years to begin with: ${text}`);
    },
  };
}

const DAY_MS = 86_400_000;
/** What an activity's metrics take as JSON; nothing here reads them, but they lie in the same table. */
const METRICS_BYTES = 8_000;

export const distanceOf = (day: number) => 5_000 + (day % 7) * 1_000;

const startOf = ({ endsMs }: Years) =>
  `fromUnixTimestamp64Milli(toInt64(${endsMs} - (number + 1) * ${DAY_MS} + (number % 12) * 3600000), 'UTC')`;
const ID = "leftPad(toString(number), 16, '0')";
const ACTIVITY = [
  ...['athlete', 'id', 'revision', 'epoch', 'status', 'origin', 'sport', 'start', 'end'],
  ...['moving_s', 'distance_m', 'elevation_gain_m', 'training_load'],
].join(', ');
const EFFORT = 'athlete, activity, revision, kind, name, value, start, end, interpolated, marks';

/** What ClickHouse makes of a number of days for one athlete; `from` are rows of `number`. */
function activitiesSql(years: Years, athlete: string, revision: number, distance: string, from: string): string {
  const start = startOf(years);
  return `INSERT INTO slipstream.activities (${ACTIVITY}, metrics)
SELECT '${athlete}', ${ID}, ${revision}, 1, 'finished', 'device', if(number % 3 = 0, 'ride', 'run'), ${start},
  ${start} + INTERVAL 1 HOUR, 3000 + number % 600, ${distance}, number % 300, 40 + number % 60,
  repeat(toString(cityHash64(number)), ${Math.ceil(METRICS_BYTES / 20)})
FROM ${from}`;
}

/** Twelve best distances or powers, and three of the whole activity; better from year to year. */
function effortsSql(years: Years, athlete: string, revision: number, from: string): string {
  const start = startOf(years);
  return `INSERT INTO slipstream.efforts (${EFFORT})
SELECT '${athlete}', ${ID}, ${revision},
  multiIf(nth >= 12, 'longest', number % 3 = 0, 'power', 'distance'),
  if(nth < 12, concat(toString(nth + 1), if(number % 3 = 0, ' s', ' km')),
    ['distance', 'duration', 'climb'][nth - 11]) AS name,
  1000 + cityHash64(number, nth) % 400 + if(number % 3 = 0, -1, 1) * number / 10,
  ${start}, ${start} + INTERVAL 10 MINUTE, 0, if(number % 10 = 0, ['gps_poor'], [])
FROM ${from} ARRAY JOIN range(15) AS nth`;
}

/** Fills both tables; of every fifth activity an older revision comes later than the one that holds. */
export async function fillYears(clickhouse: Statements, years: Years): Promise<void> {
  for (const athlete of years.athletes) {
    const all = `numbers(${years.days})`;
    const fifth = `(SELECT number FROM ${all} WHERE number % 5 = 0)`;
    await clickhouse.run(activitiesSql(years, athlete, 40, '5000 + (number % 7) * 1000', all));
    await clickhouse.run(activitiesSql(years, athlete, 20, '1', fifth));
    await clickhouse.run(effortsSql(years, athlete, 40, all));
    await clickhouse.run(effortsSql(years, athlete, 20, fifth));
  }
}

/** A later revision of one activity of the first athlete, as late data makes it: another distance, the same efforts. */
export async function revise(
  clickhouse: Statements,
  years: Years,
  { day, revision, distanceM }: { day: number; revision: number; distanceM: number },
): Promise<void> {
  const one = `numbers(${day}, 1)`;
  const [athlete] = years.athletes;
  await clickhouse.run(effortsSql(years, athlete, revision, one));
  await clickhouse.run(activitiesSql(years, athlete, revision, String(distanceM), one));
}
