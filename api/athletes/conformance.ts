import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { GearLoad } from '../../schemas/gear-load.ts';
import { anyClaims, gearLoad, publishedClaim, START_MS } from './athlete.arbitrary.ts';
import { createMemoryAthleteReader } from './memory-reader.ts';
import { type AthleteReader, MAX_CLAIMS, type PublishedClaim } from './reader.ts';

export interface AthleteStoreUnderTest {
  readonly reader: AthleteReader;
  insertClaims(claims: readonly PublishedClaim[]): Promise<void>;
  insertLoads(loads: readonly GearLoad[]): Promise<void>;
}

/** What every store of records and loads promises; `open` is called once, when the suite starts. */
export function athleteReaderConformance(name: string, open: () => Promise<AthleteStoreUnderTest>, runs = 20): void {
  suite(`records and gear in ${name}`, () => {
    let opened: Promise<AthleteStoreUnderTest> | undefined;
    let athletes = 0;
    const suffix = randomBytes(4).toString('hex');
    const store = () => {
      opened ??= open();
      return opened;
    };
    // Stores are not emptied between tests: each has athletes of its own.
    const newAthlete = () => `ann_${athletes++}-${suffix}`;

    test('claims are those of the greatest epoch of each revision, the newest first', async () => {
      const { reader, insertClaims } = await store();
      const anyOfOne = fc
        .constant(null)
        .map(newAthlete)
        .chain((athlete) => anyClaims(athlete));
      const property = fc.asyncProperty(anyOfOne, async (claims) => {
        const [{ athlete }] = claims;
        const twin = createMemoryAthleteReader();
        twin.insertClaims(claims);
        await insertClaims(claims);
        for (const sport of [null, 'run', 'walk'] as const) {
          assert.deepEqual(await reader.claims(athlete, sport), await twin.claims(athlete, sport));
        }
      });
      await fc.assert(property, { numRuns: runs, endOnFailure: true });
    });

    test('a claim comes back whole, and another athlete has none of it', async () => {
      const { reader, insertClaims } = await store();
      const [athlete, other] = [newAthlete(), newAthlete()];
      const replaces = { value: 1_300.125, activity: 'fedcba9876543210', startMs: START_MS - 86_400_000 };
      const given = publishedClaim({ athlete, interpolated: null, replaces });
      await insertClaims([given]);
      assert.deepEqual(await reader.claims(athlete, null), [given]);
      assert.deepEqual(await reader.claims(other, null), []);
    });

    test('of a record that was claimed often the newest claims are read', async () => {
      const { reader, insertClaims } = await store();
      const athlete = newAthlete();
      const revisions = Array.from({ length: MAX_CLAIMS + 5 }, (_, i) => i + 1);
      await insertClaims(revisions.map((revision) => publishedClaim({ athlete, revision })));
      const found = (await reader.claims(athlete, null)).map(({ revision }) => revision);
      assert.deepEqual(found, revisions.toReversed().slice(0, MAX_CLAIMS));
    });

    test('gear has the sums of what counts, and null where nothing was measured', async () => {
      const { reader, insertLoads } = await store();
      const athlete = newAthlete();
      const second = { activity: 'fedcba9876543210', startMs: START_MS + 86_400_000, endMs: START_MS + 87_000_000 };
      await insertLoads([
        gearLoad({ athlete, distanceM: 9_000 }),
        gearLoad({ athlete, ...second, airTemperatureC: null, marked: [], impacts: null }),
        gearLoad({ athlete, gear: 'spare', distanceM: 1 }),
        gearLoad({ athlete: newAthlete(), distanceM: 7 }),
      ]);
      await insertLoads([
        gearLoad({ athlete, revision: 41 }),
        gearLoad({ athlete, gear: 'spare', revision: 41, isCounted: false, distanceM: null }),
      ]);
      assert.deepEqual(await reader.gear(athlete), [
        {
          ...{ gear: 'racers', kind: 'shoes', activities: 2, markedActivities: 1 },
          ...{ firstUsedMs: START_MS, lastUsedMs: second.endMs },
          ...{ distanceM: 20_001, movingS: 7_000, elevationGainM: null, impacts: 9_000, wetS: 0 },
          airTemperatureC: { min: 3.25, max: 6 },
        },
      ]);
      assert.deepEqual(await reader.gear(newAthlete()), []);
    });
  });
}
