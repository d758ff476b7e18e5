import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ringOf } from './zone-ring.ts';

const RADIUS_M = 6_371_008.8;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** The great circle between two places, by the haversine. */
function apartM([lonA, latA]: [number, number], [lonB, latB]: [number, number]): number {
  const a =
    Math.sin(radians(latB - latA) / 2) ** 2 +
    Math.cos(radians(latA)) * Math.cos(radians(latB)) * Math.sin(radians(lonB - lonA) / 2) ** 2;
  return 2 * RADIUS_M * Math.asin(Math.sqrt(a));
}

test('each point of the ring is as far from the middle as the zone is wide, and it is closed', () => {
  const zone = fc.record({
    latitude: fc.double({ min: -75, max: 75, noNaN: true }),
    longitude: fc.double({ min: -179, max: 179, noNaN: true }),
    radiusM: fc.integer({ min: 100, max: 5_000 }),
  });
  fc.assert(
    fc.property(zone, (one) => {
      const ring = ringOf(one);
      assert.deepEqual(ring[0], ring.at(-1));
      for (const point of ring) {
        const share = apartM(point, [one.longitude, one.latitude]) / one.radiusM;
        assert.ok(Math.abs(share - 1) < 0.005, `${share}`);
      }
    }),
  );
});
