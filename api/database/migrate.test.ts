import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Kysely, sql } from 'kysely';
import { lockFolder } from '../../runtime/folder-lock.ts';
import { StartError } from '../../runtime/service.ts';
import { testDatabase } from './database-for-tests.ts';
import { type Migration, migrate, migrationsFolder, readMigrations } from './migrate.ts';

const known = readMigrations(migrationsFolder);
const kysely = testDatabase.kysely as unknown as Kysely<never>;
const next = (text: string): Migration => ({ number: known.length + 1, name: 'paint', text });
const PAINT = "-- A colour; or two.\ncreate table paint (colour text);\ninsert into paint values ('red;');\n";

test('what was applied is applied once, and the next step after it', async () => {
  assert.deepEqual(await migrate(kysely, known), []);
  assert.deepEqual(await migrate(kysely, [...known, next(PAINT)]), [
    `${String(known.length + 1).padStart(3, '0')}-paint`,
  ]);
  assert.deepEqual(await migrate(kysely, [...known, next(PAINT)]), []);
  const { rows } = await sql<{ colour: string }>`select colour from paint`.execute(kysely);
  assert.deepEqual(rows, [{ colour: 'red;' }]);

  const changed = migrate(kysely, [...known, next(`${PAINT} `)]);
  await assert.rejects(
    changed,
    new StartError(`migration ${known.length + 1} (paint) is not what was applied: a change has to be a new step`),
  );
  const older = migrate(kysely, known);
  await assert.rejects(
    older,
    new StartError(`the database has migration ${known.length + 1} (paint), which is newer than this version`),
  );
  await sql`drop table paint`.execute(kysely);
  await sql`delete from migrations where name = 'paint'`.execute(kysely);
});

test('a step that fails leaves nothing behind', async () => {
  const broken = migrate(kysely, [...known, next('create table half (a text);\nselect nonsense;\n')]);
  await assert.rejects(broken, /nonsense/);
  await assert.rejects(sql`select * from half`.execute(kysely), /half/);
  assert.deepEqual(await migrate(kysely, known), []);
});

test('steps are numbered without gaps', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-migrations-'));
  try {
    writeFileSync(join(folder, '001-first.sql'), '');
    writeFileSync(join(folder, '003-third.sql'), '');
    assert.throws(() => readMigrations(pathToFileURL(`${folder}/`)), /003-third.sql is not migration 2/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a folder has one process at a time; that of a dead one is taken over', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-lock-'));
  try {
    mkdirSync(folder, { recursive: true });
    const unlock = lockFolder(folder);
    assert.throws(() => lockFolder(folder, process.ppid), /is in use by process/);
    unlock();
    writeFileSync(join(folder, 'owner.pid'), '999999999');
    lockFolder(folder)();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
