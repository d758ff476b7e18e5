import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GearLoad } from '../../../schemas/gear-load.ts';
import type { GearStore } from './gear-store.ts';
import { START_MS } from './gear-world.ts';

export interface GearStoreUnderTest {
  readonly store: GearStore;
  /** What a reader finds of each piece of gear. */
  totals(): Promise<ShownTotal[]>;
}

export interface ShownTotal {
  readonly gear: string;
  readonly activities: number;
  readonly distanceM: number | null;
  readonly impacts: number | null;
  readonly minTemperatureC: number | null;
}

const [FIRST, SECOND] = ['0123456789abcdef', 'fedcba9876543210'];

function load(given: Partial<GearLoad> = {}): GearLoad {
  return {
    ...{ athlete: 'ann', gear: 'racers', kind: 'shoes', activity: FIRST, revision: 40, isCounted: true },
    ...{ sport: 'run', startMs: START_MS, endMs: START_MS + 3_600_000 },
    ...{ distanceM: 10_000.5, movingS: 3_500, elevationGainM: null, impacts: 9_000, wetS: 0 },
    airTemperatureC: { mean: 4.5, min: 3.25, max: 6 },
    marked: ['distanceM'],
    ...given,
  };
}

/** What `gear-store.ts` promises, for the real store and its twin; `open` gives an empty one. */
export function testGearStore(name: string, open: () => Promise<GearStoreUnderTest>): void {
  test(`${name}: of each load the greatest revision holds, of equal ones that of the greater epoch`, async () => {
    const { store, totals } = await open();
    await store.write([load(), load({ activity: SECOND, distanceM: 4_000, impacts: null, airTemperatureC: null })], 3);
    await store.write([load({ revision: 42, distanceM: 11_000 })], 3);
    await store.write([load({ revision: 42, distanceM: 12_000, impacts: 9_500 })], 4);
    await store.write([load({ revision: 42, distanceM: 1 }), load({ revision: 41, distanceM: 2 })], 2);
    assert.deepEqual(await totals(), [
      { gear: 'racers', activities: 2, distanceM: 16_000, impacts: 9_500, minTemperatureC: 3.25 },
    ]);
  });

  test(`${name}: what was taken back counts no more, and is known`, async () => {
    const { store, totals } = await open();
    const spare = load({ gear: 'spare', distanceM: 300, impacts: null, airTemperatureC: null });
    await store.write([load(), spare, load({ athlete: 'ben' }), load({ activity: SECOND })], 1);
    await store.write([load({ revision: 41, isCounted: false, distanceM: null, impacts: null })], 1);
    const known = await store.known([
      { athlete: 'ann', id: FIRST },
      { athlete: 'ann', id: 'aaaaaaaaaaaaaaaa' },
    ]);
    assert.deepEqual(
      known.sort((a, b) => (a.gear < b.gear ? -1 : 1)),
      ['racers', 'spare'].map((gear) => ({ athlete: 'ann', gear, kind: 'shoes', activity: FIRST })),
    );
    assert.deepEqual(await store.known([]), []);
    assert.deepEqual(
      (await totals()).map(({ gear, activities, distanceM, impacts }) => [gear, activities, distanceM, impacts]),
      [
        ['racers', 1, 10_000.5, 9_000],
        ['racers', 1, 10_000.5, 9_000],
        ['spare', 1, 300, null],
      ],
    );
  });
}
