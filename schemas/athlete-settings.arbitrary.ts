import fc from 'fast-check';
import { type AthleteSettings, GEAR_KINDS, type Gear, type StatedSettings } from './athlete-settings.ts';
import { SPORTS, type Sport } from './events.ts';

/** Few days, so that statements meet; a leap day, and the ends of a year, among them. */
export const DAYS = ['2023-12-31', '2024-01-01', '2024-02-28', '2024-02-29', '2024-03-01', '2025-06-15'] as const;
const SOME_SPORTS: readonly Sport[] = ['run', 'trail_run', 'ride', 'indoor_ride', 'hike', 'other'];

const anyDay = fc.constantFrom(...DAYS);
const anySports = fc.uniqueArray(fc.constantFrom(...SOME_SPORTS), { minLength: 1, maxLength: 3 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });

/** Heart rates keep apart, so that any of them fit together. */
const anyBody = fc.record({
  from: anyDay,
  weightKg: maybe(fc.integer({ min: 40, max: 120 })),
  heightCm: maybe(fc.integer({ min: 140, max: 210 })),
  restingHeartRateBpm: maybe(fc.integer({ min: 35, max: 80 })),
});
const anyHeart = fc.record({
  from: anyDay,
  sports: maybe(anySports),
  maxHeartRateBpm: maybe(fc.integer({ min: 170, max: 210 })),
  thresholdHeartRateBpm: maybe(fc.integer({ min: 120, max: 169 })),
  heartRateZonesBpm: maybe(
    fc.constantFrom<number[]>([100, 120, 140, 160, 180], [150], [90, 91, 92, 93, 94, 95, 96, 97, 98]),
  ),
});
const anyThresholds = fc.record({
  from: anyDay,
  sports: anySports,
  ftpW: maybe(fc.integer({ min: 100, max: 450 })),
  criticalPowerW: maybe(fc.integer({ min: 100, max: 450 })),
  wPrimeJ: maybe(fc.integer({ min: 5_000, max: 30_000 })),
  thresholdSpeedMps: maybe(fc.constantFrom(1.25, 3.5, 4.2)),
});
const anyGear: fc.Arbitrary<Gear> = fc.record({
  id: fc.stringMatching(/^[a-z0-9]{1,6}$/),
  kind: fc.constantFrom(...GEAR_KINDS.slice(0, 2), 'other'),
  name: fc.constantFrom('the red ones', 'Zuckerbäck'),
  defaultFor: anySports,
  from: anyDay,
  until: maybe(fc.constantFrom('2024-03-01', '2026-01-01')),
  startLoad: maybe(fc.record({ distanceM: fc.integer({ min: 0, max: 900_000 }) })),
});

/** Without what is undefined: so it comes out of JSON. */
const given = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Drops from each entry what was stated of the same sport and day before, and entries that state nothing. */
function statedOnce<Entry extends { from: string; sports?: Sport[] }>(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>();
  const kept = entries.map((entry) => {
    const names = Object.keys(entry).filter((name) => {
      if (name === 'from' || name === 'sports') return true;
      const keys = (entry.sports ?? ['all']).map((sport) => `${entry.from} ${sport} ${name}`);
      const isNew = !keys.some((key) => seen.has(key));
      if (isNew) for (const key of keys) seen.add(key);
      return isNew;
    });
    return Object.fromEntries(names.map((name) => [name, entry[name as keyof Entry]])) as unknown as Entry;
  });
  return kept.filter(({ from: _, sports: __, ...values }) => Object.keys(values).length > 0);
}

function possibleGear(gear: readonly Gear[]): Gear[] {
  const seen = new Set<string>();
  return gear.filter(({ id, kind, from, until, defaultFor }) => {
    const keys = [id, ...(kind === 'other' ? [] : defaultFor.map((sport) => `${from} ${kind} ${sport}`))];
    const isPossible = !keys.some((key) => seen.has(key)) && (until === undefined || until > from);
    if (isPossible) for (const key of keys) seen.add(key);
    return isPossible;
  });
}

export const anyStated: fc.Arbitrary<StatedSettings> = fc
  .record({
    timeZone: maybe(fc.constantFrom('UTC', 'Europe/Vienna', 'Pacific/Auckland', 'America/Los_Angeles')),
    birthDate: maybe(fc.constantFrom('1984-02-29', '2001-11-05')),
    sex: maybe(fc.constantFrom('female' as const, 'male' as const)),
    body: fc.array(anyBody, { maxLength: 4 }),
    heart: fc.array(anyHeart, { maxLength: 5 }),
    thresholds: fc.array(anyThresholds, { maxLength: 5 }),
    preferredSources: maybe(fc.uniqueArray(fc.constantFrom('gps', 'strap/hr', 'bike/*'), { maxLength: 3 })),
    gear: fc.array(anyGear, { maxLength: 6 }),
  })
  .map(given)
  .map(({ body, heart, thresholds, gear, ...rest }) => ({
    ...rest,
    body: statedOnce(body),
    heart: statedOnce(heart),
    thresholds: statedOnce(thresholds),
    gear: possibleGear(gear),
  }));

export const anySettings: fc.Arbitrary<AthleteSettings> = fc
  .record({ version: fc.integer({ min: 1, max: 1_000_000 }), stated: anyStated })
  .map(({ version, stated }) => ({ version, ...stated }));

export const anySport: fc.Arbitrary<Sport> = fc.constantFrom(...SPORTS);
