import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SPAN_UNITS } from '../../schemas/athlete-progress.ts';
import { daysAfter, weekName } from './calendar.ts';
import { compareSpans } from './comparison.ts';
import { anyCounted, anyMoment, countedActivity, ZONES } from './counted.arbitrary.ts';
import { formUpTo } from './form.ts';
import { type CountedActivity, createMemoryProgressReader } from './memory-reader.ts';
import { isNearChange, naiveComparison, naiveStreaks, naiveSums, wallClock } from './naive-progress-for-tests.ts';
import { streaksUpTo } from './streaks.ts';
import { allSums } from './sums.ts';
import { trendsOf, weeksUpTo } from './weeks.ts';
import { yearsOf } from './years.ts';

const MINUTE_MS = 60_000;
const anyZone = fc.constantFrom(...ZONES);

/** A moment, and activities most of which fall into what it is compared with. */
const anyNow = anyMoment.chain((atMs) => {
  const nowMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
  const daysAgo = fc.constantFrom(0, 1, 2, 7, 8, 28, 29, 30, 31, 59, 60, 364, 365, 366, 371, 372, 395);
  const near = fc.tuple(daysAgo, fc.integer({ min: -1_500, max: 1_500 })).map(([days, minutes]) => {
    return nowMs - days * 86_400_000 + minutes * MINUTE_MS;
  });
  return fc.record({ nowMs: fc.constant(nowMs), given: anyCounted('ann', near) });
});

/** The revisions that hold. */
function held(given: readonly CountedActivity[]): CountedActivity[] {
  const byId = Map.groupBy(given, ({ id }) => id);
  const newest = [...byId.values()].map((all) => all.reduce((a, b) => (b.revision > a.revision ? b : a)));
  return newest.filter(({ status }) => status === 'finished');
}

test('comparisons are what the clock on the wall says in every zone, across leap days and clock changes', async () => {
  const property = fc.asyncProperty(anyNow, anyZone, async ({ nowMs, given }, timeZone) => {
    const clear = given.filter(({ startMs }) => !isNearChange(startMs, timeZone));
    fc.pre(!isNearChange(nowMs, timeZone));
    const reader = createMemoryProgressReader();
    reader.insert(clear);
    const { spans, fromRows } = compareSpans(nowMs, timeZone);
    const found = fromRows(await reader.spans('ann', spans));
    const now = wallClock(nowMs, timeZone);
    for (const [i, unit] of SPAN_UNITS.entries()) {
      const { current, last, yearAgo } = found[i];
      const sums = [current, last, ...(yearAgo === null ? [] : [yearAgo])].map(({ toPoint, whole }) => {
        return [toPoint.all, whole.all];
      });
      assert.deepEqual(sums, naiveComparison(unit, { now, timeZone }, held(clear)), unit);
      for (const { toPoint, whole, fromMs, untilMs, endMs } of [current, last]) {
        assert.ok(fromMs <= untilMs && untilMs <= endMs);
        assert.ok(toPoint.all.activities <= whole.all.activities);
      }
    }
  });
  await fc.assert(property, { numRuns: 300 });
});

test('weeks follow each other and hold what began on their days; years hold it all', async () => {
  const property = fc.asyncProperty(anyNow, anyZone, async ({ nowMs, given }, timeZone) => {
    const reader = createMemoryProgressReader();
    reader.insert(given);
    const day = (atMs: number) => wallClock(atMs, timeZone).slice(0, 10);
    const today = day(nowMs);
    const weeks = weeksUpTo(today, 60, await reader.weeks('ann', null, timeZone));
    assert.equal(weeks.length, 60);
    for (const { start, name, all } of weeks) {
      const days = Array.from({ length: 7 }, (_, i) => daysAfter(start, i));
      assert.equal(name, weekName(days[3]));
      assert.deepEqual(all, naiveSums(held(given).filter(({ startMs }) => days.includes(day(startMs)))));
    }
    assert.ok(weeks.at(-1)!.start <= today && today <= daysAfter(weeks.at(-1)!.start, 6));

    const years = yearsOf(await reader.months('ann', timeZone), 50);
    for (const { year, all, months, activeDays, bySport, longestDistance } of years) {
      const own = held(given).filter(({ startMs }) => day(startMs).startsWith(String(year)));
      assert.deepEqual(all, naiveSums(own));
      assert.equal(activeDays, new Set(own.map(({ startMs }) => day(startMs))).size);
      assert.equal(months.length, 12);
      assert.equal(
        months.reduce((sum, month) => sum + month.activities, 0),
        own.length,
      );
      assert.equal(
        bySport.reduce((sum, one) => sum + one.activities, 0),
        own.length,
      );
      const distances = own.map(({ distanceM }) => distanceM ?? 0);
      assert.equal(longestDistance?.value ?? 0, Math.max(...distances));
    }
    assert.equal(
      years.reduce((sum, { all }) => sum + all.activities, 0),
      held(given).length,
    );
  });
  await fc.assert(property, { numRuns: 100 });
});

