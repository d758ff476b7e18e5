import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Profile, profileFields, saidProfile } from './profile-fields.ts';

const PROFILE: Profile = {
  ...{ version: 3, updatedMs: 1_000, birthDate: '1990-02-28', timeZone: 'Europe/Vienna', language: 'ru' },
  body: [{ from: '2025-01-01', weightKg: 70, heightCm: 172 }],
};

test('the form has what was said, and what is usual of what was not', () => {
  assert.deepEqual(profileFields(PROFILE), {
    ...{ birthDate: '1990-02-28', sex: '', timeZone: 'Europe/Vienna', units: 'metric', language: 'ru', region: '' },
  });
});

test('what is sent is what the form has; a country may be written small, and what was emptied is not known', () => {
  const fields = { ...profileFields(PROFILE), birthDate: '', units: 'imperial', region: ' at' };
  assert.deepEqual(JSON.parse(JSON.stringify(saidProfile(fields))), {
    ...{ timeZone: 'Europe/Vienna', units: 'imperial', language: 'ru', region: 'AT' },
  });
});
