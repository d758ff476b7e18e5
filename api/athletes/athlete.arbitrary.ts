import fc from 'fast-check';
import { activityId } from '../../schemas/activity.ts';
import type { AthleteSettings } from '../../schemas/athlete-settings.ts';
import type { GearLoad } from '../../schemas/gear-load.ts';
import type { PublishedClaim } from './reader.ts';

export const START_MS = Date.UTC(2026, 5, 1, 8);

export function publishedClaim(given: Partial<PublishedClaim> = {}): PublishedClaim {
  return {
    ...{ athlete: 'ann', sport: 'run', kind: 'distance', name: '5 km', status: 'set', revision: 1, epoch: 2 },
    value: 1_234.567_890_123_456_7,
    activity: activityId('ann', START_MS),
    activityRevision: 81,
    ...{ startMs: START_MS + 60_123, endMs: START_MS + 1_294_690, interpolated: 1 / 3, replaces: null },
    knownAtMs: START_MS + 1_300_000,
    ...given,
  };
}

export function gearLoad(given: Partial<GearLoad> = {}): GearLoad {
  return {
    ...{ athlete: 'ann', gear: 'racers', kind: 'shoes', activity: activityId('ann', START_MS), revision: 40 },
    ...{ isCounted: true, sport: 'run', startMs: START_MS, endMs: START_MS + 3_600_000 },
    ...{ distanceM: 10_000.5, movingS: 3_500, elevationGainM: null, impacts: 9_000, wetS: 0 },
    airTemperatureC: { mean: 4.5, min: 3.25, max: 6 },
    marked: ['distanceM'],
    ...given,
  };
}

export const STATED: AthleteSettings = {
  version: 7,
  gear: [
    { id: 'spare', kind: 'shoes', name: 'Spare pair', defaultFor: ['walk'], from: '2026-02-01', until: '2026-06-01' },
    {
      ...{ id: 'racers', kind: 'shoes', name: 'Racers', defaultFor: ['run'], from: '2026-01-01' },
      startLoad: { distanceM: 120_000, wetS: 60 },
    },
  ],
};

/** Claims of an athlete on some records, in any order; no two with the same record, revision and epoch. */
export function anyClaims(athlete: string): fc.Arbitrary<PublishedClaim[]> {
  const one = fc.record({
    sport: fc.constantFrom('run' as const, 'ride' as const),
    name: fc.constantFrom('5 km', '10 km'),
    revision: fc.integer({ min: 1, max: 5 }),
    epoch: fc.integer({ min: 1, max: 3 }),
    status: fc.constantFrom('set' as const, 'set' as const, 'withdrawn' as const),
    value: fc.double({ min: 100, max: 10_000, noNaN: true }),
  });
  return fc
    .uniqueArray(one, {
      ...{ minLength: 1, maxLength: 25 },
      selector: ({ sport, name, revision, epoch }) => `${sport} ${name} ${revision} ${epoch}`,
    })
    .map((all) => all.map((given) => publishedClaim({ athlete, ...given })));
}
