import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStatement } from './statement.ts';
import { authorize, databaseFor, type User } from './users.ts';

const analyst: User = { name: 'ana', password: '', role: 'analyst' };
const writer: User = { name: 'wri', password: 'x', role: 'writer' };
const ask = (user: User, sql: string) => authorize(user, readStatement(sql, true)!);

test('an analyst may read and look around', () => {
  for (const sql of [
    'select 1',
    'with 1 as x select x',
    '(select 1)',
    'show tables',
    'describe v',
    'explain select 1',
  ]) {
    ask(analyst, sql);
  }
});

test('an analyst may not change, kill, step out of the role or run a second statement', () => {
  const changes = [
    'insert into t values (1)',
    'drop table t',
    'set readonly = 0',
    'set role writer',
    'system flush logs',
  ];
  for (const sql of changes) assert.throws(() => ask(analyst, sql), { code: 164 }, sql);
  assert.throws(() => ask(analyst, 'kill query where 1'), { code: 497 });
});

test('an analyst may not read files nor the queries of others, however it is written', () => {
  const reads = ["select file('/x')", "select FILE /* */ ('/x')", 'select * from system.processes', 'show processlist'];
  for (const sql of [...reads, "select * from merge('system', 'x')", 'select * from system.`processes`']) {
    assert.throws(() => ask(analyst, sql), { code: 497 }, sql);
  }
});

test('nobody writes a file of the server through a query', () => {
  for (const user of [analyst, writer]) {
    assert.throws(() => ask(user, "select 1 INTO /**/ OUTFILE '/x'"), { code: 358 });
  }
});

test('an analyst always stands in the analytics database', () => {
  assert.equal(databaseFor(analyst, null), 'analytics');
  assert.equal(databaseFor(analyst, 'default'), 'analytics');
  assert.throws(() => databaseFor(analyst, 'raw'), { code: 497 });
  assert.equal(databaseFor(writer, 'raw'), 'raw');
});
