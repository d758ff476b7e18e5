import { Candidates, type Course, RUN_OUT_M } from './course.ts';
import type { Pace } from './pace.ts';
import * as row from './track-rows.ts';

/** Where the athlete was at one of the fixes. */
export interface Place {
  readonly row: number;
  readonly positionM: number;
  /** Standard deviation of the position, white noise only. */
  readonly sigmaM: number;
  readonly offM: number;
  /** Unit vector of the direction of travel. */
  readonly eastward: number;
  readonly northward: number;
}

export interface Found {
  readonly speedMps: number;
  readonly oldest: Place;
  readonly newest: Place;
}

type Costed = Found & { readonly cost: number };

const MIN_FIXES = 4;
const MAX_FIXES = 10;
const MIN_SPAN_MS = 3_000;
const MAX_SPAN_MS = 20_000;
const NEAR_M = 40;
/** Of two places that are about as good the better one is only believed once more fixes bring no decision. */
const CLEARLY = 6;
const SAME_PLACE_M = 30;
const MISSED_COST = 4;
/** Worse than this no place is believed: squared deviations for each fix. */
const MAX_COST_PER_FIX = 9;

const place = { eastM: 0, northM: 0 };
const newest = new Candidates();
const earlier = new Candidates();

/**
 * Where on the course the athlete is, from the last fixes up to row `n` together: for each place that the newest may
 * belong to, the others are followed back, and a straight line through them gives place and speed. Who runs the course
 * backwards is on its other leg. Null when there are too few fixes, none fits, or two places fit alike.
 */
export function seek(rows: Float64Array, n: number, course: Course, pace: Pace, gunTimeMs: number): Found | null {
  const first = firstRow(rows, n);
  const fixes = n - first + 1;
  const at = n * row.CELLS;
  const spanMs = rows[at + row.AT_MS] - rows[first * row.CELLS + row.AT_MS];
  if (fixes < MIN_FIXES || spanMs < MIN_SPAN_MS) return null;
  const prior = priorOf(rows, at, pace, gunTimeMs);
  candidatesOf(rows, n, course, prior.lowM, prior.highM, newest);
  let best: Costed | null = null;
  let second = Number.POSITIVE_INFINITY;
  for (let i = 0; i < newest.count; i++) {
    const line = lineFrom(rows, n, first, i, course, pace);
    if (line === null) continue;
    const { positionM } = line.newest;
    const cost = line.cost + ((positionM - prior.expectedM) / prior.sigmaM) ** 2;
    const isElsewhere = best !== null && Math.abs(best.newest.positionM - positionM) > SAME_PLACE_M;
    if (best === null || cost < best.cost) {
      if (best !== null && isElsewhere) second = best.cost;
      best = { ...line, cost };
    } else if (isElsewhere) second = Math.min(second, cost);
  }
  if (best === null || best.cost > MAX_COST_PER_FIX * fixes) return null;
  return second - best.cost >= CLEARLY || fixes >= MAX_FIXES ? best : null;
}

function firstRow(rows: Float64Array, n: number): number {
  let first = n;
  while (first > 1 && n - first + 1 < MAX_FIXES) {
    const atMs = rows[(first - 1) * row.CELLS + row.AT_MS];
    if (!(rows[n * row.CELLS + row.AT_MS] - atMs <= MAX_SPAN_MS)) break;
    first--;
  }
  return first;
}

/** What is known without the fixes: where the athlete was, or when the gun went. */
function priorOf(rows: Float64Array, at: number, { maxMps, usualMps }: Pace, gunTimeMs: number) {
  if (!Number.isNaN(rows[at + row.S])) {
    const awayS = (rows[at + row.AT_MS] - rows[at + row.USED_MS]) / 1_000;
    const usedM = rows[at + row.USED_S];
    const sigmaM = Math.sqrt(rows[at + row.SS]) + usualMps * awayS + 20;
    return { expectedM: rows[at + row.S], sigmaM, lowM: usedM - 100, highM: usedM + maxMps * awayS + 100 };
  }
  const raceS = (rows[at + row.AT_MS] - gunTimeMs) / 1_000;
  const expectedM = Math.max(-15, usualMps * raceS);
  const highM = Math.max(RUN_OUT_M, maxMps * raceS + 100);
  return { expectedM, sigmaM: 60 + 0.4 * expectedM, lowM: -RUN_OUT_M, highM };
}

