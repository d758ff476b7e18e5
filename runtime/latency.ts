/**
 * Counts durations in buckets that grow with their size, so memory stays the same however many are recorded and every
 * quantile is at most 1/64 above the true one (the layout of HdrHistogram, 64 steps per power of two, from 1 µs).
 * Durations are in ms.
 */
export interface LatencyHistogram {
  /** Throws RangeError on a duration that is negative or not a number. */
  record(durationMs: number): void;
  readonly count: number;
  readonly maxMs: number;
  /** The least bucket edge that `share` (0 to 1) of the durations do not exceed; NaN when there are none. */
  quantileMs(share: number): number;
  /** Adds what another histogram counted. */
  merge(other: LatencyHistogram | LatencyCounts): void;
  /** What was counted, small enough for a message between processes. */
  counts(): LatencyCounts;
  clear(): void;
}

/** Bucket numbers with their counts; `maxMs` is exact. */
export interface LatencyCounts {
  readonly maxMs: number;
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
}

const STEP_BITS = 6;
const STEPS = 1 << STEP_BITS;
const MAX_US = 0xffff_ffff;
const BUCKETS = bucketOf(MAX_US) + 1;

/** Below 2 × 64 µs a bucket is 1 µs wide; each power of two above doubles the width. */
function bucketOf(us: number): number {
  const exponent = Math.max(0, 31 - Math.clz32(us) - STEP_BITS);
  return exponent * STEPS + (us >>> exponent);
}

function upperEdgeUs(bucket: number): number {
  if (bucket < 2 * STEPS) return bucket;
  const exponent = Math.floor(bucket / STEPS) - 1;
  return (bucket - exponent * STEPS + 1) * 2 ** exponent - 1;
}

export function createLatencyHistogram(): LatencyHistogram {
  const counted = new Float64Array(BUCKETS);
  let count = 0;
  let maxMs = 0;

  return {
    record(durationMs) {
      if (!(durationMs >= 0)) throw new RangeError(`a duration is at least 0 ms, got ${durationMs}`);
      counted[bucketOf(Math.min(MAX_US, Math.ceil(durationMs * 1_000)))]++;
      count++;
      if (durationMs > maxMs) maxMs = durationMs;
    },
    get count() {
      return count;
    },
    get maxMs() {
      return maxMs;
    },
    quantileMs(share) {
      if (!(share >= 0 && share <= 1)) throw new RangeError(`a quantile is from 0 to 1, got ${share}`);
      if (count === 0) return Number.NaN;
      let left = Math.max(1, Math.ceil(share * count));
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        left -= counted[bucket];
        if (left <= 0) return Math.min(maxMs, upperEdgeUs(bucket) / 1_000);
      }
      return maxMs;
    },
    merge(other) {
      const { maxMs: otherMaxMs, buckets } = 'counts' in other ? other.counts() : other;
      for (const [bucket, times] of buckets) {
        if (!(bucket >= 0 && bucket < BUCKETS)) throw new RangeError(`no bucket ${bucket}`);
        counted[bucket] += times;
        count += times;
      }
      maxMs = Math.max(maxMs, otherMaxMs);
    },
    counts() {
      const buckets: [number, number][] = [];
      for (let bucket = 0; bucket < BUCKETS; bucket++) if (counted[bucket] > 0) buckets.push([bucket, counted[bucket]]);
      return { maxMs, buckets };
    },
    clear() {
      counted.fill(0);
      count = 0;
      maxMs = 0;
    },
  };
}
