import { shardOf } from '../../schemas/identity.ts';
import { Bucket } from './bucket.ts';
import { BUCKET_MS, bucketStartMs, hourStartMs } from './bucket-time.ts';
import type { RollUpOptions } from './options.ts';
import { RecomputeQueue } from './recompute-queue.ts';

/** Parts of a shard's checkpoint. Changing it needs a new format of the parts. */
export const PARTS = 16;

/** The source comes first, so that a part does not follow from the hash that chose the shard. */
export function partOf(key: string): number {
  return shardOf(key, PARTS);
}

export function seriesKey(device: string, source: string): string {
  return `${source} ${device}`;
}

/**
 * One part of a shard's series, with their recomputes: what is kept under one name in a checkpoint. Parts know nothing
 * of each other, so each is bounded by itself.
 *
 * A series is *active* from its first row until nothing came for it for `idleMs`, then *idle*: its buckets are closed,
 * and what is left says only up to where. One of which nothing came for `forgetMs` is forgotten, and when there is no
 * room the one that was used longest ago; `evictedUntilMs` then tells a series that comes back from one that is new.
 */
export class Part {
  readonly series = new Map<string, Series>();
  /** Both in order of use. */
  readonly active = new Set<Series>();
  readonly idle = new Set<Series>();
  /** Series with buckets whose row was not written yet. */
  readonly unwritten = new Set<Series>();
  readonly marks: RecomputeQueue;
  /** An unknown series may have had, and lost, buckets below this. */
  evictedUntilMs = 0;
  bytes = 0;
  isDirty = false;
  readonly #options: RollUpOptions;

  constructor(options: RollUpOptions) {
    this.#options = options;
    this.marks = new RecomputeQueue(Math.ceil(options.maxRecomputes / PARTS));
  }

  add(device: string, source: string): Series {
    const series = new Series(this, device, source, this.evictedUntilMs);
    this.series.set(seriesKey(device, source), series);
    this.active.add(series);
    return series;
  }

  /** Puts back a series from a checkpoint, in order of use. */
  restore(series: Series, into: Set<Series>): void {
    this.series.set(seriesKey(series.device, series.source), series);
    into.add(series);
    if (series.hasUnwritten()) this.unwritten.add(series);
    this.bytes += series.measure();
  }

  /**
   * Gives up every bucket up to and with the one at `startMs`, in the middle of message `seq`: they close, and those
   * that have part of this message are left to a recompute, because a row of version `seq` must hold all of it.
   */
  giveUp(series: Series, startMs: number, seq: number, timeMs: number): void {
    const untilMs = startMs + BUCKET_MS;
    for (const bucket of series.open) {
      if (bucket.startMs >= untilMs || bucket.version !== seq) continue;
      bucket.changed = false;
      this.markHour(series, bucket.startMs, seq, timeMs);
    }
    series.closeUntil(untilMs);
  }

  /**
   * Leaves the hour of a bucket to a recompute that has seen message `seq`. Throws RecomputeQueueFullError.
   */
  markHour(of: { device: string; source: string }, startMs: number, seq: number, timeMs: number): void {
    this.marks.mark(of.device, of.source, hourStartMs(startMs), seq, timeMs);
    this.isDirty = true;
  }

  /** Ends message `seq` for a series that had rows in it. Buckets close here and nowhere inside a message. */
  settle(series: Series, timeMs: number): void {
    const { latenessMs, maxOpenBuckets } = this.#options;
    series.lastMs = timeMs;
    this.idle.delete(series);
    this.active.delete(series);
    this.active.add(series);
    series.closeUntil(
      Math.max(
        bucketStartMs(series.maxTsMs - latenessMs),
        bucketStartMs(series.maxTsMs) - (maxOpenBuckets - 1) * BUCKET_MS,
      ),
    );
    this.bytes += -series.bytes + series.measure();
    this.isDirty = true;
  }

  /** Closes the buckets of series that were not heard of for `idleMs`, and forgets those of `forgetMs`. */
  expire(timeMs: number): void {
    const { idleMs, forgetMs } = this.#options;
    for (const series of this.active) {
      if (timeMs - series.lastMs < Math.min(idleMs, forgetMs)) break;
      this.active.delete(series);
      this.idle.add(series);
      series.closeUntil(series.endMs());
      this.bytes += -series.bytes + series.measure();
      this.isDirty = true;
    }
    for (const series of this.idle) {
      if (timeMs - series.lastMs < forgetMs) return;
      // Rows that were not written yet are, first.
      if (!series.hasUnwritten()) this.#forget(series);
    }
  }

