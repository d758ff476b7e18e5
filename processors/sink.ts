import type { Kind } from '../schemas/channels.ts';

/** One message of FRAMES on its way into a store: a Native block and the counts from its header. */
export interface SinkMessage {
  readonly seq: number;
  readonly kind: Kind;
  readonly payload: Uint8Array;
  /** Run of the ingest process that made it, 16 hex digits; with shard and batch its name in the ledger. */
  readonly instance: string;
  readonly shard: number;
  readonly batch: number;
  readonly frames: number;
  readonly samples: number;
  readonly nulled: number;
  /** When its oldest frame arrived, ms since the epoch. */
  readonly receivedMs: number;
}

/**
 * A store at the end of the path. Writing the same messages again, in the same or another grouping, leaves the same
 * rows and the same ledger. `sink.conformance.ts` holds the twin and both stores to what is written here.
 */
export interface Sink {
  readonly name: string;
  /** Reaches the store and brings its schema up to date. Throws StartError when a person must mend something. */
  open(): Promise<void>;
  /**
   * Resolves once every row is stored for good, with its line in the store's ledger. All or part may be stored when it
   * throws: {@link StoreUnavailableError} asks for the same again later, {@link StoreRefusedError} says that something
   * in these messages can never be stored. The payloads must not change meanwhile.
   */
  write(messages: readonly SinkMessage[]): Promise<WriteResult>;
  /** Notes in the ledger that none of the samples of these messages were stored. Throws StoreUnavailableError. */
  writeRefused(messages: readonly SinkMessage[]): Promise<void>;
  /** Whether what the store accepts is also applied. Throws StoreUnavailableError. */
  health(): Promise<SinkHealth>;
  close(): Promise<void>;
}

export interface WriteResult {
  /** Rows handed over, repeats included. */
  readonly rows: number;
  /** Rows left out because they are older than the store keeps. */
  readonly expired: number;
}

export type SinkHealth = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Out of reach, overloaded or misconfigured: nothing is wrong with the data. Try again later. */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError';
}

/** The store understood the request and says that the data cannot be stored. */
export class StoreRefusedError extends Error {
  override name = 'StoreRefusedError';
}
