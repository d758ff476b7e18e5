import type { CourseEffort } from './course-effort.ts';
import { evenLeftMs, type Prediction, predictFinish, type Slowing, Z90 } from './prediction.ts';

/** Somebody who runs or has finished: how long after their start they passed a place, ms; NaN when nobody knows. */
export interface Paced {
  readonly reachedM: number;
  elapsedAt(positionM: number): number;
}

/** Places evenly along the course at which everybody is compared. */
const PLACES = 40;
/** So many, spread over the field, stand for it. */
const MAX_SAMPLED = 200;
/** The farthest place that this many have passed is as far as the field knows the course. */
const LEAST_AHEAD = 12;
/** Of what is left, those ahead must have run so much to say something of it. */
const LEAST_AHEAD_SHARE = 0.3;
/** The first of it is the crowd at the start. */
const FIRST_PLACE = 2;
/** The part of the way so far that counts as recent. */
const RECENT_SHARE = 0.2;
/** Half of the pace is that of the last part: it is known as well as the mean of so much of the way. */
const PACE_SHARE = 0.5;
/** What is assumed weighs as much as so many of those ahead; and the shape of a normal error as so many. */
const ASSUMED_WEIGHT = 4;
const NORMAL_WEIGHT = 15;
/**
 * How much of what a gradient costs (Minetti et al. 2002) runners really slow down for, and how much slower their last
 * metre is than their first, as assumed and how far from it fields are; and what the pace over one place differs by.
 */
const GRADIENT = { middle: 0.85, sigma: 0.2 };
const FADE = { middle: 0.06, sigma: 0.04, spread: 0.05 };
const PLACE = { sigma: 0.05 };
/** Of somebody who has run fewer stretches nothing is learned. */
const LEAST_STRETCHES = 6;
/** Of a normal deviate, against a mean of 1. */
const MEDIAN_SQUARE = 0.455;
/** Whatever is fitted, nobody fades more, or minds a gradient by more than it costs and a little. */
const MOST_GRADIENT = 1.2;
const MOST_FADE = 0.6;
/** The middle half of a normal distribution is so many deviations wide. */
const MIDDLE_HALF = 1.349;

/**
 * What is to be foreseen of a race's finishes, from all that its field has done so far. Everybody's rest is foreseen
 * at an even pace, and corrected by how much more those who have run it took than was foreseen of them at the same
 * place: by the quantiles of their errors, so that an interval holds as many of those behind as it would have held of
 * those ahead (split conformal prediction, Lei et al. 2018, J Am Stat Assoc 113:1094–1111). While too few have
 * finished, the farthest place that some have passed takes the part of the finish, and before anybody is far ahead, the
 * same part of a shorter race does. What gradients cost this field is fitted to it by least squares.
 */
export class Forecast {
  readonly #finishM: number;
  readonly #effortAt: (positionM: number) => number;
  /** Elapsed time of each of the sampled at each place. */
  readonly #grids: readonly Float64Array[];
  /** The farthest place that enough have passed; 0 for none. */
  readonly #known: number;
  readonly #habits: Habits;
  readonly #slowings = new Map<number, Slowing>();

  constructor(field: readonly Paced[], effort: CourseEffort, finishM: number) {
    this.#finishM = finishM;
    const step = Math.max(1, Math.ceil(field.length / MAX_SAMPLED));
    const sampled = field.filter((_, i) => i % step === 0);
    this.#grids = sampled.map((one) => gridOf(one, finishM));
    const reached = this.#grids.map((grid) => grid.findLastIndex((elapsedMs) => !Number.isNaN(elapsedMs)));
    this.#known = Math.max(0, reached.toSorted((a, b) => b - a)[LEAST_AHEAD - 1] ?? 0);
    this.#habits = habitsOf(this.#grids, effort, finishM);
    const { gradient } = this.#habits;
    // A course's effort begins with a head start, which is as great on the flat.
    const headM = effort.at(0);
    this.#effortAt = (positionM) => (1 - gradient) * (headM + positionM) + gradient * effort.at(positionM);
  }

