import { ALL_CHANNELS, CHANNELS, type Channel, RR_CHANNEL } from '../schemas/channels.ts';
import { type DamageCounts, RefusedFileError } from './reasons.ts';

/** Samples as columns: `values[i]` counts only where `missing[i]` is 0. Times strictly increase. */
export interface Series {
  readonly timesMs: Float64Array;
  /** By channel name, in the order of the channel table; a channel without any value is not there. */
  readonly columns: Readonly<Record<string, SeriesColumn>>;
}

export interface SeriesColumn {
  readonly values: Int32Array;
  readonly missing: Uint8Array;
}

/** A day at 20 Hz and more than 50 MB of any device we know; a file beyond it would cost memory without a bound. */
export const MAX_SAMPLES = 2_000_000;
/** Devices write the times of their first fix, or of 1989, when their clock is not set. */
const EARLIEST_MS = Date.UTC(1990, 0, 1);
/** A clock may be set wrong by a time zone; beyond that it is wrong. */
const MAX_AHEAD_MS = 26 * 3_600_000;
/** No activity pauses for longer, so what lies beyond was recorded with a clock that was not set. */
const MAX_GAP_MS = 30 * 86_400_000;

interface Growing {
  readonly channel: Channel;
  values: Int32Array;
  missing: Uint8Array;
  hasValues: boolean;
}

/**
 * Takes samples as a file has them and makes a series of them: sorted, each time once, every value inside the limits
 * of its channel. Everything that had to be changed for that is counted as damage.
 */
export class SeriesBuilder {
  readonly #damage: DamageCounts;
  readonly #latestMs: number;
  readonly #columns: Growing[];
  #timesMs = new Float64Array(1024);
  #count = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #isSorted = true;

  constructor(damage: DamageCounts, nowMs: number, channels: readonly Channel[] = CHANNELS) {
    this.#damage = damage;
    this.#latestMs = nowMs + MAX_AHEAD_MS;
    const none = { values: new Int32Array(0), missing: new Uint8Array(0), hasValues: false };
    this.#columns = channels.map((channel) => ({ channel, ...none }));
  }

  get count(): number {
    return this.#count;
  }

