import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { metresBetween, type Place, placeAt } from './great-circle.ts';
import { metresOutside, shieldsOf } from './shields.ts';

const SEED = 7;
const place = fc.record({
  latitude: fc.double({ min: -89, max: 89, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});
const zone = fc.record({ place, radiusM: fc.integer({ min: 100, max: 5_000 }) });
const angle = fc.double({ min: 0, max: 2 * Math.PI, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });

test('a place so many metres away is so many metres away, over the poles and the day line too', () => {
  fc.assert(
    fc.property(place, angle, fc.double({ min: 0, max: 20_000, noNaN: true }), (from, bearing, distanceM) => {
      assert.ok(Math.abs(metresBetween(from, placeAt(from, bearing, distanceM)) - distanceM) < 0.1);
    }),
    { seed: SEED },
  );
});

test('all of a zone is within its shield, whatever the key', () => {
  fc.assert(
    fc.property(zone, fc.uuid(), angle, share, ({ place: middle, radiusM }, key, bearing, far) => {
      const shields = shieldsOf(key, [{ ...middle, radiusM }]);
      assert.ok(metresOutside(placeAt(middle, bearing, far * radiusM), shields) <= 0);
    }),
    { seed: SEED },
  );
});

test('a shield is the same at each reading, and another with each key', () => {
  const home = { latitude: 48.2, longitude: 16.37, radiusM: 300 };
  assert.deepEqual(shieldsOf('a', [home]), shieldsOf('a', [home]));
  assert.notDeepEqual(shieldsOf('a', [home]), shieldsOf('b', [home]));
});

test('who knows the shield knows of the middle of the zone only a circle as large as the zone', () => {
  const home = { latitude: 48.2, longitude: 16.37, radiusM: 400 };
  const keys = Array.from({ length: 4_000 }, (_, i) => `key ${i}`);
  const shields = keys.map((key) => shieldsOf(key, [home])[0]);
  const awayM = shields.map((shield) => metresBetween(shield, home));
  assert.ok(Math.max(...awayM) <= home.radiusM + 0.1);
  // The middle of the shield is the best guess: it comes within half the radius for a quarter of all, as by chance.
  for (const part of [0.25, 0.5, 0.75]) {
    const within = awayM.filter((metres) => metres < part * home.radiusM).length / keys.length;
    assert.ok(Math.abs(within - part ** 2) < 0.03, `${within} within ${part} of the radius`);
  }
  const quarter = (shield: Place) =>
    Number(shield.latitude > home.latitude) * 2 + Number(shield.longitude > home.longitude);
  const counts = [0, 1, 2, 3].map((one) => shields.filter((shield) => quarter(shield) === one).length / keys.length);
  for (const count of counts) assert.ok(Math.abs(count - 0.25) < 0.03, `${count} of a quarter`);
});
