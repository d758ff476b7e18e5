import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { StoreUnavailableError } from '../samples/reader.ts';
import type { Cell } from './questdb-client.ts';

/** Asks ClickHouse through its own client. Throws StoreUnavailableError, or the signal's reason. */
export interface ClickHouseQueries {
  select(sql: string, params: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<Cell[][]>;
  /** Rows by column name. */
  selectNamed(sql: string): Promise<Record<string, Cell>[]>;
  /** The bytes of an answer as they come, of a statement that names its format; it may take minutes. */
  stream(sql: string, params: Readonly<Record<string, unknown>>, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Resolves when the rows can be read. */
  insert(table: string, rows: readonly object[]): Promise<void>;
  /** Runs a statement that answers nothing; resolves when it is done. */
  command(sql: string, params?: Readonly<Record<string, unknown>>): Promise<void>;
  close(): Promise<void>;
}

export interface ClickHouseQueriesDeps {
  readonly url: string;
  readonly timeoutMs: number;
  /** Connections, and so queries, at a time; more wait. */
  readonly maxConnections: number;
}

/** Longest time of an answer that is streamed. */
const STREAM_S = 1_800;

export function createClickHouseQueries(deps: ClickHouseQueriesDeps): ClickHouseQueries {
  const { url, timeoutMs, maxConnections } = deps;
  const client = createClient({
    url,
    request_timeout: timeoutMs,
    max_open_connections: maxConnections,
    application: 'slipstream-api',
    // What goes wrong is thrown, and logged once where it is answered.
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 0,
      // The server gives up a little before we do, so that it does not go on for nobody.
      max_execution_time: Math.max(1, Math.floor(timeoutMs / 1000)),
    },
  });

  /** Whatever fails, the store gave no answer that can be used. */
  function unavailable(cause: unknown): StoreUnavailableError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new StoreUnavailableError('clickhouse', why === '' ? 'out of reach' : why, { cause });
  }

  async function ask<Row>(
    sql: string,
    params: Readonly<Record<string, unknown>>,
    format: 'JSONCompactEachRow' | 'JSONEachRow',
    signal?: AbortSignal,
  ): Promise<Row[]> {
    // The client looks at the signal's event only, so a signal that fired before would go unseen.
    signal?.throwIfAborted();
    try {
      const answer = await client.query({
        query: sql,
        query_params: params,
        format,
        abort_signal: signal,
      });
      return (await answer.json<Row>()) as Row[];
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw unavailable(cause);
    }
  }

  return {
    select: (sql, params, signal) => ask<Cell[]>(sql, params, 'JSONCompactEachRow', signal),
    selectNamed: (sql) => ask<Record<string, Cell>>(sql, {}, 'JSONEachRow'),
    async *stream(sql, params, signal) {
      signal.throwIfAborted();
      try {
        const settings = { max_execution_time: STREAM_S };
        const answer = await client.exec({
          query: sql,
          query_params: { ...params },
          abort_signal: signal,
          clickhouse_settings: settings,
        });
        yield* answer.stream as AsyncIterable<Uint8Array>;
      } catch (cause) {
        if (signal.aborted) throw signal.reason;
        throw unavailable(cause);
      }
    },
    async insert(table, rows) {
      try {
        await client.insert({ table, values: rows, format: 'JSONEachRow' });
      } catch (cause) {
        throw unavailable(cause);
      }
    },
    async command(sql, params = {}) {
      try {
        await client.command({ query: sql, query_params: params });
      } catch (cause) {
        throw unavailable(cause);
      }
    },
    close: () => client.close(),
  };
}
