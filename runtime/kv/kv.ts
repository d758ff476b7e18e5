/**
 * Small values under names, each with a revision to compare and set by. The real one is a JetStream KV bucket
 * (`nats-kv.ts`), its twin lives in memory (`memory-kv.ts`); `conformance.ts` holds both to what is written here.
 * Keys are dot-separated words of `[A-Za-z0-9_-]`; another key throws RangeError.
 *
 * Every call may throw {@link KvUnavailableError}.
 */
export interface KeyValue {
  get(key: string): Promise<Entry | null>;
  /** Throws {@link KeyConflictError} when the key has a value. Returns the revision. */
  create(key: string, value: Uint8Array): Promise<number>;
  /** Throws {@link KeyConflictError} unless the key's newest revision is `revision`. */
  update(key: string, value: Uint8Array, revision: number): Promise<number>;
  put(key: string, value: Uint8Array): Promise<number>;
  /** With `revision`: throws {@link KeyConflictError} unless it is the newest. Deleting what is not there is fine. */
  delete(key: string, revision?: number): Promise<void>;
  /** Keys that have a value, by filter: a key, or a prefix with `>` (`shard.>`). */
  keys(filter: string): Promise<string[]>;
  /**
   * Tells of the present values first, then `onReady`, then of each change (value null: deleted). `onLost` is called
   * once when the watch can no longer promise to tell everything; the caller opens a new one. Values that expire are
   * not told.
   */
  watch(filter: string, handlers: WatchHandlers): Promise<Watch>;
}

const KEY = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/** Throws RangeError unless `key` is one. */
export function assertKey(key: string): void {
  if (!KEY.test(key)) throw new RangeError(`a key is words of letters, digits, _ and -, between dots: ${key}`);
}

/** Throws RangeError unless `filter` is a key, a prefix with `>`, or `>`. */
export function assertFilter(filter: string): void {
  if (filter !== '>') assertKey(filter.endsWith('.>') ? filter.slice(0, -2) : filter);
}

export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: number;
  /** When this revision was written, ms since the epoch. */
  readonly writtenMs: number;
}

export interface WatchHandlers {
  onChange(change: { key: string; value: Uint8Array | null; revision: number }): void;
  onReady(): void;
  onLost(error: Error): void;
}

export interface Watch {
  stop(): void;
}

export interface BucketOptions {
  readonly bucket: string;
  /** A value that was not written for this long is removed; 0 keeps it for ever. */
  readonly ttlMs: number;
  readonly maxBytes: number;
  readonly replicas: number;
}

/** Another writer came first. */
export class KeyConflictError extends Error {
  override name = 'KeyConflictError';
}

/** Nothing can be said about the write: read the key again before deciding. */
export class KvUnavailableError extends Error {
  override name = 'KvUnavailableError';
}
