import { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { StoreRefusedError, StoreUnavailableError } from '../sink.ts';

export type QueryParams = Readonly<Record<string, string | number | readonly string[]>>;

/** What the processors need of ClickHouse. */
export interface ClickHouse {
  /** Sends an `INSERT … FORMAT …` with these bytes, one after the other, as its body. */
  insert(query: string, bodies: readonly Uint8Array[]): Promise<void>;
  /** The whole answer of a query that names its FORMAT, as it comes: bound it by LIMIT or by its key. */
  read(query: string): Promise<Buffer>;
  command(query: string, params?: QueryParams): Promise<void>;
  select(query: string, params?: QueryParams): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Repeats within a block stay until parts merge, as those of different blocks do: looking for them here is dear. */
export const INSERT_SETTINGS = 'SETTINGS optimize_on_insert = 0';

const TIMEOUT_MS = 60_000;

/** Codes that say that the data, not the server, is wrong: parsing, types, unknown columns, bad text. */
const REFUSED_CODES = new Set(['6', '26', '27', '33', '38', '41', '53', '69', '70', '72', '117', '128', '349', '441']);

/** All calls throw StoreRefusedError or StoreUnavailableError, by ClickHouse's own error code. */
export function createClickHouse(url: string): ClickHouse {
  const client: ClickHouseClient = createClient({
    url,
    request_timeout: TIMEOUT_MS,
    // Every failure is thrown here and said once, by who handles it.
    log: { level: ClickHouseLogLevel.OFF },
  });

  async function attempt<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : String(cause);
      if (cause instanceof ClickHouseError && REFUSED_CODES.has(cause.code)) {
        throw new StoreRefusedError(`ClickHouse ${cause.code}: ${text}`, { cause });
      }
      throw new StoreUnavailableError(`ClickHouse: ${text}`, { cause });
    }
  }

  return {
    insert: (query, bodies) =>
      attempt(async () => {
        const { stream } = await client.exec({ query, values: Readable.from(bodies, { objectMode: false }) });
        for await (const _ of stream);
      }),
    command: (query, params) => attempt(async () => void (await client.command({ query, query_params: params }))),
    read: (query) =>
      attempt(async () => {
        const pieces: Uint8Array[] = [];
        const { stream } = await client.exec({ query });
        for await (const piece of stream) pieces.push(piece);
        return Buffer.concat(pieces);
      }),
    select: (query, params) =>
      attempt(async () =>
        (await client.query({ query, format: 'JSONEachRow', query_params: params })).json<Record<string, unknown>>(),
      ),
    close: () => client.close(),
  };
}
