import type { BoardRow, Certainty } from '../../../schemas/board.ts';
import type { ReviewFinding } from '../../../schemas/review.ts';
import type { Row } from '../../report.ts';
import type { Cheat } from '../cheats.ts';
import { fixesOf } from '../race-devices.ts';
import type { Entrant, RacePlan } from '../race-plan.ts';
import { crossingKey } from '../told-crossings.ts';
import { type CrossingGrade, gradeCrossings, type ToldCrossing, type TrueCrossing } from './crossing-grade.ts';
import type { PredictionGrade, PredictionWatch } from './prediction-grade.ts';
import { gradeRanks, type RankedFinisher, type RankGrade } from './rank-grade.ts';
import { gradeReviews, type ReviewGrade } from './review-grade.ts';

/** What came out of a race, against what was true. Cheats count for nothing but themselves. */
export interface RaceGrade {
  readonly crossings: CrossingGrade;
  readonly ranks: RankGrade;
  readonly predictions: PredictionGrade;
  readonly athletes: AthleteGrade;
  readonly reviews: ReviewGrade;
}

export interface AthleteGrade {
  readonly starters: number;
  /** Not on the board, or on it twice. */
  readonly lost: number;
  readonly doubled: number;
  /** Honest ones who finished and are not said to have, and the other way round. */
  readonly finishesMissed: number;
  readonly finishesInvented: number;
}

export interface RaceOutcome {
  readonly plan: RacePlan;
  readonly seed: string;
  /** The first gun, ms since the epoch. */
  readonly gunMs: number;
  readonly told: ReadonlyMap<string, ToldCrossing>;
  /** The last board. */
  readonly board: readonly BoardRow[];
  readonly certainty: Certainty | null;
  readonly predictions: PredictionWatch;
  readonly reviews: readonly ReviewFinding[];
}

/** Two fixes farther apart than this have a hole between them. */
const MAX_FIX_GAP_MS = 3_000;

export function gradeRace(outcome: RaceOutcome): RaceGrade {
  const { plan, board, told, predictions, gunMs } = outcome;
  const finish = plan.settingAt(gunMs).checkpoints.find(({ isFinish }) => isFinish)!;
  const honest = plan.entrants.filter(({ cheat }) => cheat === null);
  const finishOf = ({ truth, gunMs: ownGunMs }: Entrant) => {
    const timeMs = truth?.crossedMs(plan.line.lengthM) ?? null;
    return timeMs === null ? null : timeMs - ownGunMs;
  };
  const finishMs = new Map(
    honest.flatMap((entrant) => {
      const timeMs = finishOf(entrant);
      return timeMs === null ? [] : [[entrant.starter.bib, timeMs] as const];
    }),
  );
  const rows = new Map(board.map((row) => [row.bib, row]));
  const ranked = honest.flatMap(({ starter: { bib }, gunMs: ownGunMs }): RankedFinisher[] => {
    const [trueMs, row, said] = [finishMs.get(bib), rows.get(bib), told.get(crossingKey(bib, finish.id, 1))];
    if (trueMs === undefined || row?.status !== 'finished' || row.rank === null || said === undefined) return [];
    const toldMs = said.timeMs - gunMs - ownGunMs;
    return [{ bib, rank: row.rank, trueMs, toldMs, sigmaMs: said.sigmaMs, isTimed: false }];
  });
  const isFinished = ({ starter: { bib } }: Entrant) => rows.get(bib)?.status === 'finished';
  const isTrue = ({ starter: { bib } }: Entrant) => finishMs.has(bib);
  return {
    crossings: gradeCrossings(trueCrossings(outcome, honest), told),
    ranks: gradeRanks(ranked, outcome.certainty),
    predictions: predictions.grade(finishMs),
    reviews: gradeReviews(plan.entrants, outcome.reviews),
    athletes: {
      starters: plan.entrants.length,
      lost: plan.entrants.filter(({ starter }) => !rows.has(starter.bib)).length,
      doubled: board.length - rows.size,
      finishesMissed: honest.filter((entrant) => isTrue(entrant) && !isFinished(entrant)).length,
      finishesInvented: honest.filter((entrant) => !isTrue(entrant) && isFinished(entrant)).length,
    },
  };
}

function* trueCrossings({ plan, seed, gunMs }: RaceOutcome, honest: readonly Entrant[]): Generator<TrueCrossing> {
  const { checkpoints } = plan.settingAt(gunMs);
  for (const entrant of honest) {
    const gaps = gapsOf(seed, plan, entrant);
    for (const { id, positionM } of checkpoints) {
      for (const [i, atM] of positionM.entries()) {
        const timeMs = entrant.truth?.crossedMs(atM) ?? null;
        const isUnseen = timeMs !== null && gaps.some(([fromMs, toMs]) => fromMs <= timeMs && timeMs <= toMs);
        const key = crossingKey(entrant.starter.bib, id, i + 1);
        yield { key, timeMs: timeMs === null ? null : gunMs + timeMs, isUnseen };
      }
    }
  }
}

/** When the receiver told nothing, ms from the first gun. */
function gapsOf(seed: string, plan: RacePlan, entrant: Entrant): (readonly [fromMs: number, toMs: number])[] {
  if (entrant.noise.deadPerS === 0) return [];
  const gaps: (readonly [number, number])[] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { timeMs } of fixesOf(seed, plan, entrant)) {
    if (timeMs - lastMs > MAX_FIX_GAP_MS) gaps.push([lastMs, timeMs]);
    lastMs = timeMs;
  }
  return [...gaps, [lastMs, Number.POSITIVE_INFINITY]];
}

/** How many of each kind cheated. */
export function cheatsOf({ entrants }: RacePlan): Partial<Record<Cheat, number>> {
  const counts: Partial<Record<Cheat, number>> = {};
  for (const { cheat } of entrants) if (cheat !== null) counts[cheat] = (counts[cheat] ?? 0) + 1;
  return counts;
}

/** The grade as lines of a summary. */
export function gradeRows({ crossings, ranks, predictions, athletes, reviews }: RaceGrade): Row[] {
  return [
    ['crossingsExpected', crossings.expected],
    ['crossingsMissed', crossings.missed],
    ['crossingsInvented', crossings.invented],
    ['crossingErrorMedianMs', crossings.medianMs],
    ['crossingErrorP95Ms', crossings.p95Ms],
    ['crossingIntervalsHoldPercent', crossings.intervalHoldsPercent],
    ['finishersGraded', ranks.finishers],
    ['pairsInverted', ranks.invertedPairs],
    ['pairsInvertedThoughSure', ranks.invertedSurePairs],
    ['pairsTooClose', ranks.tooClosePairs],
    ['placesWithin', `${ranks.placesWithin} (of ${ranks.placesHoldPercent.toFixed(1)} %)`],
    ['placesOffMost', ranks.placesOffMost],
    ['predictionsGraded', predictions.predictions],
    ['predictionsHoldPercent', predictions.holdsPercent],
    ['predictionErrorMedianMs', predictions.medianErrorMs],
    ['athletesLost', athletes.lost],
    ['athletesDoubled', athletes.doubled],
    ['finishesMissed', athletes.finishesMissed],
    ['finishesInvented', athletes.finishesInvented],
    ['cheatsCaught', `${reviews.caught} of ${reviews.there}`],
    ['honestInReview', `${reviews.honestInQueue} of ${reviews.honest}`],
    ['honestInReviewForSure', reviews.honestInQueueHigh],
  ];
}
