import type { WayCrossing } from '../../schemas/board.ts';
import type { AthleteAnswer } from './race-answers.ts';

/** A part of the way at one pace. */
export interface Leg {
  readonly fromM: number;
  readonly speedMps: number;
}

/** A pace over less is noise. */
const LEAST_LEG_M = 100;

/** How fast an athlete was between the places that they passed, each part a hundred metres long at least. */
export function paceOf(passed: AthleteAnswer['passed']): Leg[] {
  const legs: Leg[] = [];
  let [from] = passed;
  for (const to of passed.slice(1)) {
    if (to.positionM - from.positionM < LEAST_LEG_M || to.timeMs <= from.timeMs) continue;
    legs.push({
      fromM: from.positionM,
      speedMps: (1_000 * (to.positionM - from.positionM)) / (to.timeMs - from.timeMs),
    });
    from = to;
  }
  // The last pace holds up to where they were last.
  const last = legs.at(-1);
  return last === undefined ? [] : [...legs, { fromM: from.positionM, speedMps: last.speedMps }];
}

/** The crossing, how long the way from the one before took and how fast that was; null for the first. */
export interface Split extends WayCrossing {
  readonly legMs: number | null;
  readonly legMps: number | null;
}

export function splitsOf(crossings: readonly WayCrossing[]): Split[] {
  return crossings.map((crossing, i) => {
    const before = crossings[i - 1];
    if (before === undefined) return { ...crossing, legMs: null, legMps: null };
    const legMs = crossing.timeMs - before.timeMs;
    const legMps = legMs > 0 ? (1_000 * (crossing.positionM - before.positionM)) / legMs : null;
    return { ...crossing, legMs, legMps };
  });
}
