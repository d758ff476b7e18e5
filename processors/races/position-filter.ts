import { Candidates, type Course } from './course.ts';
import type { Pace } from './pace.ts';
import { type Found, seek } from './seek.ts';
import * as row from './track-rows.ts';

/**
 * Position along the course by a causal Kalman filter (Bar-Shalom, Li & Kirubarajan 2001, chapters 5, 6 and 8.2).
 *
 * State: position s, speed v, and b, the slow part of the receiver's error along the course (walls, the sky's wrong
 * side): a first-order Gauss–Markov process. It points somewhere on the map, so where the course turns, only the part
 * of it that lies in the new direction is left, and where it turns back b changes its sign. Speed is a random walk with
 * the sport's acceleration. A fix measures s + b with white noise; a receiver's speed measures v. What is slow in the
 * error therefore stays in the stated uncertainty however many fixes there are: a long average does not pretend to know
 * better.
 *
 * How much of the error there is, and how much of it is slow, no receiver says truly. But the athlete is on the course:
 * the distance of the fixes from it is the same error, seen across. Over the last minutes its mean square scales what
 * the receiver states, and its steps from fix to fix say how much is white; the rest is slow. {@link PRIOR_FIXES}
 * fixes' worth of assumption stand in until there are some.
 *
 * Which place of the course a fix belongs to (laps, legs there and back, crossings) is the one that is the least
 * improbable by its distance from the prediction and from the fix. Beyond {@link GATE} none is: the fix is a jump.
 * When there is nothing to predict from, or too many fixes in a row fit nothing, `seek.ts` looks at the last few of
 * them together: their direction tells the legs apart.
 */
export const VERSION = 3;

const GATE = 20;
const SLOW_S = 40;
/** A slow error that is so many times as great, or as small, from one fix to the next is another one. */
const SUDDENLY = 1.4;
const PRIOR_FIXES = 30;
const PRIOR_SLOW_SHARE = 0.3;
/** A position that begins between walls is as wrong as they make it, and only time tells. */
const BEGIN_SLOW_SHARE = 1;
const MEMORY_FIXES = 400;
/** Lanes of the road, and what the course's own points are wrong by. */
const FLOOR_M2 = 0.25;
const SPEED_SIGMA_MPS = 0.3;
const SPEED_SIGMA_SHARE = 0.02;
/** A speed so many deviations from the expected one is a start or a stop, not chance. */
const MANOEUVRE_SIGMAS = 2;
const STANDING_MPS = 1;
const STANDING_M2PS3 = 0.3;
const AT_FINISH_M = 10;
const FINISH_M2PS3 = 3;
const LONG_GAP_S = 3;
const SEEK_AFTER_REJECTED = 5;
const OFF_AFTER_S = 10;
const ON_AFTER_S = 5;
/** Whoever is nearer than this may be on the course, whatever the receiver states. */
const NEAR_M = 30;

const place = { eastM: 0, northM: 0 };
const candidates = new Candidates();

/** Computes row `n` of `rows` from the row before it; row 0 is where the window begins, with what went before. */
export function foldFix(rows: Float64Array, n: number, course: Course, pace: Pace, gunTimeMs: number): void {
  const at = n * row.CELLS;
  rows.copyWithin(at + row.S, at - row.CELLS + row.S, at);
  rows[at + row.IS_USED] = 0;
  rows[at + row.EXTRA_S] = 0;
  rows[at + row.EXTRA_V] = 0;
  rows[at + row.IS_BROKEN] = 0;
  if (Number.isNaN(rows[at + row.S])) {
    const found = seek(rows, n, course, pace, gunTimeMs);
    if (found === null) return;
    // At the oldest of the fixes that were looked at together: what lies between it and the newest is known too.
    begin(rows, found);
    for (let k = found.oldest.row + 1; k <= n; k++) foldFix(rows, k, course, pace, gunTimeMs);
    return;
  }
  const dt = (rows[at + row.AT_MS] - rows[at - row.CELLS + row.AT_MS]) / 1_000;
  const noise2 = rows[at + row.STATED_M] ** 2 * scaleOf(rows, at) + FLOOR_M2;
  const white2 = whiteOf(rows, at, noise2);
  driftSlowError(rows, at, dt, Math.sqrt(noise2 - white2));
  predict(rows, at, dt, pace.accelerationM2ps3, course.line.lengthM);
  course.line.toPlane(rows[at + row.LATITUDE], rows[at + row.LONGITUDE], place);
  const best = bestCandidate(rows, at, course, white2, noise2);
  if (best < 0) {
    reject(rows, n, course, pace, gunTimeMs, { dt, noise2 });
    return;
  }
  turn(rows, at, candidates.eastward[best], candidates.northward[best]);
  measureSpeed(rows, at);
  measurePosition(rows, at, candidates.positionM[best], white2);
  learnNoise(rows, at, candidates.offM[best]);
  believe(rows, at, pace);
}

