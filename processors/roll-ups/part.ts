import { shardOf } from '../../schemas/identity.ts';
import { BUCKET_MS, bucketStartMs, hourStartMs } from './bucket-time.ts';
import type { RollUpOptions } from './options.ts';
import { RecomputeQueue } from './recompute-queue.ts';
import { Series } from './series.ts';

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
 * and what is left says only up to where. When there is no room the series that was used longest ago is forgotten;
 * `evictedUntilMs` then tells a series that comes back from one that is new.
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

  /** Closes the buckets of series that were not heard of for `idleMs`. */
  expire(timeMs: number): void {
    for (const series of this.active) {
      if (timeMs - series.lastMs < this.#options.idleMs) return;
      this.active.delete(series);
      this.idle.add(series);
      series.closeUntil(series.endMs());
      this.bytes += -series.bytes + series.measure();
      this.isDirty = true;
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
      this.evictedUntilMs = Math.max(this.evictedUntilMs, oldest.endMs());
      this.series.delete(seriesKey(oldest.device, oldest.source));
      this.idle.delete(oldest);
      this.active.delete(oldest);
      this.unwritten.delete(oldest);
      this.bytes -= oldest.bytes;
      this.isDirty = true;
    }
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
