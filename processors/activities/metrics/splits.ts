/**
 * Splits by distance (kilometre and mile, or what suits the sport) and laps by button. Each end is a record of whole
 * numbers: when it was crossed, and what moving time, heartbeats and climbing had come to by the second in which that
 * became known. A split is the difference of two.
 */
export const VERSION = 1;

export const END_MS = 0;
export const WAY_CM = 1;
export const MOVING_S = 2;
export const HEART_RATE_SUM = 3;
export const HEART_RATE_N = 4;
export const GAIN_DM = 5;
export const LOSS_DM = 6;
export const RECORD = 7;

/** Who presses a button that often does not want laps. */
export const MAX_LAPS = 1_000;
export const MAX_SPLITS = 2_000;

/** Records of whole numbers that only grows; the newest can be taken back, which is how provisional ones leave. */
export class SplitList {
  length = 0;
  #numbers = new Uint32Array();

  /** A place for one more record; fill it at once. */
  push(): { numbers: Uint32Array; from: number } {
    const from = this.length++ * RECORD;
    if (from + RECORD > this.#numbers.length) {
      const grown = new Uint32Array(Math.ceil(this.length * 1.25 + 3) * RECORD);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    return { numbers: this.#numbers, from };
  }

  truncate(length: number): void {
    this.length = length;
  }

  /** All records, one after the other; valid until the next push. */
  numbers(): Uint32Array {
    return this.#numbers.subarray(0, this.length * RECORD);
  }

  restore(numbers: Uint32Array): void {
    this.length = numbers.length / RECORD;
    this.#numbers = numbers.slice();
  }

  bytes(): number {
    return this.#numbers.byteLength;
  }
}
