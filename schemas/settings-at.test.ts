import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anySettings, anySport, DAYS } from './athlete-settings.arbitrary.ts';
import { type AthleteSettings, NO_SETTINGS } from './athlete-settings.ts';
import type { Sport } from './events.ts';
import { dayOf, settingsAt, settingsOn, sportAndBehind } from './settings-at.ts';

const NOON_MS = (day: string) => Date.parse(`${day}T12:00:00Z`);

/** Looks each value up by itself: sport by sport from the closest, and the newest of each. */
function looked(
  settings: AthleteSettings,
  list: 'body' | 'heart' | 'thresholds',
  name: string,
  day: string,
  of: Sport,
) {
  const entries = (settings[list] ?? []) as { from: string; sports?: Sport[]; [name: string]: unknown }[];
  for (const way of [...sportAndBehind(of), null]) {
    const stated = entries.filter((entry) => {
      const isFor = way === null ? entry.sports === undefined : entry.sports?.includes(way);
      return isFor && entry[name] !== undefined && entry.from <= day;
    });
    const last = stated.sort((a, b) => (a.from < b.from ? -1 : 1)).at(-1);
    if (last) return last[name];
  }
  return undefined;
}

const VALUES = {
  body: ['weightKg', 'heightCm', 'restingHeartRateBpm'],
  heart: ['maxHeartRateBpm', 'thresholdHeartRateBpm'],
  thresholds: ['ftpW', 'criticalPowerW', 'wPrimeJ', 'thresholdSpeedMps'],
} as const;

test('each value is the newest of the closest sport, and nothing of later days shows', () => {
  fc.assert(
    fc.property(anySettings, fc.constantFrom(...DAYS, '2023-01-01', '2030-01-01'), anySport, (settings, day, sport) => {
      const { profile, version, preferredSources } = settingsOn(settings, day, sport);
      const { heartRateZonesBpm: zones, birthDate, sex, ...values } = profile;
      const wanted = Object.entries(VALUES).flatMap(([list, names]) =>
        names.map((name) => [name, looked(settings, list as keyof typeof VALUES, name, day, sport)] as const),
      );
      assert.deepEqual(values, Object.fromEntries(wanted.filter(([, value]) => value !== undefined)));
      const statedZones = looked(settings, 'heart', 'heartRateZonesBpm', day, sport);
      if (statedZones !== undefined) assert.deepEqual(zones, statedZones);
      else assert.equal(zones === undefined, !values.maxHeartRateBpm && !values.thresholdHeartRateBpm);
      assert.deepEqual(
        { version, birthDate, sex, preferredSources },
        {
          version: settings.version,
          birthDate: settings.birthDate,
          sex: settings.sex,
          preferredSources: settings.preferredSources ?? [],
        },
      );
      const earlier = (entry: { from: string }) => entry.from <= day;
      const { body = [], heart = [], thresholds = [], gear = [] } = settings;
      const past = {
        ...settings,
        body: body.filter(earlier),
        heart: heart.filter(earlier),
        thresholds: thresholds.filter(earlier),
        gear: gear.filter(earlier),
      };
      assert.deepEqual(settingsOn(past, day, sport), settingsOn(settings, day, sport));
    }),
  );
});

test('of each kind of gear one piece is in use: the most special, then the newest, never one outside its days', () => {
  fc.assert(
    fc.property(anySettings, fc.constantFrom(...DAYS), anySport, (settings, day, sport) => {
      const { gear = [] } = settings;
      const used = settingsOn(settings, day, sport).gear;
      const ways = sportAndBehind(sport);
      const usable = gear.filter(
        (one) =>
          one.from <= day && !(one.until && one.until <= day) && ways.some((way) => one.defaultFor.includes(way)),
      );
      const closeness = (one: (typeof gear)[number]) => ways.findIndex((way) => one.defaultFor.includes(way));
      for (const one of usable) {
        const [rival] = used.filter(({ kind }) => kind === one.kind);
        if (one.kind === 'other') assert.ok(used.includes(one));
        else
          assert.ok(
            closeness(rival) < closeness(one) || (closeness(rival) === closeness(one) && rival.from >= one.from),
          );
      }
      assert.deepEqual(
        used,
        gear.filter((one) => used.includes(one) && usable.includes(one)),
      );
      const kinds = used.map(({ kind }) => kind).filter((kind) => kind !== 'other');
      assert.equal(new Set(kinds).size, kinds.length);
    }),
  );
});

