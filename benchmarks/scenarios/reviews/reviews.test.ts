import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COURSE_SHAPES } from '../../../device-sim/race/race-courses.ts';
import { gradeReviewDay } from './review-day.ts';
import { GRADED_RANGES, gradeDeeds } from './reviews.ts';

/** Few, so that it is soon done; the benchmark has thousands. */
const FIELD = { honest: 12, each: 2, lengthM: 4_000, ranges: GRADED_RANGES };

test('whoever cuts, is driven or sprints is in the queue, and who runs is not, on courses of every shape', () => {
  const days = COURSE_SHAPES.map((shape) =>
    gradeReviewDay({ ...FIELD, seed: `reviews of the unit tests, ${shape}`, shape, receiver: 'white' }),
  );
  const grades = gradeDeeds(days.flatMap(({ reviewed }) => reviewed));
  const of = (name: string) => grades.find(({ deed }) => deed === name)!;
  assert.deepEqual({ athletes: of('honest').athletes, queued: of('honest').queued }, { athletes: 48, queued: 0 });
  for (const deed of ['cut', 'driven', 'driven with a sensor', 'sprint']) {
    const { athletes, caught } = of(deed);
    assert.ok(athletes >= 4 && caught >= athletes - 1, `${deed}: ${caught} of ${athletes}`);
  }
});
