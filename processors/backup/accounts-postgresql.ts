import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import pg from 'pg';
import { STORED_OBJECTS_SQL, type StoredObject } from '../../schemas/sql/stored-objects.ts';
import { type AccountsStore, COUNT_ACCOUNTS_SQL } from './accounts.ts';
import { BackupError, createFile } from './manifest.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_COMPLAINT_CHARACTERS = 2_000;
const INSTALL =
  "install PostgreSQL's client programs, of the server's version or newer (Debian: apt install postgresql-client)";

const TABLES_SQL = `select count(*)::int as count from pg_tables
  where schemaname not in ('pg_catalog', 'information_schema')`;

/**
 * A PostgreSQL, by its own pg_dump and pg_restore. What the rows tell of is read in the very snapshot that is dumped,
 * and only the environment of the programs has the password. `env` is where they are found.
 */
export function createPostgresqlAccounts(deps: {
  url: string;
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
}): AccountsStore {
  const { env, signal } = deps;
  const url = new URL(deps.url);
  const password = decodeURIComponent(url.password);
  url.password = '';

  async function connected<T>(ask: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: deps.url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    try {
      await client.connect();
    } catch (cause) {
      throw new BackupError(`PostgreSQL (--postgres-url) is out of reach: ${(cause as Error).message}`, { cause });
    }
    try {
      return await ask(client);
    } finally {
      await client.end();
    }
  }

  function start(program: string, args: readonly string[]) {
    return spawn(program, [...args, '--no-password', `--dbname=${url.href}`], {
      ...{ env: { ...env, ...(password !== '' && { PGPASSWORD: password }) }, signal },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  return {
    engine: 'postgresql',
    fileName: 'accounts.dump',
    save: (dir, path) =>
      connected(async (client) => {
        await client.query('begin isolation level repeatable read, read only');
        const [{ snapshot }] = (await client.query('select pg_export_snapshot() as snapshot')).rows;
        const objects = (await client.query<StoredObject>(STORED_OBJECTS_SQL)).rows;
        const [{ count }] = (await client.query<{ count: number }>(COUNT_ACCOUNTS_SQL)).rows;
        const file = await createFile(dir, path);
        const child = start('pg_dump', ['--format=custom', '--no-owner', '--no-acl', `--snapshot=${snapshot}`]);
        const ended = endOf('pg_dump', child);
        // Told below; until then nobody waits for it.
        ended.catch(() => undefined);
        try {
          for await (const chunk of child.stdout) await file.write(chunk);
          await ended;
        } catch (error) {
          await file.close();
          throw error;
        }
        return { file: await file.close(), accounts: count, objects };
      }),
    assertEmpty: () =>
      connected(async (client) => {
        const [{ count }] = (await client.query<{ count: number }>(TABLES_SQL)).rows;
        if (count > 0) throw new BackupError(`PostgreSQL is not empty: it has ${count} tables`);
      }),
    async restore(file) {
      const args = ['--no-owner', '--no-acl', '--exit-on-error', '--single-transaction', file];
      await endOf('pg_restore', start('pg_restore', args));
      return connected(async (client) => (await client.query<StoredObject>(STORED_OBJECTS_SQL)).rows);
    },
  };
}

/** Throws BackupError for a program that is not there, or that ends with a complaint. */
async function endOf(program: string, child: ChildProcess): Promise<void> {
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, MAX_COMPLAINT_CHARACTERS);
  });
  let code: number | null;
  try {
    [code] = await once(child, 'close');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new BackupError(`there is no ${program} on the PATH: ${INSTALL}`, { cause });
    throw new BackupError(`${program}: ${message}`, { cause });
  }
  if (code === 0) return;
  const advice = /version mismatch/.test(complaint) ? `; ${INSTALL}` : '';
  throw new BackupError(`${program} ended with ${code}: ${complaint.trim()}${advice}`);
}
