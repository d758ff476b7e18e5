import type { ActivityRecord } from '../../schemas/activity.ts';
import { NO_ORIGINS } from '../../schemas/activity-origins.ts';
import type { ClickHouseQueries } from '../stores/clickhouse-client.ts';
import type { Cell } from '../stores/questdb-client.ts';
import { type ActivityReader, type ListedActivity, type ListQuery, SUMMARY_METRICS } from './reader.ts';

const COLUMNS = [
  'toString(id) AS id_text',
  'athlete',
  'revision',
  'status',
  'origin',
  'sport',
  'toUnixTimestamp64Milli(start) AS start_ms',
  'toUnixTimestamp64Milli(end) AS end_ms',
  'follows',
  'toJSONString(devices) AS devices_json',
  'settings_version',
];

/** FINAL, because revisions stay side by side in the table until its parts merge. */
const HELD = `FROM slipstream.activities FINAL WHERE athlete = {athlete:String} AND status != 'withdrawn'`;
const time = (name: string) => `fromUnixTimestamp64Milli({${name}:Int64}, 'UTC')`;

/** Reads activities from ClickHouse. Every value is a query parameter. */
export function createClickHouseActivityReader({ select }: Pick<ClickHouseQueries, 'select'>): ActivityReader {
  return {
    async list(query, signal) {
      return (await select(listSql(query), listParams(query), signal)).map(toListed);
    },
    async read(athlete, id, signal) {
      const sql = `SELECT ${COLUMNS.join(', ')}, metrics, toJSONString(versions), origins ${HELD} AND id = {id:String}`;
      const [row] = await select(sql, { athlete, id }, signal);
      if (row === undefined) return null;
      const [metrics, versions, origins] = row.slice(COLUMNS.length).map(String);
      return {
        ...toRecord(row),
        metrics: metrics === '' ? null : JSON.parse(metrics),
        versions: JSON.parse(versions),
        origins: origins === '' ? NO_ORIGINS : JSON.parse(origins),
      };
    },
  };
}

function listSql({ sport, after }: ListQuery): string {
  // What a list does not show stays in the store: whole metrics are some 10 KB each.
  const summary = SUMMARY_METRICS.map((name) => `JSONExtractRaw(metrics, '${name}')`);
  const ofSport = sport === null ? '' : ' AND sport = {sport:String}';
  const start = time('after_ms');
  const older = after === null ? '' : ` AND (start < ${start} OR (start = ${start} AND id < {after_id:String}))`;
  return `SELECT ${[...COLUMNS, ...summary].join(', ')} ${HELD} AND start >= ${time('from_ms')}
    AND start < ${time('to_ms')}${ofSport}${older} ORDER BY start DESC, id DESC LIMIT {limit:UInt32}`;
}

function listParams({ athlete, sport, fromMs, toMs, after, limit }: ListQuery): Record<string, unknown> {
  return {
    athlete,
    from_ms: fromMs,
    to_ms: toMs,
    limit,
    ...(sport !== null && { sport }),
    ...(after && { after_ms: after.startMs, after_id: after.id }),
  };
}

function toListed(row: Cell[]): ListedActivity {
  const cells = row.slice(COLUMNS.length).map(String);
  const summary = SUMMARY_METRICS.flatMap((name, i) => (cells[i] === '' ? [] : [[name, JSON.parse(cells[i])]]));
  return { ...toRecord(row), summary: Object.fromEntries(summary) };
}

function toRecord(row: Cell[]): Omit<ActivityRecord, 'metrics' | 'origins'> {
  const [id, athlete, revision, status, origin, sport, startMs, endMs, follows, devices, settings] = row;
  return {
    id: String(id),
    athlete: String(athlete),
    revision: Number(revision),
    status: status as ActivityRecord['status'],
    origin: origin as ActivityRecord['origin'],
    sport: sport as ActivityRecord['sport'],
    startMs: Number(startMs),
    endMs: Number(endMs),
    follows: String(follows),
    devices: JSON.parse(String(devices)),
    settingsVersion: Number(settings),
  };
}