/** The slow error is unknown: whatever it is, the position is wrong by as much. */
function begin(rows: Float64Array, { oldest, speedMps }: Found): void {
  const { positionM, sigmaM, offM } = oldest;
  const at = oldest.row * row.CELLS;
  const noise2 = rows[at + row.STATED_M] ** 2 + FLOOR_M2;
  const slow2 = BEGIN_SLOW_SHARE * noise2;
  rows[at + row.S] = positionM;
  rows[at + row.V] = speedMps;
  rows[at + row.B] = 0;
  rows[at + row.SS] = sigmaM * sigmaM + slow2;
  rows[at + row.SV] = 0;
  rows[at + row.SB] = -slow2;
  rows[at + row.VV] = 1;
  rows[at + row.VB] = 0;
  rows[at + row.BB] = slow2;
  rows[at + row.SLOW_M] = Math.sqrt(PRIOR_SLOW_SHARE * noise2);
  rows[at + row.SLOW_NEW2] = 0;
  rows[at + row.OFF2] = noise2;
  rows[at + row.STEP2] = 2 * (1 - PRIOR_SLOW_SHARE) * noise2;
  rows[at + row.STATED2] = noise2;
  rows[at + row.LEARNED] = PRIOR_FIXES;
  rows[at + row.LAST_OFF] = offM;
  rows[at + row.EASTWARD] = oldest.eastward;
  rows[at + row.NORTHWARD] = oldest.northward;
  rows[at + row.REJECTED] = 0;
  rows[at + row.AWAY_S] = 0;
  rows[at + row.IS_OFF] = 0;
  rows[at + row.IS_USED] = 1;
  rows[at + row.USED_MS] = rows[at + row.AT_MS];
  rows[at + row.USED_S] = positionM;
}

/** How much greater the error is than the receiver states, as a variance. */
function scaleOf(rows: Float64Array, at: number): number {
  return Math.min(16, Math.max(0.5, rows[at + row.OFF2] / rows[at + row.STATED2]));
}

/** What is white in the error is the receiver's own, and the same everywhere. */
function whiteOf(rows: Float64Array, at: number, noise2: number): number {
  return Math.min(0.98 * noise2, Math.max(0.02 * noise2, rows[at + row.STEP2] / 2));
}

/**
 * What is left of the slow error after `dt`, and what has come in. Where the receiver states all at once that it is
 * much better than before, the walls have ended and their error with them, in proportion; where it is much worse, all
 * of the new error is unknown at once and does not grow as slowly as it changes.
 */
function driftSlowError(rows: Float64Array, at: number, dt: number, slowM: number): void {
  const beforeM = rows[at + row.SLOW_M];
  const phi = Math.exp(-dt / SLOW_S);
  const isSudden = slowM > SUDDENLY * beforeM || beforeM > SUDDENLY * slowM;
  const left = phi * (isSudden ? Math.min(1, slowM / beforeM) : 1);
  const before2 = isSudden ? beforeM * beforeM : slowM * slowM;
  rows[at + row.SLOW_M] = slowM;
  rows[at + row.SLOW_LEFT] = left;
  rows[at + row.SLOW_NEW2] = slowM * slowM - left * left * before2;
}

function predict(rows: Float64Array, at: number, dt: number, q: number, finishM: number): void {
  const left = rows[at + row.SLOW_LEFT];
  const ss = rows[at + row.SS];
  const sv = rows[at + row.SV];
  const vv = rows[at + row.VV];
  const vb = rows[at + row.VB];
  // Over a long gap people stop, walk, and run again: more than a random walk of the speed says.
  const gapS = Math.max(0, dt - LONG_GAP_S);
  const extra = (0.25 * Math.max(1, Math.abs(rows[at + row.V])) * gapS) ** 2;
  const extraV = expectedChange(rows[at + row.V], rows[at + row.S], finishM) * dt;
  rows[at + row.EXTRA_S] = extra;
  rows[at + row.EXTRA_V] = extraV;
  rows[at + row.S] += rows[at + row.V] * dt;
  rows[at + row.B] *= left;
  rows[at + row.SS] = ss + 2 * dt * sv + dt * dt * vv + (q * dt * dt * dt) / 3 + extra;
  rows[at + row.SV] = sv + dt * vv + (q * dt * dt) / 2;
  rows[at + row.SB] = left * (rows[at + row.SB] + dt * vb);
  rows[at + row.VV] = vv + q * dt + extraV;
  rows[at + row.VB] = left * vb;
  rows[at + row.BB] = left * left * rows[at + row.BB] + rows[at + row.SLOW_NEW2];
}

