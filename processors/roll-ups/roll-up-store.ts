/**
 * Where roll-ups are kept: rows with a version, of which the greatest holds. The real one is ClickHouse
 * (`clickhouse-roll-up-store.ts`), its twin lives in memory (`memory-roll-up-store.ts`).
 *
 * Both calls resolve once the rows are stored, and may be repeated. They throw StoreUnavailableError when nothing can
 * be said about the rows.
 */
export interface RollUpStore {
  /** Inserts `rowCount` rows, given as one Native block of the roll-up table (`roll-up-block.ts`). */
  write(block: Uint8Array<ArrayBuffer>, rowCount: number): Promise<void>;
  /**
   * Computes the rows of a span of one source of a device again, from the distinct raw samples that the store holds,
   * and writes those that have any.
   */
  recompute(request: Recompute): Promise<void>;
}

export interface Recompute {
  readonly device: string;
  readonly source: string;
  /** Whole buckets, ms since the epoch; the end is not part of it. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly version: number;
  readonly epoch: number;
}
