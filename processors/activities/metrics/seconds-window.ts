import type { ValueColumn } from '../../../schemas/batch/reader.ts';
import { ByteReader } from '../../roll-ups/byte-reader.ts';
import { ByteWriter } from '../../roll-ups/byte-writer.ts';
import { DISTANCE, DISTANCE_ORIGIN, MISSING, ROW } from './grid.ts';

const NOBODY = 0xffff_ffff;
/** Room at first: most samples come within some seconds, and a shard has thousands of windows. */
const FIRST_SLOTS = 32;
const writer = new ByteWriter();

/** Where a value went. `late`: its second was folded already; `ahead`: the window has to move on first. */
export type Taken = 'taken' | 'late' | 'ahead';

/** The later in its second, the less. */
function claimOf(atMs: number, atS: number, rank: number): number {
  return rank * 1000 + 999 - (atMs - atS * 1000);
}

/**
 * The newest seconds of an activity, which late samples may still change. For each second and channel the best-ranked
 * (device, source) that has a value wins; of its values in that second the last one; of two at the same millisecond
 * (two boots) the greater. So the order in which samples come, and come again, changes nothing.
 *
 * Bounded: `capacityS` seconds, each with one row and what won each of its values. Rows lie in a ring that grows up to
 * that when seconds far apart are open at once.
 */
export class SecondsWindow {
  readonly capacityS: number;
  /** The first second that is not folded yet. */
  firstS: number;
  #slots: number;
  #rows: Int32Array;
  /** Rank × 1000 + milliseconds left in the second: the least wins. */
  #claims: Uint32Array;
  /** Values in each second. */
  #counts: Uint16Array;

  constructor(firstS: number, capacityS: number) {
    this.firstS = firstS;
    this.capacityS = capacityS;
    this.#slots = Math.min(FIRST_SLOTS, capacityS);
    this.#rows = new Int32Array(this.#slots * ROW).fill(MISSING);
    this.#claims = new Uint32Array(this.#slots * ROW).fill(NOBODY);
    this.#counts = new Uint16Array(this.#slots);
  }

  /** Takes one value, in stored units, of the channel with that index. */
  put(atMs: number, rank: number, channel: number, value: number): Taken {
    const atS = Math.floor(atMs / 1000);
    const where = this.#where(atS);
    if (where === 'taken') this.#claim(this.#slotOf(atS), claimOf(atMs, atS, rank), rank, channel, value);
    return where;
  }

  /**
   * Takes all values that one row of a batch has; the columns are in the order of the channel table. Answers a bit for
   * each channel that had one, by its index: 0 when there is none, or its second is not in the window.
   */
  putRow(atMs: number, rank: number, columns: readonly (ValueColumn | null)[], row: number): number {
    const atS = Math.floor(atMs / 1000);
    if (this.#where(atS) !== 'taken') return 0;
    const slot = this.#slotOf(atS);
    const claim = claimOf(atMs, atS, rank);
    let channels = 0;
    for (let channel = 0; channel < columns.length; channel++) {
      const column = columns[channel];
      if (column === null || column.nulls[row] !== 0) continue;
      this.#claim(slot, claim, rank, channel, column.values[row]);
      channels |= 1 << channel;
    }
    return channels;
  }

  #where(atS: number): Taken {
    if (atS < this.firstS) return 'late';
    return atS >= this.firstS + this.capacityS ? 'ahead' : 'taken';
  }

  /** The place of a second that is in the window; room is made for it if need be. */
  #slotOf(atS: number): number {
    if (atS >= this.firstS + this.#slots) this.#grow(atS);
    return atS % this.#slots;
  }

