import { CHANNELS } from '../../schemas/channels.ts';
import { BITMAP_BYTES, OffsetSet } from './offset-set.ts';

/** The samples of one boot that were folded in, so that a repeat counts once. */
export interface BootKeys {
  readonly bootLow: number;
  readonly bootHigh: number;
  readonly offsets: OffsetSet;
}

/** More boots than these in ten seconds: the bucket is given up and computed from the raw table. */
export const MAX_BOOTS_PER_BUCKET = 8;

/**
 * A channel has four slots: n, min, max, sum of a distribution, in stored units; or the place of the newest value and
 * the value. The first is 0 while the channel has no value. A *place* is three slots: offset in the bucket + 1 ms, and
 * the boot's halves.
 */
export const SLOTS = 4;
export const N = 0;
export const MIN = 1;
export const MAX = 2;
export const SUM = 3;
export const VALUE = 3;
/** Place of the sample that the row's athlete is from. */
export const NEWEST = SLOTS * CHANNELS.length;
const SLOT_COUNT = NEWEST + 3;

/**
 * One flat array of doubles for each bucket: buckets live for a minute and more, long enough for the garbage collector
 * to move each of their objects twice. Filled with a fraction first, so that it is made of doubles from the start.
 */
const EMPTY_SLOTS = Array.from({ length: SLOT_COUNT }, () => 0.5).fill(0);

/**
 * Ten seconds of one series. Open: it knows its sample keys and folds. Sealed: only its row is left, until that was
 * written; then it is dropped.
 */
export class Bucket {
  readonly startMs: number;
  /** Sequence of the last message that was folded in. */
  version = 0;
  /** True while the store has not got this version. */
  changed = false;
  samples = 0;
  /** Null once sealed. */
  keys: BootKeys[] | null = [];
  athlete = '';
  readonly slots: number[] = EMPTY_SLOTS.slice();
  /** 0 while it has to be measured again. */
  #bytes = 0;

  constructor(startMs: number) {
    this.startMs = startMs;
  }

  /** The keys of a boot; null when there are too many boots. Only while open. */
  keysOf(bootLow: number, bootHigh: number): OffsetSet | null {
    const keys = this.keys!;
    for (let i = 0; i < keys.length; i++) {
      if (keys[i].bootLow === bootLow && keys[i].bootHigh === bootHigh) return keys[i].offsets;
    }
    if (keys.length === MAX_BOOTS_PER_BUCKET) return null;
    const offsets = new OffsetSet();
    keys.push({ bootLow, bootHigh, offsets });
    return offsets;
  }

  /** Takes the place in slots `at` …, unless what is there comes later. A boot is an unsigned 64-bit number. */
  takePlace(at: number, offsetMs: number, bootLow: number, bootHigh: number): boolean {
    const { slots } = this;
    const place = offsetMs + 1;
    if (place < slots[at]) return false;
    if (place === slots[at]) {
      if (bootHigh < slots[at + 2]) return false;
      if (bootHigh === slots[at + 2] && bootLow <= slots[at + 1]) return false;
    }
    slots[at] = place;
    slots[at + 1] = bootLow;
    slots[at + 2] = bootHigh;
    return true;
  }

  has(channel: number): boolean {
    return this.slots[SLOTS * channel] !== 0;
  }

  seal(): void {
    this.keys = null;
    this.resized();
  }

  /** To be called after each change. */
  resized(): void {
    this.#bytes = 0;
  }

  /** At least as many as its encoding takes: varints, flags and counts, then what stands here. */
  bytes(): number {
    if (this.#bytes === 0) this.#bytes = this.#measure();
    return this.#bytes;
  }

  #measure(): number {
    let bytes = 40 + 3 * this.athlete.length;
    if (this.keys !== null) {
      for (const { offsets } of this.keys) bytes += 16 + (offsets.list ? 2 * offsets.list.length : BITMAP_BYTES);
    }
    for (let c = 0; c < CHANNELS.length; c++) if (this.has(c)) bytes += 24;
    return bytes;
  }
}
