import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillIn } from '../race/language.ts';
import { DICTIONARIES } from './say.ts';

const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test('both languages fill in the same values, in every plural that they have', () => {
  for (const [name, phrase] of Object.entries(DICTIONARIES.en)) {
    for (const n of [0, 1, 2, 5, 11, 21, 1.5]) {
      const said = Object.entries(DICTIONARIES).map(([tongue, words]) => {
        const raw = words[name as keyof typeof words];
        const text = fillIn(tongue as 'en' | 'ru', raw, typeof raw === 'string' ? {} : { n, all: 3 });
        assert.notEqual(text, '', `${tongue} ${name} of ${n}`);
        return holes(text);
      });
      assert.deepEqual(said[0], said[1], `${name}: ${JSON.stringify(phrase)}`);
    }
  }
});
