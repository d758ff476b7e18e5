import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf } from './csv.ts';

test('rows are written as RFC 4180 has them, what is withheld is empty, and nothing is a formula', () => {
  assert.equal(
    csvOf(
      ['day', 'people'],
      [
        ['2026-06-08', 12],
        ['say "a, b"', null],
        ['=1+1', 0.5],
      ],
    ),
    'day,people\r\n2026-06-08,12\r\n"say ""a, b""",\r\n\'=1+1,0.5\r\n',
  );
});
