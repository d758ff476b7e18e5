import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tenKilometres } from '../../../schemas/ten-kilometres-for-tests.ts';
import { Motion, type Passed, SPAN_MS } from '../motion.ts';
import { foldCut, newCutState } from './cut-course.ts';
import { foldSpeed, newSpeedState } from './impossible-speed.ts';
import { foldAbsence, newAbsenceState } from './missing-checkpoint.ts';
import { recordsOf } from './records.ts';
import { stepBetween } from './step.ts';
import { foldVehicle, newVehicleState } from './vehicle.ts';

/** A cyclist at 12 m/s, a fix a second in each of the spans that are named. */
function ride(motion: Motion, spans: readonly number[]): Motion {
  for (const span of spans) {
    for (let n = 0; n < 10; n++) {
      const atMs = span * SPAN_MS + n * 1_000;
      const positionM = (12 * atMs) / 1_000;
      motion.pass({ atMs, eastM: 0, northM: positionM, positionM, isOffCourse: false } satisfies Passed);
    }
  }
  return motion;
}

/** One that is over needs the next to begin. */
const toldAfter = (...spans: number[]) => ride(new Motion(), [...spans, spans.at(-1)! + 1]).told!;

test('a step is seen while one span at the most was missed on its way', () => {
  fc.assert(
    fc.property(fc.nat(30), fc.integer({ min: 0, max: 6 }), (first, missed) => {
      const last = toldAfter(first, first + 1);
      const step = stepBetween(last, toldAfter(first, first + 1, first + 2 + missed));
      assert.equal(step?.isUnseen, missed > 1, `${missed} missed`);
    }),
  );
});

test('of a span that is told again without what the store has of it nothing is said, however short the step', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 6 }), (stored, lacking) => {
      const spans = Array.from({ length: stored + lacking }, (_, i) => i);
      const motion = ride(new Motion(), [...spans, spans.length]);
      motion.tellAgain(motion.news.slice(0, stored));
      const step = stepBetween(motion.news.at(-2)!, motion.news.at(-1)!)!;
      assert.deepEqual([step.wayM, step.untilM - step.fromM > 100, step.isUnseen], [0, true, true]);
    }),
  );
});

test('every rule takes a step for seen or for unseen as every other does', () => {
  const { sport } = tenKilometres([]);
  const flat = { at: (positionM: number) => 100 + positionM, totalM: 10_100 };
  const last = toldAfter(0, 1);
  // A step along the course that is far longer than the way on the ground, at a runner's speed.
  const jumps = { travelledM: last.travelledM + 70, positionM: last.positionM + 130, heartRate: 150, cadence: 80 };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(6), (spans, unseenSpans) => {
      const motion = { untilMs: last.untilMs + spans * SPAN_MS, unseenMs: last.unseenMs + unseenSpans * SPAN_MS };
      const step = stepBetween(last, { ...last, ...jumps, ...motion })!;
      const [speed, cut, absence, vehicle] = [newSpeedState(), newCutState(), newAbsenceState(), newVehicleState()];
      speed.moments = [{ atMs: last.untilMs, positionM: last.positionM, wayM: 0 }];
      foldSpeed(speed, step, flat, recordsOf(sport)!);
      foldCut(cut, step, null);
      foldAbsence(absence, step);
      foldVehicle(vehicle, step, flat);
      const takesItForSeen = {
        speed: speed.moments.length === 2,
        cut: cut.gainedM > 0,
        absence: absence.absences.length === 1,
        vehicle: vehicle.usual.spans === 1,
      };
      const isSeen = unseenSpans <= 1 && unseenSpans < spans;
      assert.deepEqual(takesItForSeen, { speed: isSeen, cut: isSeen, absence: isSeen, vehicle: isSeen });
    }),
  );
});
