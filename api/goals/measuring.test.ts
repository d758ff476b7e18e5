import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SPAN_UNITS, type SpanUnit } from '../../schemas/athlete-progress.ts';
import { anyCounted, anyMoment, anyStated, ZONES } from '../progress/counted.arbitrary.ts';
import { type CountedActivity, createMemoryProgressReader } from '../progress/memory-reader.ts';
import { wallClock } from '../progress/naive-progress-for-tests.ts';
import type { StatedWorkout } from '../progress/stated.ts';
import { PAST_PERIODS, progressOf } from './measuring.ts';
import { GOAL_MEASURES, type GoalRow } from './tables.ts';

const DAY_MS = 86_400_000;

/** In which period the clock on the wall is, by its digits. */
function periodOf(unit: SpanUnit, wall: string): string {
  if (unit !== 'week') return wall.slice(0, unit === 'month' ? 7 : 4);
  const day = new Date(`${wall.slice(0, 10)}T00:00:00Z`);
  return new Date(day.getTime() - ((day.getUTCDay() + 6) % 7) * DAY_MS).toISOString().slice(0, 10);
}

type Done = Pick<CountedActivity, 'sport' | 'startMs' | 'distanceM' | 'movingS' | 'elevationGainM'>;

/** What counts: of each the newest, by the sport that was said, without what was taken back or removed. */
function done(activities: readonly CountedActivity[], stated: readonly StatedWorkout[]): Done[] {
  const newest = activities.filter(
    (one) => !activities.some(({ id, revision }) => id === one.id && revision > one.revision),
  );
  const said = stated.filter((one) => !stated.some(({ id, version }) => id === one.id && version > one.version));
  const measured = newest.flatMap((one): Done[] => {
    const own = said.find(({ id, source }) => id === one.id && source === 'stream');
    if (one.status === 'withdrawn' || own?.isRemoved === true) return [];
    return [{ ...one, sport: own?.sport ?? one.sport }];
  });
  const byHand = said.filter(({ source, isRemoved }) => source === 'manual' && !isRemoved);
  return [...measured, ...byHand.map((one): Done => ({ ...one, sport: one.sport! }))];
}

/** Adds up, one workout after another, what falls into a period. */
function naiveValue({ measure, sport, period }: GoalRow, all: readonly Done[], at: string, timeZone: string): number {
  let value = 0;
  for (const one of all) {
    const isOther = sport !== null && one.sport !== sport;
    if (isOther || periodOf(period, wallClock(one.startMs, timeZone)) !== at) continue;
    value += measure === 'activities' ? 1 : (one[measure] ?? 0);
  }
  return value;
}

const anyGoal = fc
  .record({
    measure: fc.constantFrom(...GOAL_MEASURES),
    period: fc.constantFrom(...SPAN_UNITS),
    sport: fc.constantFrom(null, null, 'run' as const, 'trail_run' as const),
    target: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 100_000 })),
  })
  .map((said): GoalRow => ({ id: '', account: '', version: 1, looks: 0, created_at: new Date(0), ...said }));

test('goals are as far as the workouts of their periods add up to, in whatever time zone', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyMoment.chain((nowMs) => {
        const near = fc.integer({ min: nowMs - 400 * DAY_MS, max: nowMs });
        return anyCounted('ann', fc.oneof(near, anyMoment)).chain((activities) =>
          fc.record({
            nowMs: fc.constant(nowMs),
            activities: fc.constant(activities),
            stated: anyStated('ann', activities),
          }),
        );
      }),
      fc.constantFrom(...ZONES),
      fc.array(anyGoal, { minLength: 1, maxLength: 5 }),
      async ({ nowMs, activities, stated }, timeZone, goals) => {
        const reader = createMemoryProgressReader();
        reader.insert(activities);
        for (const one of stated) await reader.write(one);
        const all = done(activities, stated);
        const found = await progressOf(reader, 'ann', goals, { nowMs, timeZone });
        assert.deepEqual(
          found.map(({ goal }) => goal),
          goals,
        );
        for (const { goal, current, past } of found) {
          const periods = [current, ...past];
          assert.equal(periods.length, 1 + PAST_PERIODS);
          assert.ok(current.fromMs <= nowMs && nowMs < current.endMs);
          assert.ok(current.expected >= 0 && current.expected < goal.target);
          for (const [i, { fromMs, endMs, value, isReached }] of periods.entries()) {
            if (i > 0) assert.equal(endMs, periods[i - 1].fromMs, 'each ends where the next begins');
            const at = periodOf(goal.period, wallClock(fromMs, timeZone));
            const expected = naiveValue(goal, all, at, timeZone);
            assert.deepEqual([value, isReached], [expected, expected >= goal.target]);
          }
        }
      },
    ),
  );
});
