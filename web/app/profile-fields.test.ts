import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Profile, profileFields, saidProfile } from './profile-fields.ts';

const TODAY = '2026-06-08';
const PROFILE = {
  ...{
    version: 3,
    updatedMs: 1_000,
    birthDate: '1990-02-28',
    timeZone: 'Europe/Vienna',
    units: 'metric',
    language: 'ru',
  },
  body: [
    { from: '2025-01-01', weightKg: 70, heightCm: 172 },
    { from: '2026-03-01', weightKg: 68.5 },
  ],
  heart: [
    { from: '2025-01-01', maxHeartRateBpm: 190 },
    { from: '2026-01-01', sports: ['ride'], maxHeartRateBpm: 184 },
  ],
  privacyZones: [{ name: 'home', latitude: 48, longitude: 16, radiusM: 200 }],
} satisfies Profile & { privacyZones: object[] };

test('the form has the newest number of each, of every sport', () => {
  assert.deepEqual(profileFields(PROFILE, TODAY), {
    ...{ birthDate: '1990-02-28', sex: '', timeZone: 'Europe/Vienna', units: 'metric', language: 'ru', region: '' },
    ...{ weightKg: '68.5', heightCm: '172', restingHeartRateBpm: '' },
    ...{ maxHeartRateBpm: '190', thresholdHeartRateBpm: '' },
  });
});

test('what nobody touched goes back as it came', () => {
  const { version: _, updatedMs: __, ...rest } = PROFILE;
  const said = saidProfile(PROFILE, profileFields(PROFILE, TODAY), TODAY);
  assert.deepEqual(JSON.parse(JSON.stringify(said)), rest);
});

test('a number that changed holds from today, and what held before stays; twice a day is one row', () => {
  const fields = { ...profileFields(PROFILE, TODAY), weightKg: '67', maxHeartRateBpm: '188', heightCm: '' };
  const said = saidProfile(PROFILE, fields, TODAY) as Profile;
  assert.deepEqual(said.body, [...PROFILE.body, { from: TODAY, weightKg: 67 }]);
  assert.deepEqual(said.heart, [...PROFILE.heart, { from: TODAY, maxHeartRateBpm: 188 }]);
  const again = { ...said, version: 4, updatedMs: 2_000 };
  const later = { ...profileFields(again, TODAY), weightKg: '67.2', restingHeartRateBpm: '48' };
  const row = { from: TODAY, weightKg: 67.2, restingHeartRateBpm: 48 };
  assert.deepEqual((saidProfile(again, later, TODAY) as Profile).body, [...PROFILE.body, row]);
});
