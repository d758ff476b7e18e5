import { Bucket } from './bucket.ts';
import { BUCKET_MS, bucketStartMs } from './bucket-time.ts';
import type { Part } from './part.ts';

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
