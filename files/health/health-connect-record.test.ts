import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapHealthConnectRecord } from './health-connect-record.ts';
import { hcRecord } from './health-for-tests.ts';

const NOW_MS = Date.UTC(2026, 11, 1);
const map = (record: object) => mapHealthConnectRecord(record as Record<string, unknown>, NOW_MS);
const at = (time: string) => Date.parse(`2026-11-30T${time}Z`);
const contentOf = (record: object) => {
  const mapped = map(record);
  assert.equal(mapped.outcome, 'taken', JSON.stringify(mapped));
  return mapped.record.content;
};
const rulesOf = (record: object) => {
  const mapped = map(record);
  assert.equal(mapped.outcome, 'broken', JSON.stringify(mapped));
  return mapped.rules;
};

test('a series of heart rates is in order, each time once, with where it comes from', () => {
  const samples = [
    { time: '2026-11-30T07:00:05Z', beatsPerMinute: 75 },
    { time: '2026-11-30T07:00:00Z', beatsPerMinute: 72 },
    { time: '2026-11-30T07:00:05Z', beatsPerMinute: 99 },
  ];
  assert.deepEqual(map(hcRecord('HeartRateRecord', { samples })), {
    outcome: 'taken',
    record: {
      ...{ id: 'hc-1', startMs: at('07:00:00'), endMs: at('07:10:00') },
      origin: { store: 'health_connect', app: 'com.example.run', device: 'Google Pixel 9' },
      content: {
        ...{ kind: 'samples', measure: 'heart_rate' },
        ...{ timesMs: [at('07:00:00'), at('07:00:05')], values: [72, 75] },
      },
    },
  });
});

test('amounts, levels and moments come in our units', () => {
  const quantity = (value: number, unit: string) => ({ value, unit });
  const time = '2026-11-30T07:00:00Z';
  const cases: [object, object][] = [
    [hcRecord('StepsRecord', { count: 120 }), { kind: 'amount', measure: 'steps', value: 120 }],
    [
      hcRecord('DistanceRecord', { distance: quantity(2, 'kilometers') }),
      { kind: 'amount', measure: 'distance', value: 2_000 },
    ],
    [
      hcRecord('ActiveCaloriesBurnedRecord', { energy: quantity(4_184, 'joules') }),
      { kind: 'amount', measure: 'active_energy', value: 1 },
    ],
    [
      hcRecord('RestingHeartRateRecord', { time, beatsPerMinute: 50 }),
      { kind: 'level', measure: 'resting_heart_rate', value: 50 },
    ],
    [
      hcRecord('OxygenSaturationRecord', { time, percentage: 96 }),
      { kind: 'samples', measure: 'spo2', timesMs: [at('07:00:00')], values: [96] },
    ],
    [
      hcRecord('StepsCadenceRecord', { samples: [{ time, rate: 170 }] }),
      { kind: 'samples', measure: 'cadence', timesMs: [at('07:00:00')], values: [85] },
    ],
    [
      hcRecord('BloodGlucoseRecord', { time, level: quantity(5.5, 'millimoles_per_liter') }),
      { kind: 'level', measure: 'blood_glucose', value: 5.5 },
    ],
  ];
  for (const [record, content] of cases) assert.deepEqual(contentOf(record), content);
});

test('a session has its sport, laps, pauses and route, a height below the sea included', () => {
  const lap = (start: string, end: string) => ({ startTime: `2026-11-30T${start}Z`, endTime: `2026-11-30T${end}Z` });
  const route = [
    {
      ...{ time: '2026-11-30T07:00:00Z', latitude: 31.5, longitude: 35.5 },
      ...{ altitude: { value: -430, unit: 'meters' }, horizontalAccuracy: { value: 5, unit: 'meters' } },
    },
  ];
  const session = hcRecord('ExerciseSessionRecord', {
    ...{ exerciseType: 56, title: 'Утро', exerciseRoute: { route } },
    laps: [lap('07:00:00', '07:05:00'), lap('07:05:00', '07:10:00')],
    segments: [
      { ...lap('07:02:00', '07:03:00'), segmentType: 39 },
      { ...lap('07:03:00', '07:04:00'), segmentType: 50 },
    ],
  });
  assert.deepEqual(contentOf(session), {
    ...{ kind: 'workout', sport: 'run', lapStartsMs: [at('07:05:00')] },
    pauses: [
      { timeMs: at('07:02:00'), type: 'pause' },
      { timeMs: at('07:03:00'), type: 'resume' },
    ],
    route: [{ timeMs: at('07:00:00'), latitude: 31.5, longitude: 35.5, altitudeM: -430, horizontalAccuracyM: 5 }],
  });
});

test('what is broken is named with its field and its rule, and types that we do not keep are told', () => {
  assert.deepEqual(rulesOf(hcRecord('StepsRecord', { count: '7' })), [{ field: 'count', rule: 'it is a number' }]);
  assert.deepEqual(rulesOf(hcRecord('DistanceRecord', { distance: 7 })), [
    { field: 'distance', rule: 'it is an object of value and unit' },
  ]);
  assert.deepEqual(
    rulesOf(hcRecord('DistanceRecord', { distance: { value: 7, unit: 'parsecs' } }))[0].field,
    'distance/unit',
  );
  assert.deepEqual(rulesOf(hcRecord('HeartRateRecord', { samples: [{ time: 'now', beatsPerMinute: 10 }] })), [
    { field: 'samples/0/time', rule: 'it is a date with its offset from UTC, as 2026-11-30T10:00:00+03:00' },
    { field: 'samples/0/beatsPerMinute', rule: 'it is 20 to 250 bpm' },
  ]);
  assert.deepEqual(rulesOf(hcRecord('ExerciseSessionRecord', {}))[0].field, 'exerciseType');
  assert.deepEqual(map(hcRecord('SleepSessionRecord', {})), { outcome: 'not_taken', type: 'SleepSessionRecord' });
});
