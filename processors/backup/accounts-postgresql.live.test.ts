import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import {
  noPostgresql,
  postgresqlOfDump,
  startTestPostgresql,
  type TestPostgresqlServer,
} from '../../stack/postgresql-for-tests.ts';
import { createPostgresqlAccounts } from './accounts-postgresql.ts';

const signal = new AbortController().signal;
const { env } = process;
/** What the API's migrations make, as far as a backup asks for it; and a schema beside it, with a counter. */
const SCHEMA = `
  create table accounts (id int primary key, name text);
  create table workout_photos (id text primary key);
  create table import_files (object text);
  create table exports (id text, attempt int, parts int, state text);
  create schema jobs;
  create table jobs.queue (id serial primary key, data jsonb, at timestamptz default now());
  insert into accounts values (1, 'Änn 🏃'), (2, null);
  insert into workout_photos values ('p1');
  insert into import_files values ('i/0'), (null);
  insert into exports values ('e1', 2, 2, 'ready'), ('e2', 1, 1, 'writing');
  insert into jobs.queue (data) values ('{"a": [1, null]}')`;
const OBJECTS = [
  { store: 'photos', key: 'p1/photo' },
  { store: 'photos', key: 'p1/thumbnail' },
  { store: 'uploads', key: 'exports/e1/2-0' },
  { store: 'uploads', key: 'exports/e1/2-1' },
  { store: 'uploads', key: 'i/0' },
];
const ALL = `select (select json_agg(a order by id) from accounts a) as accounts,
  (select json_agg(q) from jobs.queue q) as jobs, nextval('jobs.queue_id_seq') as next`;

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const withDatabase = (url: string, name: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;

describe('accounts in a PostgreSQL', {
  skip: postgresqlOfDump === null && 'there is no server of pg_dump’s version',
}, () => {
  let server: TestPostgresqlServer;
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'slip-pg-backup-'));
    server = await startTestPostgresql(postgresqlOfDump ?? undefined);
    await query(server.url, 'create database back');
    await query(server.url, SCHEMA);
  });
  after(async () => {
    await server?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test('come back as they were at one instant, with jobs and counters, and say what objects they tell of', async () => {
    const from = createPostgresqlAccounts({ url: server.url, env, signal });
    const { file, accounts, objects } = await from.save(dir, 'accounts/accounts.dump');
    assert.deepEqual([accounts, objects], [2, OBJECTS]);
    assert.ok(file !== null);
    assert.equal((await stat(join(dir, file.path))).size, file.bytes);
    const [known] = await query(server.url, ALL);
    const url = withDatabase(server.url, 'back');
    const into = createPostgresqlAccounts({ url, env, signal });
    await into.assertEmpty();
    assert.deepEqual(await into.restore(join(dir, file.path)), OBJECTS);
    assert.deepEqual(await query(url, ALL), [known]);
    await assert.rejects(into.assertEmpty(), {
      name: 'BackupError',
      message: 'PostgreSQL is not empty: it has 5 tables',
    });
  });

  test('half a dump leaves the database empty', async () => {
    await query(server.url, 'create database half');
    const into = createPostgresqlAccounts({ url: withDatabase(server.url, 'half'), env, signal });
    await createPostgresqlAccounts({ url: server.url, env, signal }).save(dir, 'whole.dump');
    const whole = await readFile(join(dir, 'whole.dump'));
    await writeFile(join(dir, 'half.dump'), whole.subarray(0, Math.floor(whole.length * 0.9)));
    await assert.rejects(into.restore(join(dir, 'half.dump')), { name: 'BackupError', message: /^pg_restore ended/ });
    await into.assertEmpty();
  });

  test('programs that are not there are asked for', async () => {
    const without = createPostgresqlAccounts({ url: server.url, env: { PATH: dir }, signal });
    await assert.rejects(without.save(dir, 'none.dump'), {
      name: 'BackupError',
      message: /there is no pg_dump.*install/,
    });
  });
});

describe('a PostgreSQL that is newer than pg_dump', { skip: noPostgresql }, () => {
  test('is told, with what to install', { skip: postgresqlOfDump === null && 'there is no pg_dump' }, async (t) => {
    const server = await startTestPostgresql();
    t.after(() => server.stop());
    const [{ server_version: version }] = await query<{ server_version: string }>(server.url, 'show server_version');
    if (postgresqlOfDump!.version >= Number.parseInt(version, 10)) return t.skip('pg_dump is as new');
    await query(server.url, SCHEMA);
    const dir = await mkdtemp(join(tmpdir(), 'slip-pg-newer-'));
    t.after(() => rm(dir, { recursive: true, force: true }));
    const accounts = createPostgresqlAccounts({ url: server.url, env, signal });
    await assert.rejects(accounts.save(dir, 'a.dump'), { name: 'BackupError', message: /version mismatch.*install/s });
  });
});
