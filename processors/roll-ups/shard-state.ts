import type { SampleBatch } from '../../schemas/batch/reader.ts';
import { NEWEST } from './bucket.ts';
import { bucketStartMs } from './bucket-time.ts';
import type { RollUpCounts } from './counts.ts';
import { endOfBucketRows, type FoldableRows, foldRows, type RunOrigin, toFoldable } from './fold-rows.ts';
import type { RollUpOptions } from './options.ts';
import type { Series } from './part.ts';
import { PARTS, Part, partOf, seriesKey } from './part.ts';
import { decodePart, encodePart } from './part-codec.ts';

const PART_NAME = /^part-(\d{2})$/;

/** Everything the roll-ups of one shard know: a function of its messages, and of which rows were written. */
export class ShardState {
  readonly parts: Part[];
  /** Message time of the last message. */
  nowMs = 0;
  readonly #counts: RollUpCounts;
  /** Series with rows in the message that is being folded. */
  #touched: Series[] = [];

  /** Throws RangeError when `kept` is not what {@link takeDirty} gave. */
  constructor(options: RollUpOptions, counts: RollUpCounts, kept: ReadonlyMap<string, Uint8Array>) {
    this.#counts = counts;
    this.parts = Array.from({ length: PARTS }, () => new Part(options));
    for (const [name, bytes] of kept) {
      const index = Number(PART_NAME.exec(name)?.[1] ?? PARTS);
      if (index >= PARTS) throw new RangeError(`roll-up state has no part ${name}`);
      this.parts[index] = decodePart(bytes, options);
    }
  }

  /** The parts that changed since the last call. */
  takeDirty(): Map<string, Uint8Array> {
    const dirty = new Map<string, Uint8Array>();
    this.parts.forEach((part, index) => {
      if (!part.isDirty) return;
      part.isDirty = false;
      dirty.set(`part-${String(index).padStart(2, '0')}`, encodePart(part));
    });
    return dirty;
  }

  /** Time passed, by a message or a tick. */
  passTo(timeMs: number): void {
    this.nowMs = timeMs;
    for (const part of this.parts) part.expire(timeMs);
  }

  /** Folds the batch of message `seq`. Throws RecomputeQueueFullError. */
  fold(batch: SampleBatch, seq: number): void {
    const rows = toFoldable(batch);
    const { device, source, athlete, boot } = batch;
    // Frames of one device come several to a batch: its series is looked up once.
    const known: (Series | undefined)[] = [];
    for (let from = 0, to = 0; from < batch.rows; from = to) {
      const d = device.index[from];
      const s = source.index[from];
      const a = athlete.index[from];
      const bootLow = boot[2 * from];
      const bootHigh = boot[2 * from + 1];
      to = from + 1;
      while (
        to < batch.rows &&
        device.index[to] === d &&
        boot[2 * to] === bootLow &&
        boot[2 * to + 1] === bootHigh &&
        source.index[to] === s &&
        athlete.index[to] === a
      ) {
        to++;
      }
      const of = { device: device.keys[d], source: source.keys[s] };
      const origin = { athlete: athlete.keys[a], bootLow, bootHigh };
      const at = d * source.keys.length + s;
      known[at] = this.#foldRun(known[at], of, origin, rows, from, to, seq);
    }
    this.#endMessage(seq);
  }

  #foldRun(
    known: Series | undefined,
    of: { device: string; source: string },
    origin: RunOrigin,
    rows: FoldableRows,
    from: number,
    to: number,
    seq: number,
  ): Series | undefined {
    const key = seriesKey(of.device, of.source);
    const part = known === undefined ? this.parts[partOf(key)] : known.part;
    let series = known ?? part.series.get(key);
    for (let row = from, end = from; row < to; row = end) {
      const startMs = bucketStartMs(rows.tsMs[row]);
      end = endOfBucketRows(rows.tsMs, row, to, startMs);
      if (series === undefined && startMs >= part.evictedUntilMs) series = part.add(of.device, of.source);
      const isLate = series === undefined || startMs < series.closedUntilMs;
      if (isLate || !this.#foldBucketRows(series!, startMs, origin, rows, row, end, seq)) {
        this.#counts.late += end - row;
        part.markHour(of, startMs, seq, this.nowMs);
      }
    }
    if (series !== undefined && series.touchedSeq !== seq) {
      series.touchedSeq = seq;
      this.#touched.push(series);
    }
    return series;
  }

  /** False when the bucket was given up instead. */
  #foldBucketRows(
    series: Series,
    startMs: number,
    origin: RunOrigin,
    rows: FoldableRows,
    from: number,
    to: number,
    seq: number,
  ): boolean {
    const bucket = series.bucketAt(startMs);
    const keys = bucket.keysOf(origin.bootLow, origin.bootHigh);
    if (keys === null) {
      series.part.giveUp(series, startMs, seq, this.nowMs);
      return false;
    }
    const fresh = foldRows(bucket, keys, rows, from, to, origin);
    this.#counts.folded += fresh;
    this.#counts.repeated += to - from - fresh;
    if (fresh === 0) return true;
    bucket.version = seq;
    bucket.changed = true;
    series.part.unwritten.add(series);
    const newestMs = startMs + bucket.slots[NEWEST] - 1;
    if (newestMs > series.maxTsMs) series.maxTsMs = newestMs;
    return true;
  }

  #endMessage(seq: number): void {
    for (const series of this.#touched) series.part.settle(series, this.nowMs);
    this.#touched = [];
    for (const part of this.parts) part.evict(seq, this.nowMs);
  }
}
