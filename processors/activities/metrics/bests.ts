import type { Effort, Peak } from '../../../schemas/activity-metrics.ts';
import * as curves from './curves.ts';
import * as efforts from './efforts.ts';
import { wayQualities } from './quality.ts';
import type { ActivityState } from './state.ts';
import * as at from './state.ts';
import { readEfforts, readPowerPeaks } from './stretches.ts';

/** What of an activity may be a record while it goes on. Efforts count from the activity's start. */
export interface Bests {
  /** Seconds that are final. */
  readonly lengthS: number;
  readonly efforts: readonly Effort[];
  readonly peaks: readonly Peak[];
}

/** No effort takes longer. */
const LONGEST_S = 1e7;

/** A number that changes when any best effort or peak does: each of its terms only grows. */
export function bestsMark({ cells }: ActivityState): number {
  let sum = 0;
  for (let nth = 0; nth < efforts.DISTANCES.length; nth++) {
    const bestS = cells[at.AT_EFFORTS + efforts.CELLS_EACH * nth + efforts.BEST_S];
    if (bestS !== Infinity) sum += LONGEST_S - bestS;
  }
  for (let nth = 0; nth < curves.DURATIONS_S.length; nth++) {
    const best = cells[at.AT_POWER_CURVE + curves.CELLS_EACH * nth + curves.BEST];
    if (best >= 0) sum += best;
  }
  return sum;
}

export function readBests(activity: ActivityState): Bests {
  const { isGpsPoor, hasDistance } = wayQualities(activity);
  return {
    lengthS: activity.cells[at.AT_CLOCK + at.NEXT],
    efforts: hasDistance ? readEfforts(activity, isGpsPoor) : [],
    peaks: readPowerPeaks(activity),
  };
}
