import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillIn, type Language } from './language.ts';
import type { Phrase } from './words-en.ts';

type Words = Readonly<Record<string, Phrase>>;

const textsOf = (phrase: Phrase) => (typeof phrase === 'string' ? [phrase] : Object.values(phrase));
const holesOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
/** Of every plural that English and Russian have. */
const COUNTS = [0, 1, 2, 5, 11, 21, 1.5];

/** What has to hold of the words of any page: every language fills in what the English one does. */
export function testDictionaries(page: string, dictionaries: Readonly<Record<Language, object>>): void {
  const english = dictionaries.en as Words;
  for (const [tongue, dictionary] of Object.entries(dictionaries) as [Language, Words][]) {
    test(`${tongue}: each phrase of ${page} fills in what the English one does, in each plural of the language`, () => {
      const plurals = new Intl.PluralRules(tongue).resolvedOptions().pluralCategories.toSorted();
      for (const [name, phrase] of Object.entries(dictionary)) {
        const [first] = textsOf(english[name]);
        for (const text of textsOf(phrase)) assert.deepEqual(holesOf(text), holesOf(first), `${name}: ${text}`);
        if (typeof phrase !== 'string') assert.deepEqual(Object.keys(phrase).sort(), plurals, name);
      }
    });

    test(`${tongue}: each phrase of ${page} says something of every count, as the English one does`, () => {
      for (const name of Object.keys(english)) {
        for (const n of COUNTS) {
          const said = filled(tongue, dictionary[name], n);
          assert.notEqual(said, '', `${name} of ${n}`);
          assert.deepEqual(holesOf(said), holesOf(filled('en', english[name], n)), `${name} of ${n}`);
        }
      }
    });
  }
}

const filled = (tongue: Language, phrase: Phrase, n: number) =>
  fillIn(tongue, phrase, typeof phrase === 'string' ? {} : { n, all: 3 });
