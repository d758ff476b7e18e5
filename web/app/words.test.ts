import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDictionaries } from '../race/dictionary-for-tests.ts';
import { DICTIONARIES } from './tell.ts';
import { PARTS } from './words-en.ts';

testDictionaries('the application', DICTIONARIES);

test('no two parts of the application name a phrase alike: one would hide the other', () => {
  const names = Object.values(PARTS).flatMap(Object.keys);
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  );
});
