import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NOWHERE, raceAddressOf, racePlaceOf } from './race-place.ts';

const text = fc.string({ maxLength: 20 });
const place = fc.record(
  {
    race: fc.constantFrom('', 'ten', 'city-marathon-2026'),
    ...{ athlete: text, search: text, wave: text, sex: text, category: text, club: text },
    isEmbedded: fc.boolean(),
  },
  { noNullPrototype: true },
);

test('an address leads to the place that it was made for', () => {
  fc.assert(
    fc.property(place, (to) => {
      assert.deepEqual(racePlaceOf(new URL(raceAddressOf(to), 'http://x/')), to);
    }),
  );
});

test('an address that somebody made up leads to the list', () => {
  for (const pathname of ['/races', '/races/', '/races/<script>', '/races/a/b', '/elsewhere']) {
    assert.deepEqual(racePlaceOf({ pathname, search: '?x=1' }), NOWHERE, pathname);
  }
});
