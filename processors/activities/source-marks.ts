/** One (device, source) of an athlete, with its place in the order of all: 0 is the best. */
export interface RankedSource {
  readonly device: string;
  readonly source: string;
  readonly rank: number;
}

/** What a source measured in one second: a bit for each channel, by its index. */
export interface Measured extends RankedSource {
  readonly channels: number;
}

export interface KeptMarks {
  readonly sources: readonly RankedSource[];
  readonly marks: readonly (readonly [slot: number, place: number, channels: number])[];
}

/** Who measured in a second beyond these is not named. */
const MAX_SOURCES = 32;
const FIRST_SOURCES = 4;
const NOBODY: readonly Measured[] = [];

/**
 * Which sources measured which channels in each second of the window. Most athletes have few sources, so room is made
 * as they come; a source without a second in the window gives its place to another one.
 */
export class SourceMarks {
  readonly #capacityS: number;
  #sources: RankedSource[] = [];
  /** Places in a second. */
  #width = FIRST_SOURCES;
  #marks: Uint32Array;
  /** Rows come in runs of one source. */
  #last: RankedSource | null = null;
  #lastPlace = 0;
  /** What one source alone measured in the second taken last: the next is alike nearly always. */
  #alone: readonly Measured[] = [];

  constructor(capacityS: number) {
    this.#capacityS = capacityS;
    this.#marks = new Uint32Array(capacityS * this.#width);
  }

  add(atS: number, source: RankedSource, channels: number): void {
    const place = source === this.#last ? this.#lastPlace : this.#placeOf(source);
    if (place < 0) return;
    this.#marks[(atS % this.#capacityS) * this.#width + place] |= channels;
  }

  /** Who measured what in a second, which is then forgotten. */
  take(atS: number): readonly Measured[] {
    const from = (atS % this.#capacityS) * this.#width;
    let measuring = 0;
    let last = 0;
    for (let place = 0; place < this.#sources.length; place++) {
      if (this.#marks[from + place] === 0) continue;
      measuring++;
      last = place;
    }
    if (measuring === 0) return NOBODY;
    if (measuring === 1) return this.#takeAlone(last, from);
    const found: Measured[] = [];
    for (let place = 0; place < this.#sources.length; place++) {
      const channels = this.#marks[from + place];
      if (channels !== 0) found.push(measuredBy(this.#sources[place], channels));
      this.#marks[from + place] = 0;
    }
    return found;
  }

  #takeAlone(place: number, from: number): readonly Measured[] {
    const channels = this.#marks[from + place];
    this.#marks[from + place] = 0;
    const source = this.#sources[place];
    const [known] = this.#alone;
    if (known === undefined || !isMeasuredBy(known, source, channels)) this.#alone = [measuredBy(source, channels)];
    return this.#alone;
  }

  /** Seconds without a mark, which are most, are left out. */
  encode(): KeptMarks {
    const marks: [slot: number, place: number, channels: number][] = [];
    for (let at = 0; at < this.#marks.length; at++) {
      const channels = this.#marks[at];
      if (channels !== 0) marks.push([Math.floor(at / this.#width), at % this.#width, channels]);
    }
    return { sources: this.#sources.map(({ device, source, rank }) => ({ device, source, rank })), marks };
  }

  restore({ sources, marks }: KeptMarks): void {
    while (this.#width < sources.length) this.#widen();
    this.#sources = [...sources];
    this.#last = null;
    for (const [slot, place, channels] of marks) this.#marks[slot * this.#width + place] = channels;
  }

  /** −1 when there is no room. */
  #placeOf(source: RankedSource): number {
    let place = this.#sources.findIndex((one) => one.device === source.device && one.source === source.source);
    if (place < 0 && this.#sources.length < MAX_SOURCES) {
      if (this.#sources.length === this.#width) this.#widen();
      place = this.#sources.length;
    }
    if (place < 0) place = this.#unusedPlace();
    if (place < 0) return place;
    // Also when it was known: settings may have given it another rank.
    this.#sources[place] = source;
    this.#last = source;
    this.#lastPlace = place;
    return place;
  }

  #unusedPlace(): number {
    return this.#sources.findIndex((_, place) => {
      for (let at = place; at < this.#marks.length; at += this.#width) if (this.#marks[at] !== 0) return false;
      return true;
    });
  }

  #widen(): void {
    const wider = new Uint32Array(this.#capacityS * this.#width * 2);
    for (let slot = 0; slot < this.#capacityS; slot++) {
      const from = slot * this.#width;
      wider.set(this.#marks.subarray(from, from + this.#width), 2 * from);
    }
    this.#marks = wider;
    this.#width *= 2;
  }
}

/** True when it says that this source measured these channels. */
export function isMeasuredBy(measured: Measured, { device, source, rank }: RankedSource, channels: number): boolean {
  return (
    measured.channels === channels && measured.device === device && measured.source === source && measured.rank === rank
  );
}

function measuredBy({ device, source, rank }: RankedSource, channels: number): Measured {
  return { device, source, rank, channels };
}
