import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELD_RULES } from '../../schemas/field-rules.ts';
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

test('every rule that the API names has words here, and no other has', () => {
  const said = Object.keys(PARTS.problems).filter((name) => name.startsWith('rule_'));
  assert.deepEqual(said.toSorted(), FIELD_RULES.map((rule) => `rule_${rule}`).toSorted());
});
