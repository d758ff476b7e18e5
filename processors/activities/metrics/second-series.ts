/** Seconds in one block: a block that is full never changes again, so a checkpoint keeps it once. */
export const BLOCK_S = 512;
/** Set on a second that was filled in or comes from poor evidence; the value has the bits below. */
export const POOR = 0x8000;
export const MAX_VALUE = 0x7fff;
/** Seconds that are looked at in one go: what reads series costs a fraction of what it costs second by second. */
export const RUN_S = 32;

/**
 * One 16-bit number for each second of an activity, two bytes a second. Blocks that lie further back than `keepS` are
 * given up. The end can be cut off again, which is how provisional seconds leave.
 */
export class SecondSeries {
  length = 0;
  readonly #keepS: number;
  #blocks: (Uint16Array | null)[] = [];
  /** The first block that was not given up. */
  #firstKept = 0;

  constructor(keepS: number) {
    this.#keepS = keepS;
  }

  push(value: number): void {
    const at = this.length++;
    const nth = at >>> 9;
    if (nth === this.#blocks.length) this.#blocks.push(new Uint16Array(BLOCK_S));
    this.#blocks[nth]![at & 511] = value;
  }

  /** Only for seconds that are kept. */
  at(index: number): number {
    return this.#blocks[index >>> 9]![index & 511];
  }

  /** Copies the seconds from `from` to before `until`, all of them kept, to the beginning of `into`. */
  copy(from: number, until: number, into: Uint16Array): void {
    for (let at = from; at < until; ) {
      const end = Math.min(until, (at | (BLOCK_S - 1)) + 1);
      const block = this.#blocks[at >>> 9]!;
      for (let to = at - from; at < end; at++, to++) into[to] = block[at & 511];
    }
  }

  /** Cuts off the seconds from `length` on. */
  truncate(length: number): void {
    this.length = length;
    this.#blocks.length = Math.ceil(length / BLOCK_S);
  }

  /** Gives up blocks that no window reaches any more; not while seconds are provisional. */
  forget(): void {
    const last = Math.floor((this.length - this.#keepS) / BLOCK_S) - 1;
    for (; this.#firstKept <= last; this.#firstKept++) this.#blocks[this.#firstKept] = null;
  }

  /** Where full blocks that are kept begin and end, by number. */
  fullRange(): { from: number; until: number } {
    return { from: this.#firstKept, until: this.length >>> 9 };
  }

  /** A full block that is kept. */
  fullBlock(nth: number): Uint16Array {
    const block = nth < this.length >>> 9 ? this.#blocks[nth] : undefined;
    if (block == null) throw new RangeError(`block ${nth} is not full or not kept`);
    return block;
  }

  /** The seconds after the last full block. */
  tail(): Uint16Array {
    const rest = this.length & 511;
    return rest === 0 ? new Uint16Array() : this.#blocks[this.length >>> 9]!.subarray(0, rest);
  }

  /** All full blocks and what `tail` gave; a number without a block is one that was given up. */
  restore(full: readonly (Uint16Array | null)[], tail: Uint16Array): void {
    this.#blocks = [...full];
    this.length = full.length * BLOCK_S;
    const firstKept = full.findIndex((block) => block !== null);
    this.#firstKept = firstKept < 0 ? full.length : firstKept;
    for (const value of tail) this.push(value);
  }

  bytes(): number {
    return this.#blocks.reduce((bytes, block) => bytes + (block?.byteLength ?? 0), 0);
  }
}
