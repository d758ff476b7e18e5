import type { RecordClaim, RecordEvidence, RecordKey } from '../../../schemas/record.ts';

/** A claim as it is kept. */
export interface StoredClaim extends RecordClaim {
  readonly epoch: number;
  /** Message of the shard up to which it was known. */
  readonly seq: number;
  /** Message time of that message. */
  readonly knownAtMs: number;
}

export interface NewestClaim extends StoredClaim {
  /** The greatest revision that was ever given: above that of this claim when a stopped process wrote it. */
  readonly lastRevision: number;
  /** The store holds its activity, finished and not withdrawn. */
  readonly isFinished: boolean;
}

/** An effort without marks. */
export interface Candidate extends RecordKey, RecordEvidence {}

/**
 * Where records are kept, beside the activities that they rest on: claims with a revision and an epoch. The real one is
 * ClickHouse (`clickhouse-record-store.ts`), its twin lives in memory (`memory-record-store.ts`).
 *
 * Every call throws StoreUnavailableError when nothing can be said, and may be repeated.
 */
export interface RecordStore {
  /** Of each record of these athletes the claim that holds. */
  newest(athletes: readonly string[]): Promise<NewestClaim[]>;
  /** Every claim of these athletes that was made at the message `seq` or later. */
  since(athletes: readonly string[], seq: number): Promise<StoredClaim[]>;
  /**
   * Of each record of these athletes the best effort without marks in their finished activities. Of the activities in
   * `live`, which go on after they were stored, only what is most in a whole activity.
   */
  best(athletes: readonly string[], live: readonly string[]): Promise<Candidate[]>;
  /** A claim with the same record and revision is replaced unless its epoch is greater. */
  write(claims: readonly StoredClaim[]): Promise<void>;
}