function candidatesOf(
  rows: Float64Array,
  n: number,
  course: Course,
  lowM: number,
  highM: number,
  into: Candidates,
): void {
  const at = n * row.CELLS;
  course.line.toPlane(rows[at + row.LATITUDE], rows[at + row.LONGITUDE], place);
  course.find(place.eastM, place.northM, lowM, highM, Math.max(NEAR_M, 4.5 * rows[at + row.STATED_M]), into);
}

/** A least-squares line through the fixes, followed back from one candidate of the newest. */
function lineFrom(
  rows: Float64Array,
  n: number,
  first: number,
  candidate: number,
  course: Course,
  { maxMps }: Pace,
): Costed | null {
  const offM = newest.offM[candidate];
  const nowMs = rows[n * row.CELLS + row.AT_MS];
  const sigma2 = Math.max(4, 2 * rows[n * row.CELLS + row.STATED_M] ** 2);
  const times = [0];
  const places = [newest.positionM[candidate]];
  let cost = (offM * offM) / sigma2;
  const [eastward, northward] = [newest.eastward[candidate], newest.northward[candidate]];
  let oldest = { row: n, offM, eastward, northward };
  for (let k = n - 1; k >= first; k--) {
    const atS = (rows[k * row.CELLS + row.AT_MS] - nowMs) / 1_000;
    const [lastS, lastM] = [times[times.length - 1], places[places.length - 1]];
    // Backwards in time; a leg that is run the other way is followed too, and pays for it below.
    const reachM = maxMps * (lastS - atS) + 4 * Math.sqrt(sigma2);
    const speed = times.length > 2 ? (places[0] - lastM) / -lastS : 0;
    const expectedM = lastM - speed * (lastS - atS);
    candidatesOf(rows, k, course, lastM - reachM, lastM + reachM, earlier);
    let best = -1;
    for (let i = 0; i < earlier.count; i++) {
      const isNearer = Math.abs(earlier.positionM[i] - expectedM) < Math.abs(earlier.positionM[best] - expectedM);
      if (best < 0 || isNearer) best = i;
    }
    if (best < 0) {
      cost += MISSED_COST;
      continue;
    }
    times.push(atS);
    places.push(earlier.positionM[best]);
    cost += earlier.offM[best] ** 2 / sigma2;
    const [east, north] = [earlier.eastward[best], earlier.northward[best]];
    oldest = { row: k, offM: earlier.offM[best], eastward: east, northward: north };
  }
  if (times.length < MIN_FIXES) return null;
  const count = times.length;
  const meanS = times.reduce((sum, t) => sum + t, 0) / count;
  const meanM = places.reduce((sum, s) => sum + s, 0) / count;
  const spread = times.reduce((sum, t) => sum + (t - meanS) ** 2, 0);
  const speedMps = times.reduce((sum, t, i) => sum + (t - meanS) * (places[i] - meanM), 0) / spread;
  const atNewestM = meanM - speedMps * meanS;
  for (let i = 0; i < count; i++) cost += (places[i] - atNewestM - speedMps * times[i]) ** 2 / sigma2;
  const sigmaMps2 = sigma2 / spread + 0.05;
  if (speedMps < 0) cost += speedMps ** 2 / sigmaMps2;
  if (speedMps > maxMps) cost += (speedMps - maxMps) ** 2 / sigmaMps2;
  const oldestS = times[count - 1];
  const sigmaAt = (atS: number) => Math.sqrt(sigma2 * (1 / count + (atS - meanS) ** 2 / spread));
  return {
    speedMps: Math.min(maxMps, Math.max(0, speedMps)),
    oldest: { ...oldest, positionM: atNewestM + speedMps * oldestS, sigmaM: sigmaAt(oldestS) },
    newest: { row: n, positionM: atNewestM, sigmaM: sigmaAt(0), offM, eastward, northward },
    cost,
  };
}
