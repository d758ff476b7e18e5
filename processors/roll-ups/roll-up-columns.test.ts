import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMigrations } from '../migrations.ts';
import { ROLL_UP_TABLE, rollUpColumns } from './roll-up-columns.ts';

test('the roll-up table has the columns that roll-ups are written with', () => {
  const statements = readMigrations('clickhouse').flatMap((migration) => migration.statements);
  const create = statements.find((statement) => statement.includes(`CREATE TABLE IF NOT EXISTS ${ROLL_UP_TABLE} `));
  const lines = create?.split('\n').filter((line) => line.startsWith('  ')) ?? [];
  const columns = lines.map((line) => /^ {2}(\w+) (.+?)( CODEC\(.*\))?,?$/.exec(line)?.slice(1, 3));
  assert.deepEqual(
    columns,
    rollUpColumns().map(({ name, type }) => [name, type]),
  );
});
