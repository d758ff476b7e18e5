import type { ClickHouseQueries } from '../stores/clickhouse-client.ts';
import {
  compareCells,
  MONTH_DAYS,
  type ProductStore,
  REGULAR_SPAN_WEEKS,
  REGULAR_WEEKS,
  type RetentionOf,
  WEEK_DAYS,
} from './store.ts';

const TABLE = 'slipstream.product_events';
const DAY = 'toInt32(toDate(at))';
const WEEK = `intDiv(${DAY} + 3, 7)`;
/** What makes a week or a day count, of a retention. */
const COUNTS: Readonly<Record<RetentionOf, string>> = {
  active: `kind IN ('day_active', 'workout_logged')`,
  logging: `kind = 'workout_logged'`,
};

/**
 * One row for each person of whom it is known when they signed up. Nothing here counts rows, so an event that was
 * written twice and is not merged yet changes nothing: no FINAL.
 */
const people = (counts: string) => `(
  SELECT person, minIf(${WEEK}, kind = 'signed_up') AS signed, countIf(kind = 'verified') > 0 AS is_verified,
    arraySort(groupUniqArrayIf(${WEEK}, ${counts})) AS weeks
  FROM ${TABLE} GROUP BY person HAVING countIf(kind = 'signed_up') > 0
)`;

/** Three different weeks, the last of which is at most three after the first. */
const EVER_REGULAR = `arrayExists(
  (first, last) -> last - first < ${REGULAR_SPAN_WEEKS},
  arraySlice(weeks, 1, greatest(length(weeks) - ${REGULAR_WEEKS - 1}, 0)),
  arraySlice(weeks, ${REGULAR_WEEKS})
)`;

const FUNNEL = `SELECT count(), countIf(is_verified), countIf(is_verified AND notEmpty(weeks)),
  countIf(is_verified AND ${EVER_REGULAR})
FROM ${people(COUNTS.logging)} WHERE signed BETWEEN {from:Int32} AND {until:Int32}`;

const REGULAR = `SELECT count(), countIf(
  arrayCount(one -> one BETWEEN {first:Int32} AND {last:Int32}, weeks) >= ${REGULAR_WEEKS}
)
FROM ${people(COUNTS.logging)} WHERE is_verified AND signed < {first:Int32}`;

/** Each person is in their cohort once by itself, as week -1, and once for each week. */
const retentionSql = (of: RetentionOf) => `SELECT signed, after, count()
FROM ${people(COUNTS[of])}
ARRAY JOIN arrayPushFront(
  arrayMap(week -> week - signed, arrayFilter(week -> week >= signed AND week < {until:Int32}, weeks)), -1
) AS after
WHERE signed BETWEEN {from:Int32} AND {until:Int32}
GROUP BY signed, after`;

/** Each day on which somebody was here counts for itself and for the days after it, as long as a month is. */
const ACTIVE_DAYS = `SELECT active + later AS day, uniqExactIf(person, later = 0),
  uniqExactIf(person, later < ${WEEK_DAYS}), uniqExact(person)
FROM (
  SELECT DISTINCT person, ${DAY} AS active FROM ${TABLE}
  WHERE ${COUNTS.active} AND active BETWEEN {from:Int32} - ${MONTH_DAYS - 1} AND {until:Int32}
)
ARRAY JOIN range(${MONTH_DAYS}) AS later
WHERE day BETWEEN {from:Int32} AND {until:Int32}
GROUP BY day ORDER BY day`;

/** Events in ClickHouse, counted anew for each question. Every value is a query parameter. */
export function createClickHouseProduct({
  select,
  insert,
  command,
}: Pick<ClickHouseQueries, 'select' | 'insert' | 'command'>): ProductStore {
  return {
    async write({ person, event, kind, way, atMs }) {
      await insert(TABLE, [{ person, event, kind, way: way ?? '', at: atMs }]);
    },
    /** Rows are marked as gone at once, and leave the disk when their parts merge. */
    forget: (person) => command(`DELETE FROM ${TABLE} WHERE person = {person:UUID}`, { person }),
    async funnel(weeks) {
      const [row] = await select(FUNNEL, weeks);
      const [signedUp, verified, firstWorkout, everRegular] = row.map(Number);
      return { signedUp, verified, firstWorkout, everRegular };
    },
    async regular(week) {
      const [row] = await select(REGULAR, { first: week - REGULAR_SPAN_WEEKS, last: week - 1 });
      const [of, regular] = row.map(Number);
      return { of, regular };
    },
    async retention({ from, until, of }) {
      const rows = await select(retentionSql(of), { from, until });
      return rows
        .map((row) => row.map(Number))
        .map(([cohort, after, people]) => ({ cohort, after: after < 0 ? null : after, people }))
        .sort(compareCells);
    },
    async activeDays(days) {
      const rows = await select(ACTIVE_DAYS, days);
      return rows
        .map((row) => row.map(Number))
        .map(([day, daily, weekly, monthly]) => ({ day, daily, weekly, monthly }));
    },
  };
}
