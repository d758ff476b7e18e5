import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStatement } from './statement.ts';

test('an INSERT gives where its rows begin and what format they are in', () => {
  const sql = 'INSERT INTO db.t (a, b) SETTINGS x = 1 FORMAT Native\n\x02\x03';
  const data = readStatement(sql, false)?.data;
  assert.deepEqual(data, { format: 'Native', headEnd: sql.indexOf('FORMAT'), dataStart: sql.indexOf('\x02') });
});

test('only one line end belongs to the statement: rows may begin with blanks of their own', () => {
  const sql = 'insert into t format Native \n \n';
  assert.equal(readStatement(sql, true)?.data?.dataStart, sql.length - 2);
});

test('more text is asked for while the end of the format name has not been seen', () => {
  assert.equal(readStatement('insert into t format Nat', false), undefined);
  assert.equal(readStatement('insert into t format Native', false), undefined);
  assert.equal(readStatement('insert into t format Native', true)?.data?.format, 'Native');
});

test('VALUES are rows too, and columns may have such names in quotes', () => {
  assert.equal(readStatement('insert into t (`values`, format) values (1, 2)', true)?.data?.format, 'Values');
});

test('an INSERT … SELECT has no rows of its own', () => {
  assert.equal(readStatement('insert into t select 1 format Null', true)?.data, undefined);
});

test('FROM INFILE is refused with 78', () => {
  assert.throws(() => readStatement("insert into t from infile '/etc/passwd' format CSV", true), { code: 78 });
});

test('the format of a query is the one that ends it', () => {
  const formatOf = (sql: string) => readStatement(sql, true)?.format;
  assert.equal(formatOf('select 1 format JSON'), 'JSON');
  assert.equal(formatOf('select 1 format CSV settings max_threads = 1;'), 'CSV');
  assert.equal(formatOf("select format('{}', 1)"), undefined);
  assert.equal(formatOf("select 'x format JSON'"), undefined);
});

test('several statements are refused with 62, a semicolon at the end or in a string is not', () => {
  assert.throws(() => readStatement('select 1; select 2', true), { code: 62 });
  assert.equal(readStatement("select ';' ; ;", true)?.kind, 'SELECT');
});

test('nothing but blanks and comments is refused with 211', () => {
  assert.throws(() => readStatement(' -- nothing\n', true), { code: 211 });
});