  #grow(atS: number): void {
    const [before, rows, claims, counts] = [this.#slots, this.#rows, this.#claims, this.#counts];
    while (atS >= this.firstS + this.#slots) this.#slots = Math.min(2 * this.#slots, this.capacityS);
    this.#rows = new Int32Array(this.#slots * ROW).fill(MISSING);
    this.#claims = new Uint32Array(this.#slots * ROW).fill(NOBODY);
    this.#counts = new Uint16Array(this.#slots);
    for (let second = this.firstS; second < this.firstS + before; second++) {
      const [from, to] = [second % before, second % this.#slots];
      this.#rows.set(rows.subarray(from * ROW, (from + 1) * ROW), to * ROW);
      this.#claims.set(claims.subarray(from * ROW, (from + 1) * ROW), to * ROW);
      this.#counts[to] = counts[from];
    }
  }

  #claim(slot: number, claim: number, rank: number, channel: number, value: number): void {
    const at = slot * ROW + channel;
    const held = this.#claims[at];
    if (claim > held || (claim === held && value <= this.#rows[at])) return;
    if (held === NOBODY) this.#counts[slot]++;
    this.#claims[at] = claim;
    this.#rows[at] = value;
    if (channel === DISTANCE) this.#rows[slot * ROW + DISTANCE_ORIGIN] = rank;
  }

  /** Hands out the rows of the seconds before `untilS` that have values, in order, and gives up the seconds. */
  takeUntil(untilS: number, take: (atS: number, rows: Int32Array, from: number) => void): void {
    const end = Math.min(untilS, this.firstS + this.#slots);
    const rows = this.#rows;
    const claims = this.#claims;
    for (; this.firstS < end; this.firstS++) {
      const slot = this.firstS % this.#slots;
      if (this.#counts[slot] === 0) continue;
      const from = slot * ROW;
      take(this.firstS, rows, from);
      // By hand: for so few numbers a call of `fill` costs more than the numbers.
      for (let at = from; at < from + ROW; at++) {
        rows[at] = MISSING;
        claims[at] = NOBODY;
      }
      this.#counts[slot] = 0;
    }
    this.firstS = Math.max(this.firstS, untilS);
  }

  hasValues(): boolean {
    return this.#counts.some((count) => count > 0);
  }

  /** Shows the rows of all seconds that have values, in order, and keeps them. */
  forEach(show: (atS: number, rows: Int32Array, from: number) => void): void {
    for (let atS = this.firstS; atS < this.firstS + this.#slots; atS++) {
      const slot = atS % this.#slots;
      if (this.#counts[slot] > 0) show(atS, this.#rows, slot * ROW);
    }
  }

  encode(): Uint8Array<ArrayBuffer> {
    writer.varint(this.firstS);
    this.forEach((atS, rows, from) => {
      writer.varint(atS - this.firstS + 1);
      for (let channel = 0; channel < DISTANCE_ORIGIN; channel++) {
        const claim = this.#claims[from + channel];
        if (claim === NOBODY) continue;
        writer.varint(channel + 1);
        writer.varint(claim);
        writer.signed(rows[from + channel]);
      }
      writer.varint(0);
    });
    writer.varint(0);
    return writer.take();
  }

  /** Throws RangeError when the bytes end early. What lies beyond a smaller capacity is an error of the same kind. */
  static restore(bytes: Uint8Array, capacityS: number): SecondsWindow {
    const reader = new ByteReader(bytes);
    const window = new SecondsWindow(reader.varint(), capacityS);
    for (let second = reader.varint(); second > 0; second = reader.varint()) {
      const atS = window.firstS + second - 1;
      for (let channel = reader.varint(); channel > 0; channel = reader.varint()) {
        const claim = reader.varint();
        const atMs = atS * 1000 + 999 - (claim % 1000);
        const taken = window.put(atMs, Math.floor(claim / 1000), channel - 1, reader.signed());
        if (taken !== 'taken') throw new RangeError(`second ${atS} is outside the window`);
      }
    }
    return window;
  }

  bytes(): number {
    return this.#rows.byteLength + this.#claims.byteLength + this.#counts.byteLength;
  }
}
