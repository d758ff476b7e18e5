import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, placeFor, placeOf } from './app-place.ts';

const ID = '0123456789abcdef';

test('every place has an address that leads back to it', () => {
  const places = [
    placeFor('today'),
    placeFor('history'),
    placeFor('history', { query: 'sport=run&text=hill%20reps' }),
    placeFor('add'),
    placeFor('imports'),
    placeFor('workout', { id: ID }),
    placeFor('shared', { id: ID }),
    placeFor('settings'),
    placeFor('verify'),
    placeFor('deleted'),
  ];
  for (const place of places) {
    const { pathname, search } = new URL(addressOf(place), 'http://here.test');
    assert.deepEqual(placeOf(pathname, search), place);
  }
});

test('a slash too much does no harm; what is no address of ours is none', () => {
  assert.deepEqual(placeOf('/app/'), placeFor('today'));
  for (const path of ['/app/nowhere', '/app/workouts/7', '/account', `/app/workouts/${ID.toUpperCase()}`, '/']) {
    assert.equal(placeOf(path), null, path);
  }
});

test('only a history is asked something', () => {
  assert.deepEqual(placeOf('/app/settings', '?sport=run'), placeFor('settings'));
});
