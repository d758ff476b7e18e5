import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkStated } from '../schemas/check-settings.ts';
import { settingsOn } from '../schemas/settings-at.ts';

test('the example in the page about settings can be stated, and holds as the page says', () => {
  const page = readFileSync(new URL('athlete-settings.md', import.meta.url), 'utf8');
  const [, json = ''] = /```json\n([\s\S]+?)```/.exec(page) ?? [];
  const stated = checkStated(JSON.parse(json));
  const { profile, gear } = settingsOn({ version: 1, ...stated }, '2026-07-01', 'trail_run');
  assert.deepEqual(
    { profile, gear: gear.map(({ name }) => name) },
    {
      profile: {
        ...{ birthDate: '1984-02-29', sex: 'female', heightCm: 170, weightKg: 60 },
        ...{ restingHeartRateBpm: 48, maxHeartRateBpm: 188, heartRateZonesBpm: [114, 133, 152, 163, 171] },
        thresholdSpeedMps: 4.1,
      },
      gear: ['The red ones'],
    },
  );
});