/** Who stands may begin to run at any moment, and behind the finish everybody slows down: more variance, m²/s³. */
function expectedChange(speedMps: number, positionM: number, finishM: number): number {
  if (positionM > finishM - AT_FINISH_M) return FINISH_M2PS3;
  return speedMps < STANDING_MPS ? STANDING_M2PS3 : 0;
}

/** Index of the candidate that fits best, −1 when none does. */
function bestCandidate(rows: Float64Array, at: number, course: Course, white2: number, noise2: number): number {
  const [s, b, ss, sb, bb] = [
    rows[at + row.S],
    rows[at + row.B],
    rows[at + row.SS],
    rows[at + row.SB],
    rows[at + row.BB],
  ];
  const slow2 = rows[at + row.SLOW_M] ** 2;
  const reachM = Math.sqrt(GATE * (ss + 2 * Math.abs(sb) + Math.max(bb, slow2) + white2)) + Math.abs(b);
  course.find(place.eastM, place.northM, s - reachM, s + reachM, offLimitM(noise2), candidates);
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < candidates.count; i++) {
    const cos = cosOf(rows, at, candidates.eastward[i], candidates.northward[i]);
    const alongM = candidates.positionM[i] - s - cos * b;
    const spread2 = ss + 2 * cos * sb + cos * cos * bb + (1 - cos * cos) * slow2 + white2;
    const along = (alongM * alongM) / spread2;
    const cost = along + candidates.offM[i] ** 2 / noise2;
    if (along > GATE || cost >= least) continue;
    best = i;
    least = cost;
  }
  return best;
}

/** Of the angle that the course has turned by since the last believed fix. */
function cosOf(rows: Float64Array, at: number, eastward: number, northward: number): number {
  return rows[at + row.EASTWARD] * eastward + rows[at + row.NORTHWARD] * northward;
}

/** The slow error in the direction of the course here: what lay across before is as great, and unknown. */
function turn(rows: Float64Array, at: number, eastward: number, northward: number): void {
  const cos = cosOf(rows, at, eastward, northward);
  const turned2 = (1 - cos * cos) * rows[at + row.SLOW_M] ** 2;
  rows[at + row.SLOW_LEFT] *= cos;
  rows[at + row.SLOW_NEW2] = cos * cos * rows[at + row.SLOW_NEW2] + turned2;
  rows[at + row.B] *= cos;
  rows[at + row.SB] *= cos;
  rows[at + row.VB] *= cos;
  rows[at + row.BB] = cos * cos * rows[at + row.BB] + turned2;
  rows[at + row.EASTWARD] = eastward;
  rows[at + row.NORTHWARD] = northward;
}

function offLimitM(noise2: number): number {
  return Math.max(NEAR_M, Math.sqrt(GATE * noise2));
}

function measurePosition(rows: Float64Array, at: number, positionM: number, white2: number): void {
  const toS = rows[at + row.SS] + rows[at + row.SB];
  const toV = rows[at + row.SV] + rows[at + row.VB];
  const toB = rows[at + row.SB] + rows[at + row.BB];
  update(rows, at, positionM - rows[at + row.S] - rows[at + row.B], toS + toB + white2, toS, toV, toB);
}

function measureSpeed(rows: Float64Array, at: number): void {
  const speed = rows[at + row.SPEED];
  if (speed < 0) return;
  const off = speed - rows[at + row.V];
  const noise2 = (SPEED_SIGMA_MPS + SPEED_SIGMA_SHARE * speed) ** 2;
  if (off * off > MANOEUVRE_SIGMAS ** 2 * (rows[at + row.VV] + noise2)) {
    rows[at + row.EXTRA_V] += off * off;
    rows[at + row.VV] += off * off;
  }
  update(rows, at, off, rows[at + row.VV] + noise2, rows[at + row.SV], rows[at + row.VV], rows[at + row.VB]);
}