  /** Forgets the series that were used longest ago until the part is within its bounds again. */
  evict(seq: number, timeMs: number): void {
    const maxSeries = Math.ceil(this.#options.maxSeries / PARTS);
    while (this.series.size > maxSeries || this.bytes > this.#options.maxPartBytes) {
      const [oldest] = this.idle.size > 0 ? this.idle : this.active;
      // Its rows that were not written are left to a recompute; what was written stays right.
      for (const { changed, startMs } of [...oldest.sealed, ...oldest.open]) {
        if (changed) this.markHour(oldest, startMs, seq, timeMs);
      }
      this.#forget(oldest);
    }
  }

  #forget(series: Series): void {
    this.evictedUntilMs = Math.max(this.evictedUntilMs, series.endMs());
    this.series.delete(seriesKey(series.device, series.source));
    this.idle.delete(series);
    this.active.delete(series);
    this.unwritten.delete(series);
    this.bytes -= series.bytes;
    this.isDirty = true;
  }

  /** No bucket of the series below this is ever folded into again. */
  closedUntilMs(device: string, source: string): number {
    return this.series.get(seriesKey(device, source))?.closedUntilMs ?? this.evictedUntilMs;
  }

  /** Some rows of the series were written: those of closed buckets go. */
  afterWrite(series: Series): void {
    series.dropWritten();
    if (this.series.get(seriesKey(series.device, series.source)) !== series) return;
    if (!series.hasUnwritten()) this.unwritten.delete(series);
    this.bytes += -series.bytes + series.measure();
    this.isDirty = true;
  }
}

/**
 * One source of one device. Buckets from `closedUntilMs` on are open: everything that ever came for them was folded
 * in. Buckets below it are closed for ever; those whose row was not written yet wait in `sealed`.
 */
export class Series {
  readonly part: Part;
  readonly device: string;
  readonly source: string;
  /** Message time of the last message with rows of the series. */
  lastMs = 0;
  /** Greatest event time folded in. */
  maxTsMs = 0;
  closedUntilMs: number;
  open: Bucket[] = [];
  sealed: Bucket[] = [];
  /** Bound on its size in a checkpoint, as of the end of the last message. */
  bytes = 0;
  /** Sequence of the message that is being folded, while it is. */
  touchedSeq = -1;
  #sealedBytes = 0;

  constructor(part: Part, device: string, source: string, closedUntilMs: number) {
    this.part = part;
    this.device = device;
    this.source = source;
    this.closedUntilMs = closedUntilMs;
  }

  /** Its bucket that starts at `startMs` ≥ `closedUntilMs`; made when it is not there. */
  bucketAt(startMs: number): Bucket {
    // Data comes mostly in order, so the newest bucket is at the end.
    for (let i = this.open.length - 1; i >= 0; i--) {
      if (this.open[i].startMs === startMs) return this.open[i];
    }
    const bucket = new Bucket(startMs);
    this.open.push(bucket);
    return bucket;
  }

  /** Nothing below `untilMs` is opened again. Rows that the store has are dropped, the others wait. */
  closeUntil(untilMs: number): void {
    if (untilMs <= this.closedUntilMs) return;
    this.closedUntilMs = untilMs;
    let kept = 0;
    for (const bucket of this.open) {
      if (bucket.startMs >= untilMs) this.open[kept++] = bucket;
      else if (bucket.changed) this.addSealed(bucket);
    }
    this.open.length = kept;
  }

  /** A closed bucket whose row was not written yet. */
  addSealed(bucket: Bucket): void {
    bucket.seal();
    this.sealed.push(bucket);
    this.#sealedBytes += bucket.bytes();
  }

  /** Drops sealed buckets whose row was written. */
  dropWritten(): void {
    this.sealed = this.sealed.filter(({ changed }) => changed);
    this.#sealedBytes = this.sealed.reduce((bytes, bucket) => bytes + bucket.bytes(), 0);
  }

  hasUnwritten(): boolean {
    return this.sealed.length > 0 || this.open.some(({ changed }) => changed);
  }

  /** End of the newest bucket that was folded into. */
  endMs(): number {
    return Math.max(this.closedUntilMs, bucketStartMs(this.maxTsMs) + BUCKET_MS);
  }

  measure(): number {
    let bytes = 64 + 3 * (this.device.length + this.source.length) + this.#sealedBytes;
    for (const bucket of this.open) bytes += bucket.bytes();
    this.bytes = bytes;
    return bytes;
  }
}
