import type { CourseLine } from '../../../schemas/course-line.ts';
import type { Suspicion } from '../../../schemas/review.ts';
import type { Crossing } from '../board/crossing-evidence.ts';
import { placeAhead } from './place-ahead.ts';
import type { Step } from './step.ts';

/**
 * What was gained along the course without being run. Two things show it:
 * - positions that run ahead of the way made on the ground, as a cumulative sum (Page 1954, Biometrika 41:100–115): it
 *   is 0 for whoever follows the course, and way made beside it (a detour) counts against later gains for a while;
 * - who leaves the course and comes back to a place of it that is farther on than the way that they made meanwhile.
 */
export interface CutState {
  gainedM: number;
  /** Where the sum was last 0. */
  fromMs: number;
  fromM: number;
  wayM: number;
  /** The farthest place that they came to, and the way made since. */
  farthest: Left | null;
  left: Left | null;
  worst: Cut | null;
}

/** Somebody is beside the course since then, or goes back on it. */
interface Left {
  readonly atMs: number;
  readonly positionM: number;
  wayM: number;
  /** Steps on the course since. */
  back: number;
}

export interface Cut {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly fromM: number;
  readonly untilM: number;
  readonly wayM: number;
  readonly skippedM: number;
  /** Whether the positions themselves say so. */
  readonly isByPosition: boolean;
}

/** A curve is longer than the chords of spans, and a course is measured on its ideal line. */
const ALLOWANCE = 1.05;
const LEAST_SKIPPED_M = 120;
const SURELY_SKIPPED_M = 300;
/** A detour makes up for so much that is skipped, and is forgotten as they go on. */
const MAX_DETOUR_M = 600;
const FORGOTTEN = 0.2;
/** The first step may only cross the course; in the others it must be told which leg they are on. */
const STEPS_BACK = { least: 2, most: 12 };
/** Whoever comes back behind where they left, by no more than this, went back for something. */
const WENT_BACK_M = 80;

export function newCutState(): CutState {
  return { gainedM: 0, fromMs: 0, fromM: 0, wayM: 0, farthest: null, left: null, worst: null };
}

/** `line` is null for a race without a course. */
export function foldCut(state: CutState, step: Step, line: CourseLine | null): void {
  const { fromM, untilM, wayM, isUnseen } = step;
  // Positions that fall back show that they had run ahead, and nobody had.
  const { worst } = state;
  if (worst?.isByPosition && untilM < worst.untilM - worst.skippedM / 2) state.worst = null;
  const madeM = isUnseen ? Math.max(wayM, untilM - fromM) : wayM;
  sumUp(state, step, madeM);
  if (line !== null) followLeft(state, step, line);
}

function sumUp(state: CutState, { fromMs, untilMs, fromM, untilM }: Step, madeM: number): void {
  const alongM = untilM - fromM;
  if (state.gainedM <= 0) {
    state.fromMs = fromMs;
    state.fromM = fromM;
    state.wayM = 0;
  }
  state.wayM += madeM;
  state.gainedM += alongM - ALLOWANCE * madeM;
  if (state.gainedM < 0) {
    const onCourseM = Math.max(0, Math.min(alongM, madeM));
    state.gainedM = Math.min(0, Math.max(-MAX_DETOUR_M, state.gainedM) + FORGOTTEN * onCourseM);
  }
  const { gainedM: skippedM, wayM } = state;
  note(state, { fromMs: state.fromMs, untilMs, fromM: state.fromM, untilM, wayM, skippedM, isByPosition: true });
}

function followLeft(state: CutState, step: Step, line: CourseLine): void {
  if (step.isUnseen) {
    state.left = null;
    state.farthest = null;
    return;
  }
  const { fromMs: atMs, fromM, untilM, wayM, isOffCourse } = step;
  const { farthest } = state;
  if (farthest === null || untilM >= farthest.positionM) {
    state.farthest = { atMs: step.untilMs, positionM: untilM, wayM: 0, back: 0 };
  } else farthest.wayM += wayM;
  // Who turns round before the turning point goes back on the course, as positions see it.
  const hasTurned = farthest !== null && farthest.positionM - untilM > WENT_BACK_M;
  if (state.left === null && hasTurned) state.left = { ...farthest };
  else if (state.left !== null) state.left.wayM += wayM;
  else if (isOffCourse) state.left = { atMs, positionM: fromM, wayM, back: 0 };
  const { left } = state;
  if (left === null) return;
  left.back = isOffCourse ? 0 : left.back + 1;
  if (left.back < STEPS_BACK.least) return;
  const wentBackM = left.positionM - untilM;
  const isBackForSomething = wentBackM >= 0 && wentBackM <= WENT_BACK_M;
  const aheadM = isBackForSomething ? null : placeAhead(line, step, left.positionM);
  if (aheadM === null && !isBackForSomething && left.back < STEPS_BACK.most) return;
  state.left = null;
  state.farthest = null;
  if (aheadM === null) return;
  const skippedM = aheadM - left.positionM - ALLOWANCE * left.wayM;
  const back = { untilMs: step.untilMs, untilM: aheadM, wayM: left.wayM, skippedM, isByPosition: false };
  note(state, { fromMs: left.atMs, fromM: left.positionM, ...back });
}

function note(state: CutState, cut: Cut): void {
  if (cut.skippedM >= LEAST_SKIPPED_M && cut.skippedM > (state.worst?.skippedM ?? 0)) state.worst = cut;
}

/** Null as well when a person, a mat or a chip saw them on what they are said to have left out. */
export function suspectCut(bib: string, { worst }: CutState, crossings: readonly Crossing[]): Suspicion | null {
  if (worst === null) return null;
  const wasThere = ({ source, positionM, timeMs }: Crossing) =>
    source !== 'gps' &&
    worst.fromM < positionM &&
    positionM < worst.untilM &&
    worst.fromMs < timeMs &&
    timeMs < worst.untilMs;
  if (crossings.some(wasThere)) return null;
  const { fromMs, untilMs, fromM, untilM, wayM, skippedM } = worst;
  return {
    ...{ kind: 'cut_course', severity: skippedM >= SURELY_SKIPPED_M ? 'high' : 'low', bibs: [bib], about: '' },
    from: { atMs: fromMs, positionM: fromM },
    until: { atMs: untilMs, positionM: untilM },
    numbers: { alongM: Math.round(untilM - fromM), wayM: Math.round(wayM), skippedM: Math.round(skippedM) },
  };
}