  /** Elapsed time at the finish; null while too little was seen of them. */
  predict(one: Paced, elapsedMs: number): Prediction | null {
    const { reachedM } = one;
    const leftMs = this.#leftMs((positionM) => one.elapsedAt(positionM), { fromM: reachedM, elapsedMs }, this.#finishM);
    if (leftMs === null) return null;
    return predictFinish(elapsedMs, leftMs, this.#slowingAt(reachedM));
  }

  #leftMs(
    elapsedAt: (positionM: number) => number,
    { fromM, elapsedMs }: { fromM: number; elapsedMs: number },
    toM: number,
  ): number | null {
    const recentFromM = fromM * (1 - RECENT_SHARE);
    const recentMs = elapsedAt(recentFromM);
    const recent = Number.isNaN(recentMs) ? null : { elapsedMs: recentMs, doneM: this.#effortAt(recentFromM) };
    const leftMs = evenLeftMs({ elapsedMs, doneM: this.#effortAt(fromM), totalM: this.#effortAt(toM), recent });
    // The middle of what is left against the middle of what counts of what was done.
    const laterM = toM / 2 - RECENT_SHARE * fromM;
    return leftMs && leftMs * (1 + (this.#habits.fade * laterM) / this.#finishM);
  }

  #slowingAt(positionM: number): Slowing {
    const place = Math.max(FIRST_PLACE, Math.min(PLACES - 1, Math.round((PLACES * positionM) / this.#finishM)));
    let known = this.#slowings.get(place);
    if (known === undefined) {
      known = blended(this.#slowingsFrom(place), this.#sigmaBetween(place, PLACES));
      this.#slowings.set(place, known);
    }
    return known;
  }

  /** What those say who have run on from a place, in the order of size; [] when nobody does. */
  #slowingsFrom(place: number): number[] {
    const known = this.#known;
    const isFar = known >= PLACES || known - place >= LEAST_AHEAD_SHARE * (PLACES - place);
    const from = isFar ? place : (place * known) / PLACES;
    if (from < FIRST_PLACE) return [];
    const growth = this.#sigmaBetween(place, PLACES) / this.#sigmaBetween(from, known);
    return this.#slowingsBetween(from, known).map((one) => growth * one);
  }

  /** How far from foreseen the way between two places is, as this field's athletes differ: in fade, and by chance. */
  #sigmaBetween(from: number, to: number): number {
    const { fadeSigma, placeSigma } = this.#habits;
    const later = (to / 2 - RECENT_SHARE * from) / PLACES;
    return Math.hypot(fadeSigma * later, placeSigma * Math.sqrt(1 / (to - from) + 1 / (PACE_SHARE * from)));
  }

  #slowingsBetween(from: number, to: number): number[] {
    const [fromM, toM] = [(from * this.#finishM) / PLACES, (to * this.#finishM) / PLACES];
    const found = this.#grids.flatMap((grid) => {
      const elapsedAt = (positionM: number) => between(grid, (positionM * PLACES) / this.#finishM);
      const [elapsedMs, arrivedMs] = [elapsedAt(fromM), elapsedAt(toM)];
      if (Number.isNaN(elapsedMs) || Number.isNaN(arrivedMs)) return [];
      const leftMs = this.#leftMs(elapsedAt, { fromM, elapsedMs }, toM);
      return leftMs === null || leftMs <= 0 ? [] : [(arrivedMs - elapsedMs) / leftMs - 1];
    });
    return found.sort((a, b) => a - b);
  }
}

function gridOf({ reachedM, elapsedAt }: Paced, finishM: number): Float64Array {
  return Float64Array.from({ length: PLACES + 1 }, (_, place) => {
    const positionM = (place * finishM) / PLACES;
    return place === 0 || positionM > reachedM ? Number.NaN : elapsedAt(positionM);
  });
}

/** At a place between two of the grid. */
function between(grid: Float64Array, place: number): number {
  const before = Math.min(PLACES - 1, Math.floor(place + 1e-9));
  const share = place - before;
  return share <= 1e-9 ? grid[before] : grid[before] + share * (grid[before + 1] - grid[before]);
}

/** How a field runs: what it minds of a gradient's cost, how it fades, and how its athletes differ in that. */
interface Habits {
  readonly gradient: number;
  readonly fade: number;
  /** Standard deviations: of the fade from one athlete to the next, of a pace from one place to the next. */
  readonly fadeSigma: number;
  readonly placeSigma: number;
}

interface Stretch {
  readonly cost: number;
  readonly share: number;
  readonly pace: number;
}

/**
 * By least squares over all places that the sampled have run, each against their own means. Gradients and fade are
 * fitted together, so that a climb at the end is not taken for fade; what is assumed counts as if it had been measured,
 * too. How athletes differ is the median of all, so that somebody who cheats or walks home does not count.
 */
function habitsOf(grids: readonly Float64Array[], effort: CourseEffort, finishM: number): Habits {
  const stretchM = finishM / PLACES;
  const costs = Array.from({ length: PLACES }, (_, place) => {
    return (effort.at((place + 1) * stretchM) - effort.at(place * stretchM)) / stretchM - 1;
  });
  const all = grids.map((grid) => stretchesOf(grid, costs)).filter(({ length }) => length >= LEAST_STRETCHES);
  let cc = (PLACE.sigma / GRADIENT.sigma) ** 2;
  let ss = (PLACE.sigma / FADE.sigma) ** 2;
  let cs = 0;
  let cy = cc * GRADIENT.middle;
  let sy = ss * FADE.middle;
  for (const { cost, share, pace } of all.flat()) {
    cc += cost * cost;
    cs += cost * share;
    ss += share * share;
    cy += cost * pace;
    sy += share * pace;
  }
  const determinant = cc * ss - cs * cs;
  const gradient = Math.max(0, Math.min(MOST_GRADIENT, (cy * ss - sy * cs) / determinant));
  const fade = Math.max(-MOST_FADE, Math.min(MOST_FADE, (sy * cc - cy * cs) / determinant));
  const beyond = ({ cost, share, pace }: Stretch) => pace - gradient * cost - fade * share;
  const fades: number[] = [];
  const paces: number[] = [];
  for (const own of all) {
    const squares = own.reduce((sum, { share }) => sum + share * share, 0);
    const slope = own.reduce((sum, one) => sum + one.share * beyond(one), 0) / squares;
    const noise2 = own.reduce((sum, one) => sum + (beyond(one) - slope * one.share) ** 2, 0) / (own.length - 2);
    paces.push(noise2);
    fades.push(slope * slope - noise2 / squares);
  }
  const trust = all.length / (all.length + ASSUMED_WEIGHT);
  // The median square of a normal deviate is less than its mean.
  const middle = (squares: number[]) =>
    all.length === 0
      ? 0
      : quantileOf(
          squares.sort((a, b) => a - b),
          0.5,
        );
  const fade2 = trust * Math.max(0, middle(fades) / MEDIAN_SQUARE) + (1 - trust) * FADE.spread ** 2;
  const place2 = trust * middle(paces) + (1 - trust) * PLACE.sigma ** 2;
  return { gradient, fade, fadeSigma: Math.sqrt(fade2), placeSigma: Math.sqrt(place2) };
}

/** What somebody has run, place by place, as it differs from their own means; paces as shares of the mean. */
function stretchesOf(grid: Float64Array, costs: readonly number[]): Stretch[] {
  const run = costs.flatMap((cost, place) => {
    const pace = grid[place + 1] - grid[place];
    return place < FIRST_PLACE || !(pace > 0) ? [] : [{ cost, share: place / PLACES, pace }];
  });
  const meanOf = (of: (one: Stretch) => number) => run.reduce((sum, one) => sum + of(one), 0) / run.length;
  const [cost, share, pace] = [meanOf((one) => one.cost), meanOf((one) => one.share), meanOf((one) => one.pace)];
  return run.map((one) => ({ cost: one.cost - cost, share: one.share - share, pace: one.pace / pace - 1 }));
}

/**
 * Of what is sorted, wider than the sample itself, since the next one is not in it: of n and one more who are alike,
 * the one more lies below with just this share (Weibull 1939), which is what makes a conformal interval hold.
 */
function quantileOf(sorted: readonly number[], share: number): number {
  const at = Math.max(0, Math.min(sorted.length - 1, share * (sorted.length + 1) - 1));
  const before = Math.floor(at);
  const after = Math.min(sorted.length - 1, before + 1);
  return sorted[before] + (at - before) * (sorted[after] - sorted[before]);
}

/**
 * A few of those ahead say little: the fewer, the more counts what is assumed, and a normal shape of their errors. Its
 * middle and spread are those of the middle half, so that somebody who cheats or walks home changes neither.
 */
function blended(sorted: readonly number[], sigma: number): Slowing {
  const { length: n } = sorted;
  if (n === 0) return normal(0, sigma);
  const trust = n / (n + ASSUMED_WEIGHT);
  const spread = (quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25)) / MIDDLE_HALF;
  const middle = trust * quantileOf(sorted, 0.5);
  const shaped = normal(middle, Math.sqrt(trust * spread ** 2 + (1 - trust) * sigma ** 2));
  const weight = n / (n + NORMAL_WEIGHT);
  const of = (share: number, otherwise: number) => weight * quantileOf(sorted, share) + (1 - weight) * otherwise;
  return { q10: of(0.1, shaped.q10), q50: of(0.5, shaped.q50), q90: of(0.9, shaped.q90) };
}

function normal(middle: number, sigma: number): Slowing {
  return { q10: middle - Z90 * sigma, q50: middle, q90: middle + Z90 * sigma };
}
