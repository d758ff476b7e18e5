/** Bounds and delays of the roll-ups of one shard. */
export interface RollUpOptions {
  /** A bucket closes when its series' own event time has passed the bucket's end by this. */
  readonly latenessMs: number;
  /** All buckets of a series close when, by message time, nothing came for it for this long. */
  readonly idleMs: number;
  /** A series that nothing came for for this long, by message time, is forgotten, and in no checkpoint any more. */
  readonly forgetMs: number;
  readonly maxOpenBuckets: number;
  readonly maxSeries: number;
  /** Bound on the series in one part of a checkpoint; with the part's marks it stays below 1 MB. */
  readonly maxPartBytes: number;
  readonly maxRecomputes: number;
  readonly maxRecomputesPerEmit: number;
  /** Data that keeps coming for an hour puts its recompute off, at most for this long by message time. */
  readonly maxRecomputeDelayMs: number;
  /** Rows of buckets that are still open are written at most this often, by message time. */
  readonly openRowsEveryMs: number;
  readonly maxRowsPerWrite: number;
}

/**
 * With these a shard holds some 10,000 series at once that send every channel once a second, and a part is at most
 * 768 KiB of series and 1,024 marks of up to 200 bytes: 991 kB.
 */
export const DEFAULT_ROLL_UP_OPTIONS: RollUpOptions = {
  latenessMs: 60_000,
  idleMs: 600_000,
  forgetMs: 30 * 86_400_000,
  maxOpenBuckets: 16,
  maxSeries: 32_768,
  maxPartBytes: 768 * 1024,
  maxRecomputes: 16_384,
  maxRecomputesPerEmit: 16,
  maxRecomputeDelayMs: 30_000,
  openRowsEveryMs: 5_000,
  maxRowsPerWrite: 20_000,
};
