import { quantileOf } from './quantile.ts';

/** A crossing that happened. */
export interface TrueCrossing {
  readonly key: string;
  /** Null where the runner never crossed. */
  readonly timeMs: number | null;
  /** The receiver saw no sky around it, so nobody can be asked for it. */
  readonly isUnseen: boolean;
}

/** What was said of a crossing last. */
export interface ToldCrossing {
  readonly timeMs: number;
  /** Standard deviation. */
  readonly sigmaMs: number;
  readonly isWithdrawn: boolean;
}

export interface CrossingGrade {
  /** True crossings that the receivers could see. */
  readonly expected: number;
  readonly missed: number;
  readonly invented: number;
  /** True ones of dead receivers; they count for nothing else. */
  readonly unseen: number;
  /** Of the errors without their signs; NaN when there is none. */
  readonly medianMs: number;
  readonly p95Ms: number;
  /** Told less true, so later is above 0. */
  readonly meanMs: number;
  /** Of the stated 90 % intervals, how many of a hundred hold the truth. */
  readonly intervalHoldsPercent: number;
  /** The first of those that were missed or invented, by their keys. */
  readonly examples: readonly string[];
}

const MAX_EXAMPLES = 50;

/** Of a normal distribution, from its middle to the end of the middle nine tenths. */
const Z90 = 1.645;

export function gradeCrossings(truth: Iterable<TrueCrossing>, told: ReadonlyMap<string, ToldCrossing>): CrossingGrade {
  const errors: number[] = [];
  const examples: string[] = [];
  const note = (key: string) => {
    if (examples.length < MAX_EXAMPLES) examples.push(key);
  };
  const tally = { expected: 0, missed: 0, invented: 0, unseen: 0, held: 0, sum: 0 };
  for (const { key, timeMs, isUnseen } of truth) {
    const said = told.get(key);
    const isThere = said !== undefined && !said.isWithdrawn;
    if (timeMs === null) {
      if (!isThere) continue;
      tally.invented++;
      note(key);
    } else if (isUnseen) tally.unseen++;
    else {
      tally.expected++;
      if (!isThere) {
        tally.missed++;
        note(key);
        continue;
      }
      const errorMs = said.timeMs - timeMs;
      errors.push(Math.abs(errorMs));
      tally.sum += errorMs;
      if (Math.abs(errorMs) <= Z90 * said.sigmaMs) tally.held++;
    }
  }
  const { expected, missed, invented, unseen, held, sum } = tally;
  return {
    ...{ expected, missed, invented, unseen },
    medianMs: quantileOf(errors, 0.5),
    p95Ms: quantileOf(errors, 0.95),
    meanMs: errors.length === 0 ? Number.NaN : sum / errors.length,
    intervalHoldsPercent: (100 * held) / errors.length,
    examples,
  };
}
