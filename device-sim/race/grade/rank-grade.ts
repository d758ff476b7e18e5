import type { Certainty } from '../../../schemas/board.ts';
import { quantileOf } from './quantile.ts';

/** An honest athlete who finished and has a rank. */
export interface RankedFinisher {
  readonly bib: string;
  readonly rank: number;
  /** From the gun to the finish: true, and as it was told with its standard deviation. */
  readonly trueMs: number;
  readonly toldMs: number;
  readonly sigmaMs: number;
  /** By a mat, a chip reader or a person. */
  readonly isTimed: boolean;
}

export interface RankGrade {
  readonly finishers: number;
  /** Pairs of them whose order is not the true one. */
  readonly invertedPairs: number;
  /** … although the board does not say of the pair that it is too close to call. */
  readonly invertedSurePairs: number;
  /** Pairs of which it says so. */
  readonly tooClosePairs: number;
  /** Standard deviations of the time between two, as the board states them, within which it says so. */
  readonly tooCloseSigmas: number;
  /** Of a hundred finishers so many are within the number of places that the board states for ninety-five of them. */
  readonly placesWithin: number;
  readonly placesHoldPercent: number;
  /** Between true and told place among these. */
  readonly placesOffP95: number;
  readonly placesOffMost: number;
}

/** How the told order of finishers differs from the true one, pair by pair, and whether the board knew. */
export function gradeRanks(finishers: readonly RankedFinisher[], certainty: Certainty | null): RankGrade {
  const { tooCloseSigmas, placesWithin } = certainty ?? { tooCloseSigmas: 0, placesWithin: 0 };
  const isTooClose = (a: RankedFinisher, b: RankedFinisher) =>
    !(a.isTimed && b.isTimed) && Math.abs(a.toldMs - b.toldMs) <= tooCloseSigmas * Math.hypot(a.sigmaMs, b.sigmaMs);
  const told = finishers.toSorted((a, b) => a.rank - b.rank);
  const trueOrder = finishers.toSorted((a, b) => a.trueMs - b.trueMs);
  const truePlace = new Map(trueOrder.map(({ bib }, place) => [bib, place]));
  let invertedPairs = 0;
  let invertedSurePairs = 0;
  let tooClosePairs = 0;
  for (const [i, first] of told.entries()) {
    for (let j = i + 1; j < told.length; j++) {
      const isMarked = isTooClose(first, told[j]);
      if (isMarked) tooClosePairs++;
      if (told[j].trueMs >= first.trueMs) continue;
      invertedPairs++;
      if (!isMarked) invertedSurePairs++;
    }
  }
  const off = told.map(({ bib }, place) => Math.abs(place - truePlace.get(bib)!));
  return {
    finishers: finishers.length,
    ...{ invertedPairs, invertedSurePairs, tooClosePairs, tooCloseSigmas, placesWithin },
    placesHoldPercent: (100 * off.filter((one) => one <= placesWithin).length) / off.length,
    placesOffP95: quantileOf(off, 0.95),
    placesOffMost: off.reduce((most, one) => Math.max(most, one), 0),
  };
}
