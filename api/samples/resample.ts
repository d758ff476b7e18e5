import type { Channel } from '../../schemas/channels.ts';
import type { BucketValue, SampleBucket, SampleRow } from './reader.ts';

/** A roll-up has a row for each of these, so steps that are whole numbers of it need not touch raw samples. */
export const ROLLUP_STEP_MS = 10_000;

/**
 * Folds rows, sorted by (ts, source, boot), into buckets of `stepMs` counted from the epoch, sorted by (start,
 * source): what the stores' SQL does, written once in TypeScript. The twin answers with it and the conformance suite
 * compares the stores to it.
 */
export function resample(rows: readonly SampleRow[], channels: readonly Channel[], stepMs: number): SampleBucket[] {
  const bySource = new Map<
    string,
    { startMs: number; source: string; samples: number; values: (BucketValue | null)[] }
  >();
  const buckets: SampleBucket[] = [];
  for (const row of rows) {
    const startMs = Math.floor(row.tsMs / stepMs) * stepMs;
    let bucket = bySource.get(row.source);
    if (bucket === undefined || bucket.startMs !== startMs) {
      bucket = { startMs, source: row.source, samples: 0, values: channels.map(() => null) };
      bySource.set(row.source, bucket);
      buckets.push(bucket);
    }
    bucket.samples++;
    for (let c = 0; c < channels.length; c++) {
      const value = row.values[c];
      if (value !== null) bucket.values[c] = fold(channels[c], bucket.values[c], value);
    }
  }
  return buckets.sort((a, b) => a.startMs - b.startMs || (a.source < b.source ? -1 : 1));
}

function fold(channel: Channel, before: BucketValue | null, value: number): BucketValue {
  if (channel.rollUp === 'last') return { last: value };
  if (before === null || 'last' in before) return { n: 1, sum: value, min: value, max: value };
  return {
    n: before.n + 1,
    sum: before.sum + value,
    min: Math.min(before.min, value),
    max: Math.max(before.max, value),
  };
}

/** A bucket's values from what SQL folded: n, sum, min and max of each channel, or only its last value. */
export function readFolds(cells: readonly (number | null)[], channels: readonly Channel[]): (BucketValue | null)[] {
  let place = 0;
  return channels.map(({ rollUp }) => {
    if (rollUp === 'last') {
      const last = cells[place++];
      return last === null ? null : { last };
    }
    const [n, sum, min, max] = cells.slice(place, place + 4).map(Number);
    place += 4;
    return n === 0 ? null : { n, sum, min, max };
  });
}
