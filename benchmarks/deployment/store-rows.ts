import { DISTINCT_ROWS_SQL } from '../../schemas/sql/ledger-queries.ts';
import type { StoreName } from '../options.ts';

/** What a store holds at one moment. */
export interface StoreCount {
  /** Half-way between question and answer, on the monotonic clock. */
  readonly atMs: number;
  readonly rows: number;
}

export type StoreCounts = Readonly<Partial<Record<StoreName, StoreCount>>>;
export type StoreUrls = Readonly<Record<StoreName, string>>;

const ANSWER_TIMEOUT_MS = 120_000;

/**
 * Rows that a query finds. ClickHouse's are counted without FINAL, which costs nothing: a row that was repeated counts
 * twice until parts merge, and the count at the end, with FINAL, tells.
 */
const ROWS_NOW_SQL = { questdb: 'SELECT count() FROM samples', clickhouse: 'SELECT count() FROM slipstream.samples' };

export async function answerOf(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
}

/** The number that a statement answers. */
export async function askStore(store: StoreName, sql: string, urls: StoreUrls, signal: AbortSignal): Promise<number> {
  const query = encodeURIComponent(sql);
  const url = store === 'questdb' ? `${urls.questdb}/exec?query=${query}` : `${urls.clickhouse}/?query=${query}`;
  const text = await answerOf(url, signal);
  return Number(store === 'questdb' ? JSON.parse(text).dataset[0][0] : text);
}

export async function countsBy(
  sql: Record<StoreName, string>,
  stores: readonly StoreName[],
  urls: StoreUrls,
  signal: AbortSignal,
): Promise<StoreCounts> {
  const counts = await Promise.all(
    stores.map(async (store) => {
      const fromMs = performance.now();
      const rows = await askStore(store, sql[store], urls, signal);
      return [store, { atMs: (fromMs + performance.now()) / 2, rows }] as const;
    }),
  );
  return Object.fromEntries(counts);
}

export function countRows(stores: readonly StoreName[], urls: StoreUrls, signal: AbortSignal) {
  return countsBy(ROWS_NOW_SQL, stores, urls, signal);
}

/** Each key once, as a reader sees it; dear, so for the end. */
export function countDistinctRows(stores: readonly StoreName[], urls: StoreUrls, signal: AbortSignal) {
  return countsBy(DISTINCT_ROWS_SQL, stores, urls, signal);
}
