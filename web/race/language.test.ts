import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DICTIONARIES, type Language, languageFor, sayIn } from './language.ts';
import type { Dictionary, Phrase, PhraseName } from './words-en.ts';

const textsOf = (phrase: Phrase) => (typeof phrase === 'string' ? [phrase] : Object.values(phrase));
const holesOf = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

for (const [tongue, dictionary] of Object.entries(DICTIONARIES) as [Language, Dictionary][]) {
  test(`${tongue}: each phrase fills in what the English one does, in each plural of the language`, () => {
    const plurals = new Intl.PluralRules(tongue).resolvedOptions().pluralCategories.toSorted();
    for (const [name, phrase] of Object.entries(dictionary) as [PhraseName, Phrase][]) {
      const [english] = textsOf(DICTIONARIES.en[name]);
      for (const text of textsOf(phrase)) assert.deepEqual(holesOf(text), holesOf(english), `${name}: ${text}`);
      if (typeof phrase !== 'string') assert.deepEqual(Object.keys(phrase).sort(), plurals, name);
    }
  });
}

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
