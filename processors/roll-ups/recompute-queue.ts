import { HOUR_MS } from './bucket-time.ts';

/** An hour of a series that holds data which the open buckets did not get. */
export interface RecomputeMark {
  readonly device: string;
  readonly source: string;
  readonly hourMs: number;
  /** Sequences of the first and the last message with such data that no recompute has covered yet. */
  firstSeq: number;
  lastSeq: number;
  /** Message time of the first. */
  markedMs: number;
}

/**
 * There is no room for another device-hour. Nothing is lost: the messages are in the log, and the shard goes on from
 * its checkpoint once the store has taken the recomputes that wait.
 */
export class RecomputeQueueFullError extends Error {
  override name = 'RecomputeQueueFullError';
}

/** Device-hours to compute again from the raw table, one mark for each, the oldest first. */
export class RecomputeQueue {
  readonly maxMarks: number;
  readonly #marks = new Map<string, RecomputeMark>();

  constructor(maxMarks: number) {
    this.maxMarks = maxMarks;
  }

  get size(): number {
    return this.#marks.size;
  }

  values(): IterableIterator<RecomputeMark> {
    return this.#marks.values();
  }

  /** Throws {@link RecomputeQueueFullError}. */
  mark(device: string, source: string, hourMs: number, seq: number, timeMs: number): void {
    const before = this.#marks.get(keyOf(device, source, hourMs));
    if (before) before.lastSeq = seq;
    else this.restore({ device, source, hourMs, firstSeq: seq, lastSeq: seq, markedMs: timeMs });
  }

  restore(mark: RecomputeMark): void {
    if (this.#marks.size >= this.maxMarks) {
      throw new RecomputeQueueFullError(`${this.maxMarks} device-hours wait for a recompute already`);
    }
    this.#marks.set(keyOf(mark.device, mark.source, mark.hourMs), mark);
  }

  /** A recompute saw everything up to `seq`. What was marked after that stays, as if marked at `timeMs`. */
  settle(mark: RecomputeMark, seq: number, timeMs: number): void {
    if (mark.lastSeq <= seq) {
      this.#marks.delete(keyOf(mark.device, mark.source, mark.hourMs));
    } else {
      mark.firstSeq = seq + 1;
      mark.markedMs = timeMs;
    }
  }
}

/** Neither a device nor a source has a blank. */
function keyOf(device: string, source: string, hourMs: number): string {
  return `${device} ${source} ${hourMs / HOUR_MS}`;
}
