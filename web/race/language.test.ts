import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDictionaries } from './dictionary-for-tests.ts';
import { DICTIONARIES, type Language, languageFor, sayIn } from './language.ts';

testDictionaries('the race page', DICTIONARIES);

test('the first language that is spoken here counts, whatever its country; else English', () => {
  const wanted = [['ru-RU', 'en'], ['de-CH', 'RU'], ['en-GB', 'ru'], ['fr'], []];
  assert.deepEqual(wanted.map(languageFor), ['ru', 'ru', 'en', 'en', 'en']);
});

test('numbers choose their plural, and are written as people there write them', () => {
  const counts = [1, 2, 5, 21, 5_000];
  const said = (tongue: Language) => counts.map((n) => sayIn(tongue, 'starters', { n }).replaceAll('\u00a0', ' '));
  assert.deepEqual(said('en'), ['1 starter', '2 starters', '5 starters', '21 starters', '5,000 starters']);
  assert.deepEqual(said('ru'), ['1 участник', '2 участника', '5 участников', '21 участник', '5 000 участников']);
});
