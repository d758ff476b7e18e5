import { type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import { isPrepared } from './together.ts';

/** Any PostgreSQL from 15 on. A connection that cannot be had within `timeoutMs`, or a longer query, is an error. */
export function createPostgresDialect(options: { url: string; maxConnections: number; timeoutMs: number }): Dialect {
  const { url, maxConnections, timeoutMs } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: 'slipstream-api',
    Client: PreparingClient,
  });
  // A connection that breaks while nobody uses it: the pool makes another one when it is needed.
  pool.on('error', () => undefined);
  return new PostgresDialect({ pool });
}

/** Beyond so many texts none is prepared: each costs memory of every connection. */
const MAX_PREPARED = 100;
/** PostgreSQL's code for a statement whose columns have other types than when it was prepared. */
const CHANGED_MEANWHILE = '0A000';

/** By text. */
const names = new Map<string, string>();
let named = 0;

function nameOf(text: string): string | undefined {
  if (!isPrepared(text)) return undefined;
  const known = names.get(text);
  if (known !== undefined || names.size >= MAX_PREPARED) return known;
  const name = `read-${++named}`;
  names.set(text, name);
  return name;
}

/**
 * A connection on which statements that say so are parsed and planned once. A migration that changes the type of a
 * column makes PostgreSQL refuse those that read it; they are then prepared under another name. In a transaction, which
 * such a refusal ends, the next one finds the new name.
 */
class PreparingClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: the client has nine signatures, of which one is changed here
  override query(...args: any[]): any {
    const [text, values] = args;
    const name = typeof text === 'string' ? nameOf(text) : undefined;
    // biome-ignore lint/suspicious/noExplicitAny: as above
    if (name === undefined) return (super.query as any)(...args);
    return super.query({ name, text, values }).catch((error: { code?: string }) => {
      if (error.code !== CHANGED_MEANWHILE) throw error;
      if (names.get(text) === name) names.delete(text);
      return super.query({ name: nameOf(text), text, values });
    });
  }
}
