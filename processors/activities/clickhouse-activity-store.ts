import type { ActivityRecord } from '../../schemas/activity.ts';
import type { MetricName } from '../../schemas/activity-metrics.ts';
import { channelsOf, KINDS, type Kind } from '../../schemas/channels.ts';
import type { ClickHouse } from '../clickhouse/clickhouse-client.ts';
import { effortsOf } from './activity-efforts.ts';
import type { ActivityStore, Span, StoredRow } from './activity-store.ts';
import { METRIC_VERSIONS } from './metrics/versions.ts';

/** Columns of the table that are metrics, so that lists can be filtered and summed without reading JSON. */
const NUMBERS = [
  'moving_s',
  'distance_m',
  'elevation_gain_m',
  'average_heart_rate_bpm',
  'average_power_w',
] as const satisfies readonly MetricName[];

/** What a training load is taken from, the best first: power, pace, heart rate. */
const LOADS = ['training_stress', 'running_stress', 'trimp_banister'] as const satisfies readonly MetricName[];

const at = (name: string) => `fromUnixTimestamp64Milli({${name}:Int64}, 'UTC')`;

/** Activities in ClickHouse. The client has to see every acknowledged row of the raw tables, as for the roll-ups. */
export function createClickHouseActivityStore(clickHouse: Pick<ClickHouse, 'insert' | 'select'>): ActivityStore {
  async function insert(table: string, rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return;
    const body = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'));
    await clickHouse.insert(`INSERT INTO ${table} FORMAT JSONEachRow`, [body]);
  }

  async function rowsOfKind(kind: Kind, of: { athlete: string; devices: readonly string[] }, span: Span) {
    const names = channelsOf(kind).map(({ name }) => name);
    const found = await clickHouse.select(
      `SELECT device, source, toUnixTimestamp64Milli(ts) AS ts_ms, ${names.join(', ')} FROM slipstream.${kind} FINAL
WHERE device IN {devices:Array(String)}
AND ts >= ${at('from_ms')} AND ts < ${at('until_ms')}
AND if(athlete = '', device, athlete) = {athlete:String}`,
      { devices: of.devices, athlete: of.athlete, from_ms: span.fromMs, until_ms: span.untilMs },
    );
    return found.map(
      (row): StoredRow => ({
        kind,
        device: String(row.device),
        source: String(row.source),
        tsMs: Number(row.ts_ms),
        values: names.map((name) => row[name] as number | null),
      }),
    );
  }

  return {
    async write(records, epoch) {
      // Efforts first: they show only once the revision that they belong to holds.
      await insert('slipstream.efforts', records.flatMap(effortRows));
      await insert(
        'slipstream.activities',
        records.map((record) => activityRow(record, epoch)),
      );
    },
    async overlapping(athlete, { fromMs, untilMs }) {
      const rows = await clickHouse.select(
        `SELECT id, toUnixTimestamp64Milli(start) AS from_ms, toUnixTimestamp64Milli(end) AS until_ms
FROM slipstream.activities FINAL WHERE athlete = {athlete:String} AND status != 'withdrawn'
AND start < ${at('until_ms')} AND end > ${at('from_ms')}`,
        { athlete, from_ms: fromMs, until_ms: untilMs },
      );
      return rows.map((row) => ({ id: String(row.id), fromMs: Number(row.from_ms), untilMs: Number(row.until_ms) }));
    },
    async devices(athlete, { fromMs, untilMs }) {
      const ofKind = (kind: Kind) => `SELECT DISTINCT device FROM slipstream.${kind}
WHERE ts >= ${at('from_ms')} AND ts < ${at('until_ms')} AND if(athlete = '', device, athlete) = {athlete:String}`;
      const found = await clickHouse.select(KINDS.map(ofKind).join(' UNION DISTINCT '), {
        athlete,
        from_ms: fromMs,
        until_ms: untilMs,
      });
      return found.map(({ device }) => String(device));
    },
    async rows(of, span) {
      const all = await Promise.all(KINDS.map((kind) => rowsOfKind(kind, of, span)));
      return all.flat().sort((a, b) => a.tsMs - b.tsMs);
    },
  };
}

function activityRow(record: ActivityRecord, epoch: number): object {
  const { startMs, endMs, settingsVersion, metrics, origins, ...rest } = record;
  const numbers = NUMBERS.map((name) => [name, metrics?.[name].value ?? null]);
  const load = LOADS.map((name) => metrics?.[name].value ?? null).find((value) => value !== null) ?? null;
  return {
    ...rest,
    epoch,
    // A whole number is read as ticks of the column: milliseconds.
    start: startMs,
    end: endMs,
    settings_version: settingsVersion,
    ...Object.fromEntries(numbers),
    training_load: load,
    metrics: metrics === null ? '' : JSON.stringify(metrics),
    versions: METRIC_VERSIONS,
    origins: JSON.stringify(origins),
  };
}

/** Of every kind that `activity-efforts.ts` knows, in its units. */
function effortRows(record: ActivityRecord): object[] {
  const { id, athlete, revision } = record;
  return effortsOf(record).map(({ startMs, endMs, ...effort }) => ({
    athlete,
    activity: id,
    revision,
    ...effort,
    start: startMs,
    end: endMs,
  }));
}
