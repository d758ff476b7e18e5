import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SPORTS } from '../../schemas/events.ts';
import { UNIT_SYSTEMS, type Units } from '../units.ts';
import { type EnteredWorkout, VISIBILITIES } from './workout-api.ts';
import { enteredFrom, fieldsOf, freshFields } from './workout-fields.ts';

const orNull = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null });
const whole = (max: number) => fc.integer({ min: 0, max });
const entered: fc.Arbitrary<EnteredWorkout> = fc.record({
  sport: fc.constantFrom(...SPORTS),
  localStart: fc.constant('2026-06-08T18:30'),
  timeZone: fc.constant('Europe/Vienna'),
  durationS: fc.integer({ min: 1, max: 600_000 }),
  distanceM: orNull(whole(20_000_000).map((tenths) => tenths / 10)),
  climbM: orNull(whole(30_000)),
  averageHeartRateBpm: orNull(fc.integer({ min: 20, max: 260 })),
  energyKcal: orNull(whole(50_000)),
  name: fc.string().map((text) => text.trim()),
  notes: fc.string().map((text) => text.trim()),
  effort: orNull(fc.integer({ min: 1, max: 10 })),
  visibility: fc.constantFrom(...VISIBILITIES),
});

const units = fc.constantFrom(...(Object.keys(UNIT_SYSTEMS) as Units[]));

test('what was entered is in the form as it was, to the tenth of a metre, in whatever units the form is', () => {
  fc.assert(
    fc.property(entered, units, (one, inThese) => {
      assert.deepEqual(enteredFrom(fieldsOf(one, inThese), one.timeZone), { ...one });
    }),
  );
});

test('a form in miles and feet is sent in metres', () => {
  const fields = { ...freshFields(0, 0, 'imperial'), distance: '26.2', climb: '1000' };
  const { distanceM, climbM } = enteredFrom(fields, 'UTC');
  assert.deepEqual([distanceM, climbM], [42_164.8, 304.8]);
});

test('an empty number is unknown, and never zero', () => {
  const { distanceM, climbM, averageHeartRateBpm, energyKcal, effort } = enteredFrom(
    freshFields(0, 0, 'metric'),
    'UTC',
  );
  assert.deepEqual([distanceM, climbM, averageHeartRateBpm, energyKcal, effort], [null, null, null, null, null]);
});

test('a fresh form begins an hour ago by the clock of the place, at a quarter', () => {
  const nowMs = Date.UTC(2026, 5, 8, 12, 20);
  assert.equal(freshFields(nowMs, -120, 'metric').localStart, '2026-06-08T13:15');
  assert.equal(freshFields(nowMs, 240, 'metric').localStart, '2026-06-08T07:15');
});
