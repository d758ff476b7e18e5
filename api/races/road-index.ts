import { createHash } from 'node:crypto';
import type { BoardRow } from '../../schemas/board.ts';
import type { CourseLine } from '../../schemas/course-line.ts';
import type { Stretch } from './map-area.ts';

interface OnRoad {
  readonly bib: string;
  readonly positionM: number;
  /** Within one lap. */
  readonly inLapM: number;
}

const lots = new Map<string, number>();
/** Bibs are few; those of races that are over may be forgotten. */
const MAX_LOTS = 200_000;

/** Drawn once for each bib: who is shown of many is a fair part of the field, and the same from board to board. */
function lotOf(bib: string): number {
  let lot = lots.get(bib);
  if (lot === undefined) {
    if (lots.size >= MAX_LOTS) lots.clear();
    lot = createHash('sha256').update(bib).digest().readUInt32LE();
    lots.set(bib, lot);
  }
  return lot;
}

/** Who is on the road of one board, to be found by stretches of the course. */
export class RoadIndex {
  readonly #byPlace: readonly OnRoad[];
  #byLot: readonly OnRoad[] | null = null;

  constructor(rows: Iterable<BoardRow>, { lapM, isClosed }: Pick<CourseLine, 'lapM' | 'isClosed'>) {
    const all: OnRoad[] = [];
    for (const { bib, status, positionM } of rows) {
      if (status !== 'running' || positionM === null) continue;
      const inLapM = isClosed
        ? positionM - lapM * Math.floor(positionM / lapM)
        : Math.max(0, Math.min(lapM, positionM));
      all.push({ bib, positionM, inLapM });
    }
    this.#byPlace = all.sort((a, b) => a.inLapM - b.inLapM || (a.bib < b.bib ? -1 : 1));
  }

  /** Everybody on these stretches, or of more than `most` those with the least lots; and how many there are in all. */
  on(stretches: readonly Stretch[], most: number): { shown: readonly OnRoad[]; total: number } {
    const ranges = stretches.map(([fromM, untilM]) => [this.#first(fromM), this.#first(untilM, true)] as const);
    const total = ranges.reduce((sum, [from, until]) => sum + until - from, 0);
    if (total <= most) return { shown: ranges.flatMap(([from, until]) => this.#byPlace.slice(from, until)), total };
    this.#byLot ??= this.#byPlace.toSorted((a, b) => lotOf(a.bib) - lotOf(b.bib) || (a.bib < b.bib ? -1 : 1));
    const shown: OnRoad[] = [];
    for (const one of this.#byLot) {
      if (shown.length === most) break;
      if (isOn(one.inLapM, stretches)) shown.push(one);
    }
    return { shown, total };
  }

  /** Index of the first who is at the place or farther on; `behind` of the first who is farther on. */
  #first(inLapM: number, behind = false): number {
    let [low, high] = [0, this.#byPlace.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#byPlace[middle].inLapM;
      if (at < inLapM || (behind && at === inLapM)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isOn(inLapM: number, stretches: readonly Stretch[]): boolean {
  let [low, high] = [0, stretches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stretches[middle][1] < inLapM) low = middle + 1;
    else high = middle;
  }
  return low < stretches.length && stretches[low][0] <= inLapM;
}
