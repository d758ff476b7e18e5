import { quantileOf } from './quantile.ts';

/** An honest athlete who finished and has a rank. */
export interface RankedFinisher {
  readonly bib: string;
  readonly rank: number;
  /** From the gun to the finish: true, and as it was told with its standard deviation. */
  readonly trueMs: number;
  readonly toldMs: number;
  readonly sigmaMs: number;
}

export interface RankGrade {
  readonly finishers: number;
  /** Pairs of them whose order is not the true one. */
  readonly invertedPairs: number;
  /** … although the stated 90 % interval of the time between the two says who was first. */
  readonly invertedSurePairs: number;
  /** Between true and told place among these. */
  readonly placesOffP95: number;
  readonly placesOffMost: number;
}

const Z90 = 1.645;

/** Of two finishers nobody can say who was first where their times differ by less than what is stated of them. */
export function isTooClose(a: RankedFinisher, b: RankedFinisher): boolean {
  return Math.abs(a.toldMs - b.toldMs) <= Z90 * Math.hypot(a.sigmaMs, b.sigmaMs);
}

/** How the told order of finishers differs from the true one, pair by pair. */
export function gradeRanks(finishers: readonly RankedFinisher[]): RankGrade {
  const told = finishers.toSorted((a, b) => a.rank - b.rank);
  const trueOrder = finishers.toSorted((a, b) => a.trueMs - b.trueMs);
  const truePlace = new Map(trueOrder.map(({ bib }, place) => [bib, place]));
  let invertedPairs = 0;
  let invertedSurePairs = 0;
  for (const [i, first] of told.entries()) {
    for (let j = i + 1; j < told.length; j++) {
      if (told[j].trueMs >= first.trueMs) continue;
      invertedPairs++;
      if (!isTooClose(first, told[j])) invertedSurePairs++;
    }
  }
  const off = told.map(({ bib }, place) => Math.abs(place - truePlace.get(bib)!));
  return {
    finishers: finishers.length,
    ...{ invertedPairs, invertedSurePairs },
    placesOffP95: quantileOf(off, 0.95),
    placesOffMost: off.reduce((most, one) => Math.max(most, one), 0),
  };
}
