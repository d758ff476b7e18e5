import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anySettings } from './athlete-settings.arbitrary.ts';
import {
  checkStated,
  encodeAthleteSettings,
  parseAthleteSettings,
  parseJson,
  SettingsError,
} from './check-settings.ts';
import { keys } from './names.ts';
import type { SettingsProblem } from './settings-rules.ts';

test('settings are read as they were written, and their key names the same athlete', () => {
  fc.assert(
    fc.property(anySettings, fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/), (settings, athlete) => {
      assert.deepEqual(parseAthleteSettings(encodeAthleteSettings(settings)), settings);
      assert.equal(keys.parseAthleteSettings(keys.athleteSettings(athlete)), athlete);
    }),
  );
  for (const key of ['athlete', 'athlete.', 'athlete.a.b', 'athletes.a', 'priority.athlete.a']) {
    assert.equal(keys.parseAthleteSettings(key), null, key);
  }
});

const from = '2026-01-01';
const shoes = { id: 'red', kind: 'shoes', name: 'Red', defaultFor: ['run'], from };

test('what cannot be is refused, each broken rule by its field', () => {
  const refused: [unknown, SettingsProblem[]][] = [
    [7, [{ field: '', rule: 'must be object' }]],
    [{ ftp: 250 }, [{ field: 'ftp', rule: 'is not a setting' }]],
    [{ sex: 'x' }, [{ field: 'sex', rule: 'must be one of female, male' }]],
    [{ birthDate: '2025-02-29' }, [{ field: 'birthDate', rule: 'must be a day that exists, as 2026-03-01' }]],
    [{ timeZone: 'Mars/Olympus' }, [{ field: 'timeZone', rule: 'is none that is known: Mars/Olympus' }]],
    [
      { body: [{ weightKg: 5 }, { from, weightKg: '70' }] },
      [
        { field: 'body[0].from', rule: 'is missing' },
        { field: 'body[0].weightKg', rule: 'must be >= 20' },
        { field: 'body[1].weightKg', rule: 'must be number' },
      ],
    ],
    [
      { body: [{ from }], heart: [{ from, sports: ['run'] }] },
      [
        { field: 'body[0]', rule: 'states nothing' },
        { field: 'heart[0]', rule: 'states nothing' },
      ],
    ],
    [
      { wet: [{ from: '2026-01-31T08:00:00Z', until: '2026-01-31T09:00:00+01:00', isWet: true }] },
      [{ field: 'wet[0].until', rule: 'must be after 2026-01-31T08:00:00Z' }],
    ],
    [{ thresholds: [{ from, ftpW: 250 }] }, [{ field: 'thresholds[0].sports', rule: 'is missing' }]],
    [
      { heart: [{ from, heartRateZonesBpm: [100, 120, 120] }] },
      [{ field: 'heart[0].heartRateZonesBpm', rule: 'must rise: 100, 120, 120' }],
    ],
    [
      {
        heart: [
          { from, sports: ['run', 'ride'], maxHeartRateBpm: 190 },
          { from, maxHeartRateBpm: 190 },
          { from, sports: ['ride'], maxHeartRateBpm: 188 },
        ],
      },
      [{ field: 'heart[2].maxHeartRateBpm', rule: 'is stated in heart[0] too' }],
    ],
    [
      { gear: [shoes, { ...shoes, name: 'Blue' }, { ...shoes, id: 'old', from: '2025-01-01', until: '2025-01-01' }] },
      [
        { field: 'gear[1].id', rule: 'is the same as of gear[0]: red' },
        { field: 'gear[2].until', rule: 'must be after 2025-01-01' },
        { field: 'gear[1].from', rule: 'is that of gear[0], of the same shoes' },
      ],
    ],
    [{ preferredSources: ['gps', 'watch/GPS'] }, [{ field: 'preferredSources[1]', rule: 'must match pattern' }]],
  ];
  for (const [said, wanted] of refused) {
    assert.throws(
      () => checkStated(said),
      (error) => {
        assert.ok(error instanceof SettingsError);
        const shown = error.problems.map(({ field, rule }) => ({ field, rule: rule.replace(/ "?\^.*/, '') }));
        assert.deepEqual(shown, wanted);
        return true;
      },
    );
  }
});

test('values that are stated apart must fit on every day and in every sport in which they meet', () => {
  const stated = {
    body: [
      { from: '2025-01-01', restingHeartRateBpm: 50 },
      { from: '2026-01-01', restingHeartRateBpm: 150 },
    ],
    heart: [
      { from: '2025-01-01', maxHeartRateBpm: 190 },
      { from: '2025-06-01', sports: ['run' as const], thresholdHeartRateBpm: 140 },
    ],
  };
  assert.throws(() => checkStated(stated), {
    message: 'heart does not fit: resting heart rate 150 is not below the threshold 140 on 2026-01-01 for run',
  });
  assert.throws(() => checkStated({ ...stated, heart: [{ from: '2026-02-01', maxHeartRateBpm: 150 }] }), {
    message: 'heart does not fit: resting heart rate 150 is not below the maximum 150 on 2026-02-01',
  });
  assert.deepEqual(checkStated({ ...stated, body: stated.body.slice(0, 1) }).heart, stated.heart);
});

test('bytes that are no settings, and more than is kept, are refused', () => {
  for (const text of ['', '[', 'null', '7', '{}', '{"version":0}', '{"version":1.5}', '{"version":1,"zones":[]}']) {
    assert.throws(() => parseAthleteSettings(Buffer.from(text)), SettingsError, text);
  }
  assert.throws(() => parseJson('{"sex": male}'), /^SettingsError: is not JSON/);
  const gear = Array.from({ length: 200 }, (_, i) => ({
    ...shoes,
    id: `${'x'.repeat(60)}${i}`,
    kind: 'other',
    name: 'ü'.repeat(100),
    defaultFor: ['run', 'trail_run', 'treadmill_run', 'walk', 'hike', 'other'],
  }));
  assert.throws(() => checkStated({ gear }), /takes \d+ bytes, 65536 are the most/);
});
