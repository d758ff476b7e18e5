import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hkSample, hkWorkout, UUID } from './health-for-tests.ts';
import { mapHealthKitSample } from './healthkit-sample.ts';

const NOW_MS = Date.UTC(2026, 11, 1);
const map = (sample: object) => mapHealthKitSample(sample as Record<string, unknown>, NOW_MS);
const rulesOf = (sample: object) => {
  const mapped = map(sample);
  assert.equal(mapped.outcome, 'broken', JSON.stringify(mapped));
  return mapped.rules;
};
const TEXT = 'it is a text of 1 to 200 characters, none of them a control character';
const at = (time: string) => Date.parse(`2026-11-30T${time}Z`);

test('a heart rate is a sample of its moment, with where it comes from', () => {
  assert.deepEqual(map(hkSample('HeartRate', 72, 'count/min')), {
    outcome: 'taken',
    record: {
      id: UUID,
      origin: { store: 'healthkit', app: 'Ben’s Apple Watch', device: 'Watch6,1' },
      startMs: at('07:00:00'),
      endMs: at('07:00:10'),
      content: { kind: 'samples', measure: 'heart_rate', timesMs: [at('07:00:05')], values: [72] },
    },
  });
});

test('amounts and levels come in our units', () => {
  const contentOf = (type: string, value: number, unit: string) => {
    const mapped = map(hkSample(type, value, unit));
    assert.equal(mapped.outcome, 'taken', JSON.stringify(mapped));
    return mapped.record.content;
  };
  assert.deepEqual(contentOf('StepCount', 20, 'count'), { kind: 'amount', measure: 'steps', value: 20 });
  assert.deepEqual(contentOf('DistanceWalkingRunning', 1, 'mi'), {
    kind: 'amount',
    measure: 'distance',
    value: 1_609.344,
  });
  assert.deepEqual(contentOf('ActiveEnergyBurned', 41.84, 'kJ'), {
    kind: 'amount',
    measure: 'active_energy',
    value: 10,
  });
  assert.deepEqual(contentOf('RestingHeartRate', 48, 'count/min'), {
    ...{ kind: 'level', measure: 'resting_heart_rate', value: 48 },
  });
  assert.deepEqual(contentOf('HeartRateVariabilitySDNN', 61.5, 'ms'), {
    kind: 'level',
    measure: 'hrv_sdnn',
    value: 61.5,
  });
  const middle = [at('07:00:05')];
  assert.deepEqual(contentOf('OxygenSaturation', 0.97, '%'), {
    ...{ kind: 'samples', measure: 'spo2', timesMs: middle, values: [97] },
  });
  assert.deepEqual(contentOf('RespiratoryRate', 14, 'count/min'), {
    ...{ kind: 'samples', measure: 'respiration_rate', timesMs: middle, values: [14] },
  });
});

test('a workout has its sport, its pauses, its laps and its route', () => {
  const mapped = map(hkWorkout());
  assert.equal(mapped.outcome, 'taken', JSON.stringify(mapped));
  assert.deepEqual(mapped.record.content, {
    kind: 'workout',
    sport: 'run',
    pauses: [
      { timeMs: at('07:10:00'), type: 'pause' },
      { timeMs: at('07:11:00'), type: 'resume' },
    ],
    lapStartsMs: [at('07:15:00')],
    route: [
      { timeMs: at('07:00:00'), latitude: 48.2, longitude: 16.3, altitudeM: 180, horizontalAccuracyM: 4, speedMps: 3 },
      { timeMs: at('07:00:01'), latitude: 48.2001, longitude: 16.3 },
    ],
  });
  const sportOf = (said: object) => {
    const one = map({ ...hkWorkout(), ...said });
    return one.outcome === 'taken' && one.record.content.kind === 'workout' ? one.record.content.sport : one;
  };
  assert.equal(sportOf({ workoutActivityType: 37, metadata: { HKIndoorWorkout: 1 } }), 'treadmill_run');
  assert.equal(
    sportOf({ workoutActivityType: 'HKWorkoutActivityTypeSwimming', metadata: { HKSwimmingLocationType: 2 } }),
    'open_water_swim',
  );
  assert.equal(sportOf({ workoutActivityType: 'HKWorkoutActivityTypeCurling' }), 'other');
});

test('what is broken is named with its field and its rule', () => {
  const good = hkSample('HeartRate', 72, 'count/min');
  assert.deepEqual(rulesOf({ ...good, unit: 'bananas' }), [
    { field: 'unit', rule: 'it is one of count/min, count/s, bpm, rpm' },
  ]);
  assert.deepEqual(rulesOf({ ...good, value: 300 }), [{ field: 'value', rule: 'it is 20 to 250 bpm' }]);
  assert.deepEqual(rulesOf({ ...good, value: '72' }), [{ field: 'value', rule: 'it is a number' }]);
  assert.deepEqual(rulesOf({ ...good, uuid: 'one' }), [{ field: 'uuid', rule: 'it is a UUID' }]);
  assert.deepEqual(rulesOf({ ...good, startDate: '2026-11-30 10:00:00' }), [
    { field: 'startDate', rule: 'it is a date with its offset from UTC, as 2026-11-30T10:00:00+03:00' },
  ]);
  assert.deepEqual(rulesOf({ ...good, endDate: '2026-11-30T06:00:00Z' }), [
    { field: 'endDate', rule: 'it is not before startDate' },
  ]);
  assert.deepEqual(rulesOf({ ...good, startDate: '2027-06-01T00:00:00Z', endDate: '2027-06-01T00:00:00Z' }), [
    { field: 'startDate', rule: 'it lies between 1990 and now' },
    { field: 'endDate', rule: 'it lies between 1990 and now' },
  ]);
  assert.deepEqual(rulesOf({ ...good, metadata: { HKTimeZone: 'Mars' } }), [
    { field: 'metadata/HKTimeZone', rule: 'it is a time zone of the IANA database' },
  ]);
  assert.deepEqual(rulesOf({ ...good, sourceRevision: {} }), [{ field: 'sourceRevision/source/name', rule: TEXT }]);
  assert.equal(rulesOf({ ...good, device: { model: 'a\u0000b' } })[0].field, 'device/model');
  const [point] = hkWorkout().route;
  assert.deepEqual(rulesOf({ ...hkWorkout(), workoutActivityType: -1, route: [{ ...point, latitude: 91 }] }), [
    { field: 'workoutActivityType', rule: 'it is an HKWorkoutActivityType, by name or number' },
    { field: 'route/0/latitude', rule: 'it is -90 to 90 degrees' },
  ]);
});

test('a type that we do not keep is told, and not judged', () => {
  assert.deepEqual(map({ type: 'HKCategoryTypeIdentifierSleepAnalysis' }), {
    ...{ outcome: 'not_taken', type: 'HKCategoryTypeIdentifierSleepAnalysis' },
  });
  assert.deepEqual(rulesOf({}), [{ field: 'type', rule: TEXT }, ...rulesOf({}).slice(1)]);
});
