import type { SampleBatch, ValueColumn } from '../../schemas/batch/reader.ts';
import { type Bucket, MAX, MIN, N, NEWEST, SLOTS, SUM, VALUE } from './bucket.ts';
import { BUCKET_MS } from './bucket-time.ts';
import type { OffsetSet } from './offset-set.ts';

interface PresentChannel {
  readonly index: number;
  readonly values: ValueColumn['values'];
  readonly nulls: Uint8Array;
}

/** Rows of a batch that belong together, and the channels that any row of the batch has. */
export interface FoldableRows {
  readonly tsMs: Float64Array;
  readonly stats: readonly PresentChannel[];
  readonly last: readonly PresentChannel[];
  /** Scratch: row numbers that are new to a bucket. */
  readonly fresh: Uint32Array;
}

export function toFoldable(batch: SampleBatch): FoldableRows {
  const present = batch.channels.flatMap((column, index) =>
    column === null ? [] : [{ index, values: column.values, nulls: column.nulls, rollUp: column.channel.rollUp }],
  );
  return {
    tsMs: batch.tsMs,
    stats: present.filter(({ rollUp }) => rollUp === 'stats'),
    last: present.filter(({ rollUp }) => rollUp === 'last'),
    fresh: new Uint32Array(batch.rows),
  };
}

/** One (athlete, boot) of a run of rows. */
export interface RunOrigin {
  readonly athlete: string;
  readonly bootLow: number;
  readonly bootHigh: number;
}

/**
 * Folds rows `from` ≤ row < `to`, all inside `bucket` and of one origin, into it. Rows whose sample key is in `keys`
 * already are repeats and change nothing. Returns how many were new.
 */
export function foldRows(
  bucket: Bucket,
  keys: OffsetSet,
  rows: FoldableRows,
  from: number,
  to: number,
  { athlete, bootLow, bootHigh }: RunOrigin,
): number {
  const { tsMs, stats, last, fresh } = rows;
  const { startMs } = bucket;
  let count = 0;
  let newestMs = -1;
  for (let row = from; row < to; row++) {
    const offsetMs = tsMs[row] - startMs;
    if (!keys.add(offsetMs)) continue;
    fresh[count++] = row;
    if (offsetMs > newestMs) newestMs = offsetMs;
  }
  if (count === 0) return 0;
  bucket.samples += count;
  bucket.resized();
  if (bucket.takePlace(NEWEST, newestMs, bootLow, bootHigh)) bucket.athlete = athlete;
  for (let c = 0; c < stats.length; c++) foldStats(bucket, stats[c], fresh, count);
  for (let c = 0; c < last.length; c++) foldLast(bucket, last[c], rows, count, bootLow, bootHigh);
  return count;
}

function foldStats(bucket: Bucket, { index, values, nulls }: PresentChannel, fresh: Uint32Array, count: number): void {
  let n = 0;
  let min = 0x7fff_ffff;
  let max = -0x8000_0000;
  let sum = 0;
  for (let k = 0; k < count; k++) {
    const row = fresh[k];
    if (nulls[row] !== 0) continue;
    const value = values[row];
    n++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (n === 0) return;
  const { slots } = bucket;
  const at = SLOTS * index;
  const isFirst = slots[at + N] === 0;
  slots[at + N] += n;
  slots[at + SUM] += sum;
  if (isFirst || min < slots[at + MIN]) slots[at + MIN] = min;
  if (isFirst || max > slots[at + MAX]) slots[at + MAX] = max;
}

function foldLast(
  bucket: Bucket,
  { index, values, nulls }: PresentChannel,
  { tsMs, fresh }: FoldableRows,
  count: number,
  bootLow: number,
  bootHigh: number,
): void {
  let newest = -1;
  for (let k = 0; k < count; k++) {
    const row = fresh[k];
    if (nulls[row] === 0 && (newest < 0 || tsMs[row] > tsMs[newest])) newest = row;
  }
  if (newest < 0) return;
  const at = SLOTS * index;
  if (bucket.takePlace(at, tsMs[newest] - bucket.startMs, bootLow, bootHigh)) {
    bucket.slots[at + VALUE] = values[newest];
  }
}

/** The first row after `from` (at most `to`) that is not in the bucket that starts at `startMs`. */
export function endOfBucketRows(tsMs: Float64Array, from: number, to: number, startMs: number): number {
  const endMs = startMs + BUCKET_MS;
  let row = from + 1;
  while (row < to && tsMs[row] >= startMs && tsMs[row] < endMs) row++;
  return row;
}
