import pg from 'pg';
import type { ReleaseStack } from '../../runtime/release.ts';
import { startTestPostgresql } from '../../stack/postgresql-for-tests.ts';

export interface BenchPostgresql {
  /** `postgres://…` */
  readonly url: string;
  /** Runs a statement with `$1 …` and answers its rows. */
  run(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

const STOP_TIMEOUT_MS = 30_000;

/** A real PostgreSQL beside the deployment, from its npm package. Throws where there is none for this machine. */
export async function startPostgresql({ release }: { release: ReleaseStack }): Promise<BenchPostgresql> {
  const server = await startTestPostgresql();
  release.add('PostgreSQL', server.stop, { timeoutMs: STOP_TIMEOUT_MS });
  const pool = new pg.Pool({ connectionString: server.url, max: 1 });
  // The server is ended before a connection that nobody uses.
  pool.on('error', () => undefined);
  release.add("PostgreSQL's client", () => pool.end());
  return {
    url: server.url,
    async run(sql, values = []) {
      return (await pool.query(sql, [...values])).rows;
    },
  };
}
