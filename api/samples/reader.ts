import type { Channel, Kind } from '../../schemas/channels.ts';

/** The stores that hold samples, as they are named in answers, metrics and the log. */
export type StoreName = 'questdb' | 'clickhouse';

/**
 * Reads the samples of one device from one store. The real ones are QuestDB (`questdb.ts`) and ClickHouse
 * (`clickhouse.ts`), the twin lives in memory (`memory-reader.ts`); `conformance.ts` holds all three to this.
 *
 * Every call throws {@link StoreUnavailableError} when the store is out of reach, too slow, or answers with an error.
 */
export interface SampleReader {
  readonly store: StoreName;
  /** One row for each key, in the order of (ts, source, boot), at most `limit`. */
  rows(query: RowQuery, signal?: AbortSignal): Promise<SampleRow[]>;
  /** One bucket for each (step, source) that has a row, in the order of (start, source), at most `limit`. */
  buckets(query: BucketQuery, signal?: AbortSignal): Promise<SampleBucket[]>;
  /** True when the store has at least one row of the device, of this kind. */
  hasDevice(kind: Kind, device: string, signal?: AbortSignal): Promise<boolean>;
  /** Resolves when the store answers. */
  ping(signal?: AbortSignal): Promise<void>;
}

interface Query<After> {
  readonly kind: Kind;
  readonly device: string;
  /** Empty: every source. */
  readonly sources: readonly string[];
  /** The channels to answer, in this order. */
  readonly channels: readonly Channel[];
  /** Event time, ms since the epoch: `fromMs` is included, `toMs` is not. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Only what comes after this one in the order. */
  readonly after: After | null;
  readonly limit: number;
}

export interface RowKey {
  readonly tsMs: number;
  readonly source: string;
  /** 16 hex digits: their order is the order of the number. */
  readonly boot: string;
}

export interface BucketKey {
  readonly startMs: number;
  readonly source: string;
}

export interface RowQuery extends Query<RowKey> {}

/** Only samples from `fromMs` to `toMs` count, also in a first or last bucket that reaches further. */
export interface BucketQuery extends Query<BucketKey> {
  readonly stepMs: number;
}

export interface SampleRow extends RowKey {
  readonly deviceTimeMs: number;
  readonly seq: number;
  /** Stored units, one for each of the query's channels. */
  readonly values: readonly (number | null)[];
}

export interface SampleBucket extends BucketKey {
  /** Rows in the bucket, whatever they carry; two boots of a source count together. */
  readonly samples: number;
  /** One for each of the query's channels; null when no row of the bucket carries it. */
  readonly values: readonly (BucketValue | null)[];
}

/** Stored units. `last` is the value at the greatest (ts, boot), for channels that roll up to their last value. */
export type BucketValue =
  | { readonly n: number; readonly sum: number; readonly min: number; readonly max: number }
  | { readonly last: number };

/** A store gave no answer that can be used. Nothing partial is ever returned in its place. */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError';
  readonly store: StoreName;

  constructor(store: StoreName, message: string, options?: ErrorOptions) {
    super(`${store}: ${message}`, options);
    this.store = store;
  }
}

/** The order of rows, the same in every store: texts are ASCII, so bytes and UTF-16 units agree. */
export function compareRows(a: RowKey, b: RowKey): number {
  return a.tsMs - b.tsMs || compareTexts(a.source, b.source) || compareTexts(a.boot, b.boot);
}

export function compareBuckets(a: BucketKey, b: BucketKey): number {
  return a.startMs - b.startMs || compareTexts(a.source, b.source);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
