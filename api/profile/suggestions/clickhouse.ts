import type { ClickHouseQueries } from '../../stores/clickhouse-client.ts';
import { type Evidence, type EvidenceReader, PACE_EFFORT, POWER_EFFORT } from './reader.ts';

const HELD = `SELECT id, revision, sport, start, metrics FROM slipstream.activities FINAL
  WHERE athlete = {athlete:String} AND status = 'finished'
    AND start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')`;

/** A row that was written twice is not better than itself, so efforts are read without FINAL. */
const BEST = `SELECT kind, sport, max(value), argMax((toString(activity), began), (value, -began, toString(activity)))
FROM (
  SELECT e.kind AS kind, a.sport AS sport, e.value AS value, e.activity AS activity,
    toUnixTimestamp64Milli(a.start) AS began
  FROM slipstream.efforts AS e INNER JOIN (${HELD}) AS a ON a.id = e.activity AND a.revision = e.revision
  WHERE e.athlete = {athlete:String} AND empty(e.marks)
    AND (e.kind, e.name) IN (('power', {power:String}), ('pace', {pace:String}))
  UNION ALL
  SELECT 'heartRate', sport, JSONExtractFloat(metrics, 'max_heart_rate_bpm', 'value'), id,
    toUnixTimestamp64Milli(start)
  FROM (${HELD})
  WHERE JSONExtractFloat(metrics, 'max_heart_rate_bpm', 'value') > 0
    AND empty(JSONExtract(metrics, 'max_heart_rate_bpm', 'quality', 'marks', 'Array(String)'))
)
GROUP BY kind, sport`;

/** Reads evidence in ClickHouse: one query, whose values are parameters. */
export function createClickHouseEvidenceReader({ select }: Pick<ClickHouseQueries, 'select'>): EvidenceReader {
  return {
    async best(athlete, fromMs, signal) {
      const params = { athlete, from_ms: fromMs, power: POWER_EFFORT, pace: PACE_EFFORT };
      const rows = await select(BEST, params, signal);
      return rows.map(([kind, sport, value, where]): Evidence => {
        const [activity, startMs] = where as unknown as [string, number];
        return {
          ...{ kind: kind as Evidence['kind'], sport: sport as Evidence['sport'], value: Number(value) },
          ...{ activity, startMs: Number(startMs) },
        };
      });
    },
  };
}