/** One scalar measurement: `toS`, `toV` and `toB` are the covariances of the state with it, `spread2` its own. */
function update(
  rows: Float64Array,
  at: number,
  innovation: number,
  spread2: number,
  toS: number,
  toV: number,
  toB: number,
): void {
  const gain = innovation / spread2;
  rows[at + row.S] += toS * gain;
  rows[at + row.V] += toV * gain;
  rows[at + row.B] += toB * gain;
  rows[at + row.SS] -= (toS * toS) / spread2;
  rows[at + row.SV] -= (toS * toV) / spread2;
  rows[at + row.SB] -= (toS * toB) / spread2;
  rows[at + row.VV] -= (toV * toV) / spread2;
  rows[at + row.VB] -= (toV * toB) / spread2;
  rows[at + row.BB] -= (toB * toB) / spread2;
}

function learnNoise(rows: Float64Array, at: number, offM: number): void {
  const weight = 1 / Math.min(MEMORY_FIXES, rows[at + row.LEARNED] + 1);
  const stated2 = rows[at + row.STATED_M] ** 2 + FLOOR_M2;
  rows[at + row.LEARNED] += 1;
  rows[at + row.OFF2] += weight * (offM * offM - rows[at + row.OFF2]);
  rows[at + row.STATED2] += weight * (stated2 - rows[at + row.STATED2]);
  if (rows[at + row.AT_MS] - rows[at + row.USED_MS] <= LONG_GAP_S * 1_000) {
    rows[at + row.STEP2] += weight * ((offM - rows[at + row.LAST_OFF]) ** 2 - rows[at + row.STEP2]);
  }
  rows[at + row.LAST_OFF] = offM;
}

function believe(rows: Float64Array, at: number, { maxMps }: Pace): void {
  const heardS = (rows[at + row.AT_MS] - rows[at + row.USED_MS]) / 1_000;
  const wayM = rows[at + row.S] - rows[at + row.USED_S];
  if (rows[at + row.IS_OFF] === 1) {
    rows[at + row.IS_BROKEN] = 1;
    rows[at + row.AWAY_S] += Math.min(heardS, 2);
    if (rows[at + row.AWAY_S] >= ON_AFTER_S) rows[at + row.IS_OFF] = 0;
  } else if (wayM > maxMps * heardS + 4 * Math.sqrt(rows[at + row.SS])) rows[at + row.IS_BROKEN] = 1;
  if (rows[at + row.IS_OFF] === 0) rows[at + row.AWAY_S] = 0;
  rows[at + row.IS_USED] = 1;
  rows[at + row.REJECTED] = 0;
  rows[at + row.USED_MS] = rows[at + row.AT_MS];
  rows[at + row.USED_S] = rows[at + row.S];
}

function reject(
  rows: Float64Array,
  n: number,
  course: Course,
  pace: Pace,
  gunTimeMs: number,
  { dt, noise2 }: { dt: number; noise2: number },
): void {
  const at = n * row.CELLS;
  rows[at + row.REJECTED] += 1;
  const isOff = rows[at + row.IS_OFF] === 1;
  if (!course.isNear(place.eastM, place.northM, offLimitM(noise2))) {
    rows[at + row.AWAY_S] = isOff ? 0 : rows[at + row.AWAY_S] + Math.min(dt, 2);
    if (isOff || rows[at + row.AWAY_S] < OFF_AFTER_S) return;
    rows[at + row.IS_OFF] = 1;
    rows[at + row.AWAY_S] = 0;
    // Where the course will be met again is not known: nothing is predicted until it is.
    rows[at + row.V] = 0;
    return;
  }
  if (!isOff) rows[at + row.AWAY_S] = 0;
  if (rows[at + row.REJECTED] < SEEK_AFTER_REJECTED) return;
  const found = seek(rows, n, course, pace, gunTimeMs);
  if (found !== null) resume(rows, at, found, pace);
}

/** The prediction was wrong by as much as was found, so it was worth as little. */
function resume(rows: Float64Array, at: number, { newest, speedMps }: Found, pace: Pace): void {
  const { positionM, sigmaM, offM } = newest;
  turn(rows, at, newest.eastward, newest.northward);
  const offBy2 = (positionM - rows[at + row.S]) ** 2;
  rows[at + row.EXTRA_S] += offBy2;
  rows[at + row.SS] += offBy2;
  rows[at + row.EXTRA_V] += 4;
  rows[at + row.VV] += 4;
  const vv = rows[at + row.VV];
  update(rows, at, speedMps - rows[at + row.V], vv + 0.25, rows[at + row.SV], vv, rows[at + row.VB]);
  measurePosition(rows, at, positionM, sigmaM * sigmaM);
  rows[at + row.LAST_OFF] = offM;
  believe(rows, at, pace);
}
