import type { Course } from './course.ts';
import type { Pace } from './pace.ts';
import { foldFix } from './position-filter.ts';
import * as row from './track-rows.ts';

/** A receiver that measures oftener than this tells nothing new: its errors are alike from one fix to the next. */
const CELL_MS = 500;

export interface Fix {
  readonly atMs: number;
  readonly latitudeE7: number;
  readonly longitudeE7: number;
  /** Standard deviation of an axis that the receiver states. */
  readonly statedM: number;
  /** Below 0 when it is not known. */
  readonly speedMps: number;
}

/**
 * One athlete's way along the course: the newest fixes in order of event time, each with the state after it. A fix that
 * comes late is put in its place and what follows from it is computed again, so within the window the order of arrival
 * changes nothing. Row 0 holds what went before the window.
 */
export class Track {
  readonly rows = new Float64Array((row.WINDOW_FIXES + 1) * row.CELLS);
  /** Rows behind row 0. */
  count = 0;
  readonly #course: Course;
  readonly #pace: Pace;
  readonly #gunTimeMs: number;
  readonly #onPassed: (rows: Float64Array, at: number) => void;
  /** From here on rows must be computed; `count + 1` when none must. */
  #staleFrom = 1;

  /** `onPassed` is told of each row that leaves the window: nothing changes it any more. */
  constructor(
    course: Course,
    pace: Pace,
    gunTimeMs: number,
    onPassed: (rows: Float64Array, at: number) => void = () => undefined,
  ) {
    this.#course = course;
    this.#pace = pace;
    this.#gunTimeMs = gunTimeMs;
    this.#onPassed = onPassed;
    this.rows[row.AT_MS] = Number.NEGATIVE_INFINITY;
    this.rows[row.S] = Number.NaN;
  }

  get pace(): Pace {
    return this.#pace;
  }

  /** Time of the newest fix; −∞ before the first. */
  get newestMs(): number {
    return this.rows[this.count * row.CELLS + row.AT_MS];
  }

  /** Nothing is known any more of what was before; −∞ while all is. */
  get oldestMs(): number {
    return this.rows[row.AT_MS];
  }

  /** False for a fix from before the window, which nothing is known of any more. One that is there already is fine. */
  put({ atMs, latitudeE7, longitudeE7, statedM, speedMps }: Fix): boolean {
    const { rows } = this;
    let n = this.count;
    while (n >= 0 && atMs < rows[n * row.CELLS + row.AT_MS]) n--;
    if (n < 0) return false;
    const cell = Math.floor(atMs / CELL_MS);
    if (cell === Math.floor(rows[n * row.CELLS + row.AT_MS] / CELL_MS)) return true;
    if (n < this.count && cell === Math.floor(rows[(n + 1) * row.CELLS + row.AT_MS] / CELL_MS)) return true;
    if (this.count === row.WINDOW_FIXES) {
      // Then it is from before the window, once the window has moved.
      if (n === 0) return false;
      this.#forgetOldest();
      n--;
    }
    const at = (n + 1) * row.CELLS;
    rows.copyWithin(at + row.CELLS, at, (this.count + 1) * row.CELLS);
    rows[at + row.AT_MS] = atMs;
    rows[at + row.LATITUDE] = latitudeE7;
    rows[at + row.LONGITUDE] = longitudeE7;
    rows[at + row.STATED_M] = statedM;
    rows[at + row.SPEED] = speedMps;
    this.count++;
    if (n + 1 < this.#staleFrom) this.#staleFrom = n + 1;
    return true;
  }

  /**
   * Half of the window has not been looked at. More fixes at once would push some out of it that nobody has seen: what
   * came in one burst from a dead zone is longer than the window.
   */
  get isBehind(): boolean {
    return this.count === row.WINDOW_FIXES && this.#staleFrom <= row.WINDOW_FIXES / 2 + 1;
  }

  /** Computes what changed. Returns false when nothing did. */
  settle(): boolean {
    if (this.#staleFrom > this.count) return false;
    for (let n = this.#staleFrom; n <= this.count; n++) {
      foldFix(this.rows, n, this.#course, this.#pace, this.#gunTimeMs);
    }
    this.#staleFrom = this.count + 1;
    return true;
  }

  /** Row 0 becomes what the oldest row says. */
  #forgetOldest(): void {
    if (this.#staleFrom <= 1) foldFix(this.rows, 1, this.#course, this.#pace, this.#gunTimeMs);
    this.#onPassed(this.rows, row.CELLS);
    this.rows.copyWithin(0, row.CELLS, (this.count + 1) * row.CELLS);
    this.count--;
    this.#staleFrom = Math.max(1, this.#staleFrom - 1);
  }

  /** What {@link restore} needs: row 0, and what was measured in the others. */
  encode(): Float64Array {
    const kept = new Float64Array(row.CELLS + this.count * row.MEASURED);
    kept.set(this.rows.subarray(0, row.CELLS));
    for (let n = 1; n <= this.count; n++) {
      const at = n * row.CELLS;
      kept.set(this.rows.subarray(at, at + row.MEASURED), row.CELLS + (n - 1) * row.MEASURED);
    }
    return kept;
  }

  /** Throws RangeError when `kept` is not what {@link encode} gave. */
  restore(kept: Float64Array): void {
    const count = (kept.length - row.CELLS) / row.MEASURED;
    if (!Number.isInteger(count) || count < 0 || count > row.WINDOW_FIXES) {
      throw new RangeError(`${kept.length} numbers are no track`);
    }
    this.rows.set(kept.subarray(0, row.CELLS));
    for (let n = 1; n <= count; n++) {
      const from = row.CELLS + (n - 1) * row.MEASURED;
      this.rows.set(kept.subarray(from, from + row.MEASURED), n * row.CELLS);
    }
    this.count = count;
    this.#staleFrom = 1;
    this.settle();
  }
}
