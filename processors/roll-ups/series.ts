import { Bucket } from './bucket.ts';
import { BUCKET_MS, bucketStartMs } from './bucket-time.ts';
import type { Part } from './part.ts';

/**
 * One source of one device. Buckets from `closedUntilMs` on are open: everything that ever came for them was folded
 * in. Buckets below it are closed for ever; those whose row was not written yet wait here, sealed.
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
  buckets: Bucket[] = [];
  /** Bound on its size in a checkpoint, as of the end of the last message. */
  bytes = 0;
  /** Sequence of the message that is being folded, while it is. */
  touchedSeq = -1;

  constructor(part: Part, device: string, source: string, closedUntilMs: number) {
    this.part = part;
    this.device = device;
    this.source = source;
    this.closedUntilMs = closedUntilMs;
  }

  /** Its bucket that starts at `startMs` ≥ `closedUntilMs`; made when it is not there. */
  bucketAt(startMs: number): Bucket {
    // Data comes mostly in order, so the newest bucket is at the end.
    for (let i = this.buckets.length - 1; i >= 0; i--) {
      if (this.buckets[i].startMs === startMs) return this.buckets[i];
    }
    const bucket = new Bucket(startMs);
    this.buckets.push(bucket);
    return bucket;
  }

  /** Nothing below `untilMs` is opened again. Rows that the store has are dropped, the others wait. */
  closeUntil(untilMs: number): void {
    if (untilMs <= this.closedUntilMs) return;
    this.closedUntilMs = untilMs;
    for (const bucket of this.buckets) if (bucket.startMs < untilMs) bucket.seal();
    this.dropWritten();
  }

  /** Drops sealed buckets whose row was written. */
  dropWritten(): void {
    if (this.buckets.some(({ keys, changed }) => keys === null && !changed)) {
      this.buckets = this.buckets.filter(({ keys, changed }) => keys !== null || changed);
    }
  }

  /** End of the newest bucket that was folded into. */
  endMs(): number {
    return Math.max(this.closedUntilMs, bucketStartMs(this.maxTsMs) + BUCKET_MS);
  }

  measure(): number {
    let bytes = 64 + 3 * (this.device.length + this.source.length);
    for (const bucket of this.buckets) bytes += bucket.bytes();
    this.bytes = bytes;
    return bytes;
  }
}
