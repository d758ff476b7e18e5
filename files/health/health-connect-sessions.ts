import type { DamageCounts } from '../reasons.ts';
import { RefusedFileError } from '../reasons.ts';
import { EXERCISE_TYPE, MAX_ROUTE_POINTS, routePointOf } from './health-connect-record.ts';
import { metadataOf, type Origins, textOf } from './health-connect-rows.ts';
import {
  INTERVAL_COLUMNS,
  LAPS,
  RECORD_COLUMNS,
  ROUTE,
  SEGMENT_TYPES,
  SEGMENTS,
  SESSION_TABLE,
} from './health-connect-tables.ts';
import type { RoutePoint } from './health-record.ts';
import { type Fields, inOrder, RecordChecks } from './record-checks.ts';
import type { Row, UntrustedDatabase } from './untrusted-database.ts';
import { exerciseTypeOfPlatform } from './workout-sports.ts';

/** Of a workout, of each kind. */
const MAX_LAPS = 10_000;
const MAX_SESSIONS = 50_000;
/** What Android writes into a number that was not measured: the smallest one above zero. */
const NOT_MEASURED = Number.MIN_VALUE;

export const SESSION_COLUMNS = [...RECORD_COLUMNS, ...INTERVAL_COLUMNS, 'exercise_type'];

/** Each workout as the API says it, and where its route is. Throws RefusedFileError. */
export function* readSessions(database: UntrustedDatabase, origins: Origins) {
  const laps = createChildren(database, LAPS, 'lap_start_time');
  const segments = createChildren(database, SEGMENTS, 'segment_start_time');
  const hasRoutes = database.has(ROUTE.table, ROUTE.columns);
  let count = 0;
  for (const row of database.rows({ table: SESSION_TABLE, columns: SESSION_COLUMNS, orderBy: ['row_id'] })) {
    if (++count > MAX_SESSIONS) throw new RefusedFileError('too_many_samples', `more than ${MAX_SESSIONS} workouts`);
    const parent = row.row_id as number;
    const said = {
      ...{ recordType: EXERCISE_TYPE, metadata: metadataOf(row, origins) },
      ...{ startTime: textOf(row.start_time), endTime: textOf(row.end_time) },
      exerciseType: exerciseTypeOfPlatform(row.exercise_type),
      laps: laps.of(parent, MAX_LAPS).map(({ lap_start_time, lap_end_time }) => {
        return { startTime: textOf(lap_start_time), endTime: textOf(lap_end_time) };
      }),
      segments: segments.of(parent, MAX_LAPS).map(({ segment_start_time, segment_end_time, segment_type }) => ({
        ...{ startTime: textOf(segment_start_time), endTime: textOf(segment_end_time) },
        segmentType: SEGMENT_TYPES[segment_type as number],
      })),
    };
    yield { said, route: hasRoutes ? String(parent) : null };
  }
}

/** Routes of the workouts, asked for in the order that the workouts were told in. */
export function createRoutes(database: UntrustedDatabase, nowMs: number) {
  const children = createChildren(database, ROUTE, 'timestamp_millis');
  return {
    /** Points that break a rule are left out and counted. */
    of(route: string, damage: DamageCounts): RoutePoint[] {
      const points: RoutePoint[] = [];
      for (const row of children.of(Number(route), MAX_ROUTE_POINTS)) {
        const checks = new RecordChecks(nowMs);
        const point = routePointOf(locationOf(row), '', checks);
        if (checks.rules.length === 0) points.push(point);
        else damage.add('impossible_value');
      }
      return inOrder(points);
    },
  };
}

function locationOf({ timestamp_millis, latitude, longitude, altitude, horizontal_accuracy }: Row): Fields {
  const meters = (value: unknown) => (value === NOT_MEASURED ? undefined : { value, unit: 'meters' });
  return {
    ...{ time: textOf(timestamp_millis), latitude, longitude },
    ...{ altitude: meters(altitude), horizontalAccuracy: meters(horizontal_accuracy) },
  };
}

/**
 * Rows of a table beside the rows that they belong to, both read once, in the order of the latter: no index is needed,
 * and of each no more is in memory than a record may have.
 */
function createChildren(
  database: UntrustedDatabase,
  { table, columns }: { readonly table: string; readonly columns: readonly string[] },
  timeColumn: string,
) {
  const isThere = database.has(table, columns);
  const rows = isThere ? database.rows({ table, columns, orderBy: ['parent_key', timeColumn] }) : null;
  let next = rows?.next();
  return {
    /** At most so many, the first ones. Parents are asked for with rising numbers. */
    of(parent: number, atMost: number): Row[] {
      const found: Row[] = [];
      for (; rows !== null && next?.done === false; next = rows.next()) {
        const key = next.value.parent_key as number;
        if (key > parent) break;
        if (key === parent && found.length < atMost) found.push(next.value);
      }
      return found;
    },
  };
}
