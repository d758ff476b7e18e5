import type { ActivityMetrics } from '../../schemas/activity-metrics.ts';
import type { Span } from '../activities/activity-store.ts';
import { METRIC_VERSIONS } from '../activities/metrics/versions.ts';
import type { ClickHouse } from '../clickhouse/clickhouse-client.ts';

export type Versions = Readonly<Record<string, number>>;

/** A finished activity as it is stored, with the versions of what computed it. */
export interface PastActivity extends Span {
  readonly athlete: string;
  readonly id: string;
  readonly revision: number;
  readonly sport: string;
  readonly metrics: ActivityMetrics | null;
  readonly versions: Versions;
  /** Of the athlete's settings that it was computed with. */
  readonly settingsVersion: number;
}

export interface OlderQuery extends Span {
  /** Null: everybody's. */
  readonly athlete: string | null;
  /** Those computed with settings of a version below this are older ones too; 0: no settings make it older. */
  readonly settingsBelow: number;
}

/**
 * Reads the activities that hold and are not withdrawn, in the order of (athlete, id). The real one is ClickHouse, its
 * twin stands in `history-for-tests.ts`. Every call throws StoreUnavailableError and StoreRefusedError.
 */
export interface ActivityHistory {
  /** How many there are that {@link ActivityHistory.older} hands out. */
  countOlder(query: OlderQuery): Promise<number>;
  /** Those that touch the span and that an older version computed, at most `limit`, after the one named. */
  older(
    query: OlderQuery & { after: Pick<PastActivity, 'athlete' | 'id'> | null; limit: number },
  ): Promise<Pick<PastActivity, 'athlete' | 'id' | 'fromMs' | 'untilMs'>[]>;
  read(athlete: string, ids: readonly string[]): Promise<PastActivity[]>;
  /** Every device that is in any of the athlete's activities. */
  devices(athlete: string): Promise<string[]>;
}

/** Whether an older version computed something of it, and no newer one did: such a one is of a newer program. */
export function isOlder(
  { versions, settingsVersion }: Pick<PastActivity, 'versions' | 'settingsVersion'>,
  settingsBelow: number,
): boolean {
  const all = Object.entries(METRIC_VERSIONS);
  const lags = all.some(([name, version]) => (versions[name] ?? 0) < version);
  return (lags || settingsVersion < settingsBelow) && all.every(([name, version]) => (versions[name] ?? 0) <= version);
}

/** The same in SQL; what was not stored counts as version 0. */
const CURRENT = Object.entries(METRIC_VERSIONS);
const IS_OLDER = `(${CURRENT.map(([name, version]) => `versions['${name}'] < ${version}`).join(' OR ')}
  OR settings_version < {settings_below:UInt32})
  AND ${CURRENT.map(([name, version]) => `versions['${name}'] <= ${version}`).join(' AND ')}`;

const at = (name: string) => `fromUnixTimestamp64Milli({${name}:Int64}, 'UTC')`;
const TIMES = 'toUnixTimestamp64Milli(start) AS from_ms, toUnixTimestamp64Milli(end) AS until_ms';

export function createClickHouseHistory({ select }: Pick<ClickHouse, 'select'>): ActivityHistory {
  function olderOnes({ athlete, fromMs, untilMs, settingsBelow }: OlderQuery) {
    const whose = athlete === null ? '' : 'athlete = {athlete:String} AND ';
    return {
      where: `FROM slipstream.activities FINAL WHERE ${whose}status = 'finished'
  AND start < ${at('until_ms')} AND end > ${at('from_ms')} AND ${IS_OLDER}`,
      params: {
        ...{ from_ms: fromMs, until_ms: untilMs, settings_below: settingsBelow },
        ...(athlete !== null && { athlete }),
      },
    };
  }

  return {
    async countOlder(query) {
      const { where, params } = olderOnes(query);
      const [row] = await select(`SELECT count() AS n ${where}`, params);
      return Number(row.n);
    },
    async older({ after, limit, ...query }) {
      const { where, params } = olderOnes(query);
      const last = '({after_athlete:String}, {after:String})';
      const behind =
        after === null ? '' : ` AND athlete >= {after_athlete:String} AND (athlete, toString(id)) > ${last}`;
      const rows = await select(
        `SELECT athlete, toString(id) AS activity, ${TIMES} ${where}${behind}
ORDER BY athlete, id LIMIT {limit:UInt32}`,
        { ...params, limit, ...(after && { after_athlete: after.athlete, after: after.id }) },
      );
      return rows.map((row) => ({
        athlete: String(row.athlete),
        id: String(row.activity),
        fromMs: Number(row.from_ms),
        untilMs: Number(row.until_ms),
      }));
    },
    async read(athlete, ids) {
      const rows = await select(
        `SELECT toString(id) AS activity, revision, sport, ${TIMES}, metrics, settings_version,
  toJSONString(versions) AS versions_json
FROM slipstream.activities FINAL
WHERE athlete = {athlete:String} AND id IN {ids:Array(String)} AND status = 'finished'`,
        { athlete, ids },
      );
      return rows.map((row) => ({
        athlete,
        id: String(row.activity),
        revision: Number(row.revision),
        sport: String(row.sport),
        fromMs: Number(row.from_ms),
        untilMs: Number(row.until_ms),
        metrics: row.metrics === '' ? null : JSON.parse(String(row.metrics)),
        versions: JSON.parse(String(row.versions_json)),
        settingsVersion: Number(row.settings_version),
      }));
    },
    async devices(athlete) {
      const rows = await select(
        'SELECT DISTINCT arrayJoin(devices) AS device FROM slipstream.activities WHERE athlete = {athlete:String}',
        { athlete },
      );
      return rows.map(({ device }) => String(device)).sort();
    },
  };
}
