/** How long one roll-up row is. It divides an hour, so a device-hour is a whole number of buckets. */
export const BUCKET_MS = 10_000;
/** What is computed again at once when data came too late for the open buckets. */
export const HOUR_MS = 3_600_000;

/** Start of the bucket that holds `timeMs`. */
export function bucketStartMs(timeMs: number): number {
  return Math.floor(timeMs / BUCKET_MS) * BUCKET_MS;
}

/** Start of the UTC hour that holds `timeMs`. */
export function hourStartMs(timeMs: number): number {
  return Math.floor(timeMs / HOUR_MS) * HOUR_MS;
}
