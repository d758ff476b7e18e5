import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Phrase } from '../race/words-en.ts';
import { ORGANISER_DICTIONARIES } from './tell.ts';

const textsOf = (phrase: Phrase) => (typeof phrase === 'string' ? [phrase] : Object.values(phrase));
const holesOf = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

for (const [tongue, dictionary] of Object.entries(ORGANISER_DICTIONARIES)) {
  test(`${tongue}: each phrase of the organiser page fills in what the English one does, in each plural`, () => {
    const plurals = new Intl.PluralRules(tongue).resolvedOptions().pluralCategories.toSorted();
    for (const [name, phrase] of Object.entries<Phrase>(dictionary)) {
      const [english] = textsOf(ORGANISER_DICTIONARIES.en[name as keyof typeof dictionary]);
      for (const text of textsOf(phrase)) assert.deepEqual(holesOf(text), holesOf(english), `${name}: ${text}`);
      if (typeof phrase !== 'string') assert.deepEqual(Object.keys(phrase).sort(), plurals, name);
    }
  });
}
