import type { BoardRow } from '../../../schemas/board.ts';
import { quantileOf } from './quantile.ts';

/** Where on the way predictions are taken, as shares of the course; each once, so all runners weigh the same. */
const ASKED_AT = [0.5, 0.6, 0.7, 0.8, 0.9] as const;
/** A prediction that was first seen later than this share behind the place is of another place. */
const LATE_BY = 0.1;

export interface PredictionGrade {
  readonly predictions: number;
  /** Of a hundred, how many true finishes lie from P10 to P90. */
  readonly holdsPercent: number;
  /** Of P50 against the truth, without its sign. */
  readonly medianErrorMs: number;
  /** P50 less the truth: above 0 when finishes are told too late. */
  readonly meanErrorMs: number;
  /** From P10 to P90. */
  readonly medianWidthMs: number;
}

/** Remembers what boards say of the finishes of those who run, to hold it against what came. */
export function createPredictionWatch(lengthM: number) {
  const taken = new Map<string, ({ p10: number; p50: number; p90: number } | null)[]>();
  return {
    see(rows: Iterable<BoardRow>): void {
      for (const { bib, status, positionM, predictedMs } of rows) {
        if (status !== 'running' || positionM === null || predictedMs === null) continue;
        const share = positionM / lengthM;
        const own = taken.get(bib) ?? ASKED_AT.map(() => null);
        taken.set(bib, own);
        for (const [i, asked] of ASKED_AT.entries()) {
          if (own[i] === null && share >= asked && share < asked + LATE_BY) own[i] = predictedMs;
        }
      }
    },
    /** `finishMs` is of everybody who counts: from their gun to the finish, true. */
    grade(finishMs: ReadonlyMap<string, number>): PredictionGrade {
      const errors: number[] = [];
      const widths: number[] = [];
      let held = 0;
      for (const [bib, own] of taken) {
        const trueMs = finishMs.get(bib);
        if (trueMs === undefined) continue;
        for (const said of own) {
          if (said === null) continue;
          errors.push(said.p50 - trueMs);
          widths.push(said.p90 - said.p10);
          if (said.p10 <= trueMs && trueMs <= said.p90) held++;
        }
      }
      return {
        predictions: errors.length,
        holdsPercent: (100 * held) / errors.length,
        medianErrorMs: quantileOf(errors.map(Math.abs), 0.5),
        meanErrorMs: errors.reduce((sum, error) => sum + error, 0) / errors.length,
        medianWidthMs: quantileOf(widths, 0.5),
      };
    },
  };
}
export type PredictionWatch = ReturnType<typeof createPredictionWatch>;
