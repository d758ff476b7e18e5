import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, type Place, placeOf } from './place.ts';

test('an address leads to the place that it was made for', () => {
  const places: Place[] = [
    { kind: 'list' },
    { kind: 'activity', id: '' },
    { kind: 'activity', id: '0123456789abcdef' },
  ];
  const again = places.map((place) => placeOf(new URL(addressOf(place), 'http://x/').search));
  assert.deepEqual(again, places);
});

test('an address that somebody made up leads to what goes on', () => {
  for (const search of ['', '?x=1', '?activity=', '?activity=<script>', '?activity=0123']) {
    assert.deepEqual(placeOf(search), { kind: 'activity', id: '' }, search);
  }
});