test('streaks are those that one finds by looking at every day', () => {
  const anyDays = fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 50 }).chain((days) => {
    return fc.record({ days: fc.constant(days), today: fc.nat(62) });
  });
  fc.assert(
    fc.property(anyDays, fc.constantFrom('2024-02-10', '2026-12-01'), ({ days, today }, from) => {
      const active = days.sort((a, b) => a - b).map((days) => daysAfter(from, days));
      const now = daysAfter(from, today);
      fc.pre(active[0] <= now);
      assert.deepEqual(streaksUpTo(now, active), naiveStreaks(new Set(active), now));
    }),
    { numRuns: 500 },
  );
  const none = { current: null, longest: null };
  assert.deepEqual(streaksUpTo('2026-06-01', []), { days: none, weeks: none });
});

test('a streak goes on while today may still come', () => {
  const days = ['2026-06-05', '2026-06-06', '2026-06-07'];
  const currentOn = (today: string) => streaksUpTo(today, days).days.current?.length ?? 0;
  assert.deepEqual(['2026-06-07', '2026-06-08', '2026-06-09'].map(currentOn), [3, 3, 0]);
  assert.deepEqual(streaksUpTo('2026-06-20', days), {
    days: { current: null, longest: { length: 3, from: '2026-06-05', to: '2026-06-07' } },
    weeks: { current: null, longest: { length: 1, from: '2026-06-01', to: '2026-06-01' } },
  });
});

test('form is the same however many days are shown, and rests where nothing tells a load', () => {
  const row = (day: string, trainingLoad: number, withoutLoad = 0) => ({
    day,
    activities: 1,
    withoutLoad,
    trainingLoad,
  });
  const rows = [row('2026-05-30', 84), row('2026-06-01', 42, 1), row('2026-07-01', 1)];
  const all = formUpTo('2026-06-02', 3_660, rows);
  assert.deepEqual(all, {
    start: '2026-05-30',
    load: [84, 0, 42, 0],
    fitness: [2, 1.95, 2.91, 2.84],
    fatigue: [12, 10.29, 14.82, 12.7],
    form: [0, -10, -8.33, -11.91],
    activitiesWithoutLoad: 1,
  });
  const two = formUpTo('2026-06-02', 2, rows);
  assert.deepEqual(
    [two.start, two.load, two.fitness, two.fatigue, two.form],
    ['2026-06-01', all.load.slice(2), all.fitness.slice(2), all.fatigue.slice(2), all.form.slice(2)],
  );
  assert.equal(formUpTo('2026-05-29', 10, rows).start, null);
});

test('a trend needs eight whole weeks, counts rest, and nothing before the first activity', () => {
  const rows = Array.from({ length: 12 }, (_, i) => ({
    monday: daysAfter('2026-03-02', 7 * i),
    ...{ sport: 'run' as const, activities: 3, distanceM: 10_000 + 500 * i, movingS: null, elevationGainM: 80 },
    trainingLoad: i < 5 ? null : 100,
  }));
  const trendsOn = (today: string, given = rows) => trendsOf(weeksUpTo(today, 26, given), given[0]?.monday);
  assert.deepEqual(trendsOn('2026-05-20'), [
    { measure: 'activities', perWeek: 0, low: 0, high: 0, weeks: 11, direction: 'unclear' },
    { measure: 'distanceM', perWeek: 500, low: 500, high: 500, weeks: 11, direction: 'rising' },
    { measure: 'elevationGainM', perWeek: 0, low: 0, high: 0, weeks: 11, direction: 'unclear' },
  ]);
  assert.deepEqual(trendsOn('2026-04-26'), [], 'seven whole weeks');
  assert.deepEqual(trendsOn('2026-05-20', []), []);
  const [pausing] = trendsOn('2026-08-20');
  assert.deepEqual([pausing.weeks, pausing.direction, pausing.perWeek < 0], [24, 'unclear', true]);
});

test('sums add what was measured, and say null where nothing was', () => {
  const row = (given: object) => ({ ...countedActivity({ startMs: 0 }), activities: 1, ...given });
  const { all, bySport } = allSums([
    row({ sport: 'ride', distanceM: 1, elevationGainM: null }),
    row({ sport: 'run', distanceM: null, elevationGainM: null, activities: 2 }),
  ]);
  const common = { elevationGainM: null, movingS: 3_600, trainingLoad: 50 };
  assert.deepEqual(all, { activities: 3, distanceM: 1, ...common, movingS: 7_200, trainingLoad: 100 });
  assert.deepEqual(bySport, [
    { sport: 'run', activities: 2, distanceM: null, ...common },
    { sport: 'ride', activities: 1, distanceM: 1, ...common },
  ]);
  assert.deepEqual(allSums([]).all, { activities: 0, distanceM: 0, movingS: 0, elevationGainM: 0, trainingLoad: 0 });
});
