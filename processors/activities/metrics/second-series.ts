import { BLOCK_S, packBlock, unpack } from './packed-block.ts';

/** Set on a second that was filled in or comes from poor evidence; the value has the bits below. */
export const POOR = 0x8000;
export const MAX_VALUE = 0x7fff;
/** Seconds that are looked at in one go: what reads series costs a fraction of what it costs second by second. */
export const RUN_S = 32;

/** After the last block: whoever unpacks a second looks at the word after it too. */
const PAD_WORDS = 1;

/**
 * One 16-bit number for each second of an activity. Full blocks are packed, one after the other in one array; those
 * that are needed no more are left out when the next one is full. What is pushed while the series is held leaves again:
 * so provisional seconds are shown.
 */
export class SecondSeries {
  length = 0;
  /** The seconds after the last full block; longer than a block only while the series is held. */
  #tail = new Uint16Array(BLOCK_S);
  #tailFrom = 0;
  #packed = new Uint16Array(PAD_WORDS);
  /** Where blocks begin in `#packed`, those that were given up left out. */
  #starts: number[] = [];
  #firstKept = 0;
  /** Seconds before it are needed no more. */
  #neededFrom = 0;
  /** Its length when it was held; −1 while it is not. */
  #heldLength = -1;

  push(value: number): void {
    const at = this.length++ - this.#tailFrom;
    if (at === this.#tail.length) this.#growTail();
    this.#tail[at] = value;
    if (at === BLOCK_S - 1 && this.#heldLength < 0) this.#seal();
  }

  /** Copies the seconds from `from` to before `until`, all of them kept, to the beginning of `into`. */
  copy(from: number, until: number, into: Uint16Array): void {
    const packedUntil = Math.min(until, this.#tailFrom);
    let at = from;
    while (at < packedUntil) {
      const end = Math.min(packedUntil, (at | 511) + 1);
      const start = this.#starts[(at >>> 9) - this.#firstKept];
      unpack(this.#packed, start, at & 511, ((end - 1) & 511) + 1, into, at - from);
      at = end;
    }
    for (; at < until; at++) into[at - from] = this.#tail[at - this.#tailFrom];
  }

  /** What is pushed from now on is provisional. */
  hold(): void {
    this.#heldLength = this.length;
  }

  /** Takes back what was pushed since {@link hold}. */
  release(): void {
    this.length = this.#heldLength;
    this.#heldLength = -1;
    if (this.#tail.length > BLOCK_S) this.#tail = this.#tail.slice(0, BLOCK_S);
  }

  /** Seconds before `index` are needed no more; nothing is given up while the series is held. */
  forget(index: number): void {
    if (this.#heldLength < 0 && index > this.#neededFrom) this.#neededFrom = index;
  }

  /** Where full blocks that are kept begin and end, by number. */
  fullRange(): { from: number; until: number } {
    return { from: this.#firstKept, until: this.#firstKept + this.#starts.length };
  }

  /** The words of a full block that is kept; valid until the next push. */
  fullBlock(nth: number): Uint16Array {
    const at = nth - this.#firstKept;
    if (!(at >= 0 && at < this.#starts.length)) throw new RangeError(`block ${nth} is not full or not kept`);
    return this.#packed.subarray(this.#starts[at], this.#starts[at + 1] ?? this.#packed.length - PAD_WORDS);
  }

  /** The seconds after the last full block. */
  tail(): Uint16Array {
    return this.#tail.subarray(0, this.length - this.#tailFrom);
  }

  /** The full blocks, from the number `firstKept` on, and what `tail` gave, shorter than a block. */
  restore(firstKept: number, blocks: readonly Uint16Array[], tail: Uint16Array): void {
    this.#firstKept = firstKept;
    this.#neededFrom = firstKept * BLOCK_S;
    this.#keep(blocks);
    this.#tailFrom = (firstKept + blocks.length) * BLOCK_S;
    this.length = this.#tailFrom + tail.length;
    this.#tail.set(tail);
  }

  bytes(): number {
    return this.#tail.byteLength + this.#packed.byteLength;
  }

  #growTail(): void {
    const grown = new Uint16Array(2 * this.#tail.length);
    grown.set(this.#tail);
    this.#tail = grown;
  }

  /** The tail is a full block. */
  #seal(): void {
    const { from, until } = this.fullRange();
    const first = Math.min(Math.max(from, this.#neededFrom >>> 9), until);
    const blocks = Array.from({ length: until - first }, (_, nth) => this.fullBlock(first + nth));
    blocks.push(packBlock(this.#tail));
    this.#firstKept = first;
    this.#keep(blocks);
    this.#tailFrom += BLOCK_S;
  }

  #keep(blocks: readonly Uint16Array[]): void {
    const packed = new Uint16Array(blocks.reduce((words, block) => words + block.length, PAD_WORDS));
    let start = 0;
    this.#starts = blocks.map((block) => {
      packed.set(block, start);
      start += block.length;
      return start - block.length;
    });
    this.#packed = packed;
  }
}
