import { lowerBound } from '../../runtime/lower-bound.ts';
import { BUCKET_MS } from './bucket-time.ts';

const MAX_LISTED = 512;
const BITMAP_WORDS = Math.ceil(BUCKET_MS / 32);
export const BITMAP_BYTES = 4 * BITMAP_WORDS;

/**
 * Which milliseconds of a bucket have a sample. A sorted list while there are few (a device that sends once a second
 * has ten), a bitmap beyond that, so that the fastest device costs no more than 1.25 kB a bucket.
 */
export class OffsetSet {
  list: number[] | null = [];
  bitmap: Uint32Array | null = null;

  /** `list` is sorted, each offset once. */
  static of(list: number[]): OffsetSet {
    const set = new OffsetSet();
    set.list = list;
    return set;
  }

  static ofBitmap(nextWord: () => number): OffsetSet {
    const set = new OffsetSet();
    set.bitmap = Uint32Array.from({ length: BITMAP_WORDS }, nextWord);
    set.list = null;
    return set;
  }

  /** Adds `offsetMs` (0 ≤ offsetMs < BUCKET_MS); false when it was there. */
  add(offsetMs: number): boolean {
    const { list } = this;
    if (list === null) return addBit(this.bitmap!, offsetMs);
    const length = list.length;
    if (length === 0 || offsetMs > list[length - 1]) {
      list.push(offsetMs);
    } else {
      const at = lowerBound(list, offsetMs);
      if (list[at] === offsetMs) return false;
      list.splice(at, 0, offsetMs);
    }
    if (length === MAX_LISTED) this.#spread(list);
    return true;
  }

  #spread(list: readonly number[]): void {
    const bitmap = new Uint32Array(BITMAP_WORDS);
    for (const offsetMs of list) addBit(bitmap, offsetMs);
    this.bitmap = bitmap;
    this.list = null;
  }
}

function addBit(bitmap: Uint32Array, offsetMs: number): boolean {
  const word = offsetMs >>> 5;
  const bit = 1 << (offsetMs & 31);
  if ((bitmap[word] & bit) !== 0) return false;
  bitmap[word] |= bit;
  return true;
}
