import type { Certainty, TooClose } from '../../../schemas/board.ts';

/** One who finished, as the ranking counts it. */
export interface TimedFinish {
  readonly bib: string;
  readonly elapsedMs: number;
  /** Standard deviation. */
  readonly sigmaMs: number;
  /** False for a time of a mat, a chip reader or a person: it is what it is, and the order follows from it. */
  readonly isEstimate: boolean;
}

export interface CloseFinishes {
  /** By bib: all who finished. */
  readonly tooClose: ReadonlyMap<string, TooClose>;
  /** Null without finishers. */
  readonly certainty: Certainty | null;
}

/** Pairs of one race that may be in the wrong order though nothing says so: one race of twenty has one. */
const WRONG_PAIRS = 0.05;
/** In standard deviations of the time between two: what is farther apart than the most is sure. */
const MOST_SIGMAS = 6;
const STEPS_A_SIGMA = 10;
const PLACES_SHARE = 0.95;
/** Draws of all true times from what is stated of them; of a great field fewer, so that they cost no more. */
const MOST_DRAWS = 40;
const MOST_DRAWN_TIMES = 20_000;

/**
 * Who of the finishers cannot be told apart. How far apart two times must be follows from the field: the denser it is
 * and the less sure its times are, the more pairs are near to each other, and among many pairs even an error that is
 * rare in each happens. The limit is the least number of standard deviations with which, in the whole field, fewer than
 * {@link WRONG_PAIRS} pairs beyond it are expected in the wrong order: each pair is with the probability that its
 * errors, taken as independent and normal, exceed the time between the two. So, but for that, somebody's true rank
 * lies between theirs less `ahead` and theirs plus `behind`. Two times of mats, chip readers or people are never too
 * close.
 */
export function closeFinishes(finishes: readonly TimedFinish[]): CloseFinishes {
  const byTime = [...finishes].sort((a, b) => a.elapsedMs - b.elapsedMs);
  const limit = limitOf(byTime);
  const ahead = new Map<string, number>();
  const behind = new Map<string, number>();
  for (const { earlier, later, sigmas } of pairsOf(byTime)) {
    if (sigmas > limit) continue;
    behind.set(earlier.bib, (behind.get(earlier.bib) ?? 0) + 1);
    ahead.set(later.bib, (ahead.get(later.bib) ?? 0) + 1);
  }
  const tooClose = new Map(
    finishes.map(({ bib }) => [bib, { ahead: ahead.get(bib) ?? 0, behind: behind.get(bib) ?? 0 }]),
  );
  const certainty = byTime.length === 0 ? null : { tooCloseSigmas: limit, placesWithin: placesWithin(byTime) };
  return { tooClose, certainty };
}

/** Whether {@link closeFinishes} says the same of both. */
export function areSameFinishes(some: readonly TimedFinish[], others: readonly TimedFinish[]): boolean {
  return some.length === others.length && some.every((one, i) => isSame(one, others[i]));
}

function isSame(one: TimedFinish, other: TimedFinish): boolean {
  return (
    one.bib === other.bib &&
    one.elapsedMs === other.elapsedMs &&
    one.sigmaMs === other.sigmaMs &&
    one.isEstimate === other.isEstimate
  );
}

/** Pairs that the errors of their times might have turned round, the earlier of the two first. */
function* pairsOf(byTime: readonly TimedFinish[]) {
  const mostSigmaMs = byTime.reduce((most, { sigmaMs }) => Math.max(most, sigmaMs), 0);
  for (const [i, earlier] of byTime.entries()) {
    for (let j = i + 1; j < byTime.length; j++) {
      const later = byTime[j];
      const apartMs = later.elapsedMs - earlier.elapsedMs;
      if (apartMs >= MOST_SIGMAS * Math.hypot(earlier.sigmaMs, mostSigmaMs)) break;
      if (!earlier.isEstimate && !later.isEstimate) continue;
      const sigmas = apartMs / Math.hypot(earlier.sigmaMs, later.sigmaMs);
      if (sigmas < MOST_SIGMAS) yield { earlier, later, sigmas };
    }
  }
}

function limitOf(byTime: readonly TimedFinish[]): number {
  const pairs = new Float64Array(MOST_SIGMAS * STEPS_A_SIGMA);
  for (const { sigmas } of pairsOf(byTime)) pairs[Math.floor(sigmas * STEPS_A_SIGMA)]++;
  let wrong = 0;
  let step = pairs.length;
  while (step > 0 && wrong + pairs[step - 1] * TAIL[step - 1] <= WRONG_PAIRS) {
    step--;
    wrong += pairs[step] * TAIL[step];
  }
  return step / STEPS_A_SIGMA;
}

/** By step: how much of a normal distribution lies beyond so many deviations, on one side. */
const TAIL = Float64Array.from({ length: MOST_SIGMAS * STEPS_A_SIGMA }, (_, step) => tailBeyond(step / STEPS_A_SIGMA));

/** By the trapezoidal rule, which is right to nine places here; what is beyond ten deviations does not matter. */
function tailBeyond(sigmas: number): number {
  const slice = 0.001;
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let sum = 0;
  for (let x = sigmas; x < 10; x += slice) sum += density(x) + density(x + slice);
  return (slice * sum) / 2;
}

/** By a parametric bootstrap (Efron & Tibshirani 1993, 6.5): how far places move when times do, as they may. */
function placesWithin(byTime: readonly TimedFinish[]): number {
  const { length } = byTime;
  const draws = Math.max(1, Math.min(MOST_DRAWS, Math.floor(MOST_DRAWN_TIMES / length)));
  const counts = new Float64Array(length);
  const drawnMs = new Float64Array(length);
  for (let draw = 0; draw < draws; draw++) {
    for (const [i, { elapsedMs, sigmaMs, isEstimate }] of byTime.entries()) {
      drawnMs[i] = elapsedMs + (isEstimate ? sigmaMs * normalOf(draw * length + i) : 0);
    }
    const order = Uint32Array.from(byTime.keys()).sort((a, b) => drawnMs[a] - drawnMs[b] || a - b);
    for (const [place, i] of order.entries()) counts[Math.abs(place - i)]++;
  }
  let within = 0;
  for (let left = PLACES_SHARE * draws * length - counts[0]; left > 0; left -= counts[within]) within++;
  return within;
}

/** The nth of a row of normal deviates that is the same each time (Box & Muller 1958). */
function normalOf(n: number): number {
  return Math.sqrt(-2 * Math.log(uniformOf(2 * n))) * Math.cos(2 * Math.PI * uniformOf(2 * n + 1));
}

/** Above 0 and up to 1, by the finalizer of MurmurHash3 (Appleby). */
function uniformOf(n: number): number {
  let x = (n + 1) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return (((x ^ (x >>> 16)) >>> 0) + 1) / 0x1_0000_0000;
}