test('a day begins at midnight where the athlete lives, summer time and leap days among them', () => {
  const settings = (timeZone?: string): AthleteSettings => ({
    version: 3,
    ...(timeZone && { timeZone }),
    body: [
      { from: '2024-02-29', weightKg: 70 },
      { from: '2024-07-01', weightKg: 68 },
    ],
  });
  const weightAt = (instant: string, timeZone?: string) =>
    settingsAt(settings(timeZone), Date.parse(instant), 'run').profile.weightKg;
  assert.deepEqual(
    [
      weightAt('2024-02-28T23:59:59.999Z'),
      weightAt('2024-02-29T00:00:00Z'),
      weightAt('2024-02-28T22:59:59Z', 'Europe/Vienna'),
      weightAt('2024-02-28T23:00:00Z', 'Europe/Vienna'),
      weightAt('2024-06-30T21:59:59Z', 'Europe/Vienna'),
      weightAt('2024-06-30T22:00:00Z', 'Europe/Vienna'),
      weightAt('2024-07-01T06:59:59Z', 'America/Los_Angeles'),
      weightAt('2024-07-01T07:00:00Z', 'America/Los_Angeles'),
    ],
    [undefined, 70, undefined, 70, 70, 68, 70, 68],
  );
  assert.equal(dayOf(Date.parse('2024-12-31T12:30:00Z'), 'Pacific/Auckland'), '2025-01-01');
});

test('each time zone has its own day, also when all of the world are asked in turns', () => {
  const zones = Intl.supportedValuesOf('timeZone');
  const atMs = Date.parse('2024-12-31T12:30:00Z');
  const expected = zones.map((timeZone) => new Date(atMs).toLocaleDateString('sv-SE', { timeZone }));
  assert.deepEqual([...new Set(expected)].sort(), ['2024-12-31', '2025-01-01']);
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(
      zones.map((timeZone) => dayOf(atMs, timeZone)),
      expected,
    );
  }
});

test('what is stated for a sport holds for the ways of doing it, until they have their own', () => {
  const settings: AthleteSettings = {
    version: 1,
    heart: [
      { from: '2024-01-01', maxHeartRateBpm: 190 },
      { from: '2024-01-01', sports: ['ride'], maxHeartRateBpm: 182, thresholdHeartRateBpm: 165 },
      { from: '2025-01-01', maxHeartRateBpm: 188 },
      { from: '2025-01-01', sports: ['indoor_ride'], heartRateZonesBpm: [100, 130, 160] },
    ],
    thresholds: [{ from: '2024-01-01', sports: ['run'], thresholdSpeedMps: 4 }],
    gear: [
      { id: 'a', kind: 'shoes', name: 'Flats', defaultFor: ['run'], from: '2024-01-01' },
      { id: 'b', kind: 'shoes', name: 'Lugs', defaultFor: ['trail_run'], from: '2024-01-01', until: '2025-01-01' },
    ],
  };
  const on = (day: string, sport: Sport) => {
    const { profile, gear } = settingsOn(settings, day, sport);
    return [profile, gear.map(({ id }) => id)];
  };
  const edwards = [94, 113, 132, 151, 170];
  assert.deepEqual(
    [on('2025-06-01', 'trail_run'), on('2024-06-01', 'trail_run'), on('2025-06-01', 'mountain_bike_ride')],
    [
      [{ maxHeartRateBpm: 188, thresholdSpeedMps: 4, heartRateZonesBpm: edwards }, ['a']],
      [{ maxHeartRateBpm: 190, thresholdSpeedMps: 4, heartRateZonesBpm: [95, 114, 133, 152, 171] }, ['b']],
      [{ maxHeartRateBpm: 182, thresholdHeartRateBpm: 165, heartRateZonesBpm: [1, 134, 149, 156, 165] }, []],
    ],
  );
  assert.deepEqual(on('2025-06-01', 'indoor_ride'), [
    { maxHeartRateBpm: 182, thresholdHeartRateBpm: 165, heartRateZonesBpm: [100, 130, 160] },
    [],
  ]);
  assert.deepEqual(settingsAt(NO_SETTINGS, NOON_MS('2025-06-01'), 'run'), {
    version: 0,
    profile: {},
    preferredSources: [],
    gear: [],
  });
});

test('an activity is wet or dry as was last said of the moment when it begins, else nothing is known', () => {
  const span = (from: number, until: number, isWet: boolean) => ({
    from: `2026-01-31T0${from}:00:00Z`,
    until: `2026-01-31T0${until}:00:00Z`,
    isWet,
  });
  const settings: AthleteSettings = { version: 3, wet: [span(1, 5, true), span(2, 3, false)] };
  const at = (time: string) => settingsAt(settings, Date.parse(`2026-01-31T${time}Z`), 'run').profile;
  assert.deepEqual(at('00:59:59'), {});
  assert.deepEqual(at('01:00:00'), { isWet: true });
  assert.deepEqual(at('02:30:00'), { isWet: false });
  assert.deepEqual(at('03:00:00'), { isWet: true });
  assert.deepEqual(at('05:00:00'), {});
});
