import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tokens } from './tokens.ts';

const texts = (sql: string) => [...tokens(sql)].map((token) => token.text);

test('comments and blanks are left out', () => {
  assert.deepEqual(texts('select /* a ; b */ 1 -- c ; d\n, 2 # e\n'), ['select', '1', ',', '2']);
});

test('a string keeps its escaped and doubled quotes', () => {
  assert.deepEqual(texts(`'a\\'b' 'c''d' "e\`f" \`g"h\``), [`'a\\'b'`, `'c''d'`, '"e`f"', '`g"h`']);
});

test('a heredoc is one string', () => {
  assert.deepEqual(texts('select $x$ a; b $x$, 1'), ['select', '$x$ a; b $x$', ',', '1']);
});

test('whatever the text, tokens follow each other, never overlap and are cut from it', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab \'"`\\;/*-#\n$()'.split('')), maxLength: 40 }), (sql) => {
      let at = 0;
      for (const token of tokens(sql)) {
        assert.ok(token.start >= at && token.end > token.start && token.end <= sql.length);
        assert.equal(token.text, sql.slice(token.start, token.end));
        at = token.end;
      }
    }),
  );
});
