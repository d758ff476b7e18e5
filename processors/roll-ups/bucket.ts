import { CHANNELS } from '../../schemas/channels.ts';
import { BITMAP_BYTES, OffsetSet } from './offset-set.ts';

/** A distribution: everything in stored units. */
export interface StatsCell {
  n: number;
  min: number;
  max: number;
  sum: number;
}

/** The value at the greatest (time, boot) that has one. */
export interface LastCell {
  value: number;
  offsetMs: number;
  bootLow: number;
  bootHigh: number;
}

/** The samples of one boot that were folded in, so that a repeat counts once. */
export interface BootKeys {
  readonly bootLow: number;
  readonly bootHigh: number;
  readonly offsets: OffsetSet;
}

export type Cell = StatsCell | LastCell;

/** More boots than these in ten seconds: the bucket is given up and computed from the raw table. */
export const MAX_BOOTS_PER_BUCKET = 8;

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
  /** (time, boot) of the sample that `athlete` is from. */
  newest: Omit<LastCell, 'value'> = { offsetMs: -1, bootLow: 0, bootHigh: 0 };
  /** By channel index; undefined while the channel had no value. */
  readonly cells: (Cell | undefined)[] = new Array(CHANNELS.length);

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

  seal(): void {
    this.keys = null;
  }

  /** At least as many as its encoding takes: three varints, flags and counts, then what stands here. */
  bytes(): number {
    let bytes = 40 + 3 * this.athlete.length;
    if (this.keys !== null) {
      for (const { offsets } of this.keys) bytes += 16 + (offsets.list ? 2 * offsets.list.length : BITMAP_BYTES);
    }
    for (let c = 0; c < this.cells.length; c++) if (this.cells[c] !== undefined) bytes += 24;
    return bytes;
  }
}

/** True when (offsetMs, boot) comes after `than`; a boot is an unsigned 64-bit number. */
export function isLater(
  offsetMs: number,
  bootLow: number,
  bootHigh: number,
  than: { offsetMs: number; bootLow: number; bootHigh: number },
): boolean {
  if (offsetMs !== than.offsetMs) return offsetMs > than.offsetMs;
  if (bootHigh !== than.bootHigh) return bootHigh > than.bootHigh;
  return bootLow > than.bootLow;
}
