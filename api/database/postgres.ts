import { type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';

/** Any PostgreSQL from 15 on. A connection that cannot be had within `timeoutMs`, or a longer query, is an error. */
export function createPostgresDialect(options: { url: string; maxConnections: number; timeoutMs: number }): Dialect {
  const { url, maxConnections, timeoutMs } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: 'slipstream-api',
  });
  // A connection that breaks while nobody uses it: the pool makes another one when it is needed.
  pool.on('error', () => undefined);
  return new PostgresDialect({ pool });
}
