import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deskAddressOf, deskPlaceOf } from './desk-place.ts';

test('the address says where on the desk one is, and is read back as that', () => {
  const places = [
    [{ race: '', isEditing: false, undo: 0, bib: '' }, '/organiser'],
    [{ race: '', isEditing: true, undo: 0, bib: '' }, '/organiser?edit=1'],
    [{ race: 'hill', isEditing: false, undo: 0, bib: '' }, '/organiser/hill'],
    [{ race: 'hill', isEditing: false, undo: 0, bib: 'A-7' }, '/organiser/hill?bib=A-7'],
    [{ race: 'hill', isEditing: true, undo: 5, bib: '' }, '/organiser/hill?edit=1&undo=5'],
  ] as const;
  for (const [place, address] of places) {
    assert.equal(deskAddressOf(place), address);
    const { pathname, search } = new URL(address, 'http://localhost');
    assert.deepEqual(deskPlaceOf({ pathname, search }), place);
  }
});

test('what is no id of a race is the list', () => {
  assert.deepEqual(deskPlaceOf({ pathname: '/organiser/No_Race', search: '' }), {
    race: '',
    isEditing: false,
    undo: 0,
    bib: '',
  });
});