  /** The time of the sample added last. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** Begins a sample. False when its time cannot be: then its values are to be left out. */
  begin(timeMs: number): boolean {
    if (!(timeMs >= EARLIEST_MS && timeMs <= this.#latestMs)) {
      this.#damage.add(Number.isNaN(timeMs) ? 'missing_time' : 'impossible_time');
      return false;
    }
    if (this.#count >= MAX_SAMPLES) throw new RefusedFileError('too_many_samples', `more than ${MAX_SAMPLES}`);
    const rounded = Math.round(timeMs);
    if (rounded < this.#lastMs) {
      this.#isSorted = false;
      this.#damage.add('times_out_of_order');
    }
    this.#lastMs = rounded;
    if (this.#count === this.#timesMs.length) this.#timesMs = grown(this.#timesMs, Float64Array);
    this.#timesMs[this.#count++] = rounded;
    return true;
  }

  /** A value of the sample begun last, in stored units; NaN is no value. One that is there already stands. */
  set(channelIndex: number, stored: number): void {
    if (Number.isNaN(stored)) return;
    const column = this.#columns[channelIndex];
    const row = this.#count - 1;
    if (this.#isPossible(column, stored) && !isSet(column, row)) this.#put(column, row, stored);
  }

  /**
   * Values of a channel that are known by time alone, in place of those that are there: asked of every row, in order of
   * time. NaN leaves a row as it is.
   */
  overlay(channelIndex: number, storedAt: (timeMs: number) => number): void {
    const column = this.#columns[channelIndex];
    for (const row of this.#order()) {
      const stored = storedAt(this.#timesMs[row]);
      if (!Number.isNaN(stored) && this.#isPossible(column, stored)) this.#put(column, row, stored);
    }
  }

  #isPossible({ channel: { min, max } }: Growing, stored: number): boolean {
    const value = Math.round(stored);
    if (value >= min && value <= max) return true;
    this.#damage.add('impossible_value');
    return false;
  }

  #put(column: Growing, row: number, stored: number): void {
    if (column.values.length <= row) {
      const room = this.#timesMs.length;
      column.values = grown(column.values, Int32Array, room);
      column.missing = grown(column.missing, Uint8Array, room, 1);
    }
    column.values[row] = Math.round(stored);
    column.missing[row] = 0;
    column.hasValues = true;
  }

  /** Null when there is no sample with a value. */
  finish(): Series | null {
    const used = this.#columns.filter((column) => column.hasValues);
    const order = this.#order();
    const [from, end] = this.#largestRun(order);
    this.#damage.add('impossible_time', this.#count - (end - from));
    const rows = this.#distinct(order.subarray(from, end), used);
    const columns = used.map((column) => [column.channel.name, collect(column, rows)] as const);
    const present = columns.filter(([, column]) => column.missing.includes(0));
    if (present.length === 0) return null;
    return { timesMs: Float64Array.from(rows, (row) => this.#timesMs[row]), columns: Object.fromEntries(present) };
  }

  /** The rows in the order of time; of equal times the one read first comes first. */
  #order(): Uint32Array {
    const order = new Uint32Array(this.#count);
    for (let i = 0; i < order.length; i++) order[i] = i;
    const timesMs = this.#timesMs;
    return this.#isSorted ? order : order.sort((a, b) => timesMs[a] - timesMs[b] || a - b);
  }

  /** The longest stretch without a gap of weeks. */
  #largestRun(order: Uint32Array): [from: number, end: number] {
    const timesMs = this.#timesMs;
    let best: [number, number] = [0, 0];
    let from = 0;
    for (let i = 1; i <= order.length; i++) {
      if (i < order.length && timesMs[order[i]] - timesMs[order[i - 1]] <= MAX_GAP_MS) continue;
      if (i - from > best[1] - best[0]) best = [from, i];
      from = i;
    }
    return best;
  }

  /** One row for each time, with what other rows of that time add to it; none without a value. */
  #distinct(order: Uint32Array, used: readonly Growing[]): Uint32Array {
    const rows = new Uint32Array(order.length);
    const hasValue = (row: number) => used.some((column) => isSet(column, row));
    let count = 0;
    for (const row of order) {
      const before = count > 0 ? rows[count - 1] : -1;
      if (before >= 0 && this.#timesMs[before] === this.#timesMs[row]) {
        this.#damage.add('repeated_time');
        for (const column of used) fillGap(column, before, row);
      } else if (hasValue(row)) {
        rows[count++] = row;
      }
    }
    return rows.subarray(0, count);
  }
}

export function createRrBuilder(damage: DamageCounts, nowMs: number): SeriesBuilder {
  return new SeriesBuilder(damage, nowMs, [RR_CHANNEL]);
}

const isSet = ({ missing }: Growing, row: number) => row < missing.length && missing[row] === 0;

function fillGap(column: Growing, row: number, from: number): void {
  if (isSet(column, row) || !isSet(column, from)) return;
  // `from` was set after `row`, so the column is long enough for both.
  column.values[row] = column.values[from];
  column.missing[row] = 0;
}

function collect(column: Growing, rows: Uint32Array): SeriesColumn {
  const values = new Int32Array(rows.length);
  const missing = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    if (isSet(column, rows[i])) values[i] = column.values[rows[i]];
    else missing[i] = 1;
  }
  return { values, missing };
}

function grown<T extends Float64Array | Int32Array | Uint8Array>(
  old: T,
  Type: new (length: number) => T,
  length = old.length * 2,
  filler = 0,
): T {
  const larger = new Type(length);
  if (filler !== 0) larger.fill(filler);
  larger.set(old as never);
  return larger;
}

/** Series that follow one another in time as one. */
export function joinSeries(parts: readonly Series[]): Series {
  if (parts.length === 1) return parts[0];
  const rows = parts.reduce((sum, part) => sum + part.timesMs.length, 0);
  const timesMs = new Float64Array(rows);
  const names = ALL_CHANNELS.map(({ name }) => name).filter((name) => parts.some(({ columns }) => name in columns));
  const columns = Object.fromEntries(
    names.map((name) => [name, { values: new Int32Array(rows), missing: new Uint8Array(rows).fill(1) }]),
  );
  let at = 0;
  for (const part of parts) {
    timesMs.set(part.timesMs, at);
    for (const [name, column] of Object.entries(part.columns)) {
      columns[name].values.set(column.values, at);
      columns[name].missing.set(column.missing, at);
    }
    at += part.timesMs.length;
  }
  return { timesMs, columns };
}
