import { RECORD_KINDS } from '../../../schemas/record.ts';
import type { ClickHouse } from '../../clickhouse/clickhouse-client.ts';
import { METRIC_VERSIONS } from '../metrics/versions.ts';
import type { Candidate, NewestClaim, RecordStore, StoredClaim } from './record-store.ts';

type Row = Record<string, unknown>;

const ms = (column: string) => `toUnixTimestamp64Milli(${column})`;
const OF_ATHLETES = 'athlete IN {athletes:Array(String)}';

const CLAIM = `athlete, sport, kind, name, revision, epoch, seq, status, value,
  toString(activity) AS activity_id, activity_revision, ${ms('start')} AS start_ms, ${ms('end')} AS end_ms,
  interpolated, replaces_activity, replaces_value, ${ms('replaces_start')} AS replaces_start_ms,
  ${ms('known_at')} AS known_at_ms`;

const SINCE = `SELECT ${CLAIM} FROM slipstream.records FINAL WHERE ${OF_ATHLETES} AND seq >= {seq:UInt64}`;

const NEWEST = `WITH newest AS (
  SELECT *, max(revision) OVER (PARTITION BY athlete, sport, kind, name) AS last_revision
  FROM slipstream.records FINAL WHERE ${OF_ATHLETES}
  ORDER BY epoch DESC, revision DESC LIMIT 1 BY athlete, sport, kind, name
)
SELECT ${CLAIM}, last_revision,
  (athlete, activity) IN (
    SELECT athlete, id FROM slipstream.activities FINAL
    WHERE ${OF_ATHLETES} AND id IN (SELECT activity FROM newest) AND status = 'finished'
  ) AS is_finished
FROM newest`;

const BEST = `SELECT e.athlete AS athlete, a.sport AS sport, e.kind AS kind, e.name AS name, e.value AS value,
  toString(e.activity) AS activity_id, e.revision AS activity_revision,
  ${ms('e.start')} AS start_ms, ${ms('e.end')} AS end_ms, e.interpolated AS interpolated
FROM slipstream.efforts AS e FINAL
INNER JOIN (
  SELECT athlete, id, revision, sport FROM slipstream.activities FINAL
  WHERE ${OF_ATHLETES} AND status = 'finished' AND sport NOT IN ('other', 'transition')
) AS a ON a.athlete = e.athlete AND a.id = e.activity AND a.revision = e.revision
WHERE e.athlete IN {athletes:Array(String)} AND e.kind IN {kinds:Array(String)} AND empty(e.marks)
AND (e.kind = 'longest' OR toString(e.activity) NOT IN {live:Array(String)})
ORDER BY if(e.kind = 'distance', e.value, -e.value), start_ms, activity_id
LIMIT 1 BY athlete, sport, kind, name`;

/** Records in ClickHouse. */
export function createClickHouseRecordStore(clickHouse: Pick<ClickHouse, 'insert' | 'select'>): RecordStore {
  return {
    async newest(athletes) {
      if (athletes.length === 0) return [];
      return (await clickHouse.select(NEWEST, { athletes })).map(toNewest);
    },
    async since(athletes, seq) {
      if (athletes.length === 0) return [];
      return (await clickHouse.select(SINCE, { athletes, seq })).map(toClaim);
    },
    async best(athletes, live) {
      if (athletes.length === 0) return [];
      return (await clickHouse.select(BEST, { athletes, live, kinds: RECORD_KINDS })).map(toCandidate);
    },
    async write(claims) {
      if (claims.length === 0) return;
      const body = Buffer.from(claims.map((claim) => JSON.stringify(toRow(claim))).join('\n'));
      await clickHouse.insert('INSERT INTO slipstream.records FORMAT JSONEachRow', [body]);
    },
  };
}

/** A whole number is read as ticks of a time column: milliseconds. */
function toRow(claim: StoredClaim): Row {
  const { athlete, sport, kind, name, revision, epoch, seq, status, value, interpolated, activity, replaces } = claim;
  return {
    ...{ athlete, sport, kind, name, revision, epoch, seq, status, value, interpolated, activity },
    activity_revision: claim.activityRevision,
    start: claim.startMs,
    end: claim.endMs,
    replaces_activity: replaces?.activity ?? '',
    replaces_value: replaces?.value ?? null,
    replaces_start: replaces?.startMs ?? null,
    known_at: claim.knownAtMs,
    versions: METRIC_VERSIONS,
  };
}

function toCandidate(row: Row): Candidate {
  return {
    athlete: String(row.athlete),
    sport: row.sport as Candidate['sport'],
    kind: row.kind as Candidate['kind'],
    name: String(row.name),
    value: Number(row.value),
    activity: String(row.activity_id),
    activityRevision: Number(row.activity_revision),
    startMs: Number(row.start_ms),
    endMs: Number(row.end_ms),
    interpolated: row.interpolated as number | null,
  };
}

function toClaim(row: Row): StoredClaim {
  const replaces = {
    value: Number(row.replaces_value),
    activity: String(row.replaces_activity),
    startMs: Number(row.replaces_start_ms),
  };
  return {
    ...toCandidate(row),
    status: row.status as StoredClaim['status'],
    revision: Number(row.revision),
    epoch: Number(row.epoch),
    seq: Number(row.seq),
    knownAtMs: Number(row.known_at_ms),
    replaces: row.replaces_activity === '' ? null : replaces,
  };
}

function toNewest(row: Row): NewestClaim {
  return { ...toClaim(row), lastRevision: Number(row.last_revision), isFinished: Boolean(row.is_finished) };
}
