import type { Suspicion } from '../../../schemas/review.ts';
import type { CourseEffort } from '../board/course-effort.ts';
import type { Step } from './step.ts';

/** How somebody usually moves: means over the spans in which they did, and over how many. */
interface Usual {
  readonly spans: number;
  readonly flatMps: number;
  readonly hearts: number;
  readonly heartRate: number;
  readonly cadences: number;
  readonly cadence: number;
}

export interface Ride {
  readonly fromMs: number;
  readonly fromM: number;
  readonly untilMs: number;
  readonly untilM: number;
  readonly usualMps: number;
  /** Spans of it, the sum of their speeds on the flat, and how many of them say what. */
  readonly spans: number;
  readonly sumMps: number;
  /** The way made beyond what their usual speed, and a little more, would have made. */
  readonly excessM: number;
  readonly fast: number;
  readonly stepless: number;
  readonly restful: number;
}

export interface VehicleState {
  usual: Usual;
  /** The stretch that goes on, on which they move otherwise. */
  ride: Ride | null;
  worst: Ride | null;
}

/** A minute tells what is usual. */
const USUAL_SPANS = 6;
/** A receiver that has lost the sky makes two spans of one great step. */
const LEAST_SPANS = 3;
/** Steps that end, or a heart that rests, at such a speed need no long look. */
const BODY_SPANS = 6;
const MOVING_MPS = 1;
/** Nobody who ran like this before runs so much faster for minutes; below this speed many a walker can. */
const FASTER = 1.45;
const FAST_MPS = 4.6;
/**
 * The way that somebody can make beyond the speed that they can hold, before they have to slow down: 100 to 350 m on
 * the flat (critical speed and D′, Hughson et al. 1984, Int J Sports Med 5:23–25), and a race takes most of it.
 */
const HELD = 1.15;
const RESERVE_M = 100;
const DRIVEN_M = 220;
const SURELY_DRIVEN_M = 400;
/** With a body that shows no effort. */
const RESTFUL_FASTER = 1.15;
const BODY_MPS = 2.5;
const STEPS_SHARE = 0.5;
const LEAST_CADENCE = 40;
const RESTFUL_BPM = 12;

export function newVehicleState(): VehicleState {
  const usual = { spans: 0, flatMps: 0, hearts: 0, heartRate: 0, cadences: 0, cadence: 0 };
  return { usual, ride: null, worst: null };
}

/**
 * Somebody moves as a vehicle does when they are much faster than they were, for longer than a spurt lasts; or while
 * their steps have ended; or faster while their heart rests. Speeds are the lowest of what the
 * course, the ground and the gradient say: on a descent that on the flat which costs as much (Minetti et al. 2002); on
 * a climb as they are, since many run up a short one beyond what they can hold.
 */
export function foldVehicle(state: VehicleState, step: Step, effort: CourseEffort): void {
  const mps = lesserSpeed(step, effort);
  if (mps === null) {
    state.ride = null;
    return;
  }
  const { fast, stepless, restful } = signsOf(state.usual, step, mps);
  if (fast + stepless + restful === 0) {
    state.ride = null;
    if (mps > MOVING_MPS) state.usual = withSpan(state.usual, step, mps);
    return;
  }
  const { fromMs, untilMs, fromM, untilM } = step;
  const nothing = {
    fromMs,
    fromM,
    usualMps: state.usual.flatMps,
    spans: 0,
    sumMps: 0,
    excessM: 0,
    fast: 0,
    stepless: 0,
    restful: 0,
  };
  const before = state.ride ?? nothing;
  const ride = {
    ...{ fromMs: before.fromMs, fromM: before.fromM, untilMs, untilM, usualMps: before.usualMps },
    ...{ spans: before.spans + 1, sumMps: before.sumMps + mps },
    excessM: before.excessM + ((mps - HELD * before.usualMps) * (untilMs - fromMs)) / 1_000,
    ...{ fast: before.fast + fast, stepless: before.stepless + stepless, restful: before.restful + restful },
  };
  state.ride = ride;
  const isSuspect = hasBody(ride) || (ride.spans >= LEAST_SPANS && ride.excessM > RESERVE_M);
  if (isSuspect && ride.excessM > (state.worst?.excessM ?? Number.NEGATIVE_INFINITY)) state.worst = ride;
}

/** Null where nothing is known of the speed. */
function lesserSpeed({ fromMs, untilMs, fromM, untilM, wayM, isUnseen, isOffCourse }: Step, effort: CourseEffort) {
  if (isUnseen) return null;
  const seconds = (untilMs - fromMs) / 1_000;
  const alongM = untilM - fromM;
  if (isOffCourse || alongM <= 0) return wayM / seconds;
  const perM = (effort.at(untilM) - effort.at(fromM)) / alongM;
  return (Math.min(1, perM) * Math.min(alongM, wayM)) / seconds;
}

/** Which signs of a ride a span shows, 1 or 0 each. */
function signsOf(usual: Usual, { heartRate, cadence }: Step, mps: number) {
  const isKnown = usual.spans >= USUAL_SPANS;
  const knowsSteps = usual.cadences >= USUAL_SPANS && usual.cadence >= LEAST_CADENCE;
  const knowsHeart = usual.hearts >= USUAL_SPANS;
  const isFast = isKnown && mps > FAST_MPS && mps > FASTER * usual.flatMps;
  const isStepless = knowsSteps && cadence !== null && cadence < STEPS_SHARE * usual.cadence && mps > BODY_MPS;
  const isFaster = isKnown && mps > BODY_MPS && mps > RESTFUL_FASTER * usual.flatMps;
  const isRestful = knowsHeart && heartRate !== null && heartRate < usual.heartRate - RESTFUL_BPM && isFaster;
  return { fast: Number(isFast), stepless: Number(isStepless), restful: Number(isRestful) };
}

function withSpan(usual: Usual, { heartRate, cadence }: Step, mps: number): Usual {
  const mean = (of: number, count: number, value: number) => of + (value - of) / (count + 1);
  return {
    ...{ spans: usual.spans + 1, flatMps: mean(usual.flatMps, usual.spans, mps) },
    hearts: usual.hearts + Number(heartRate !== null),
    heartRate: heartRate === null ? usual.heartRate : mean(usual.heartRate, usual.hearts, heartRate),
    cadences: usual.cadences + Number(cadence !== null),
    cadence: cadence === null ? usual.cadence : mean(usual.cadence, usual.cadences, cadence),
  };
}

function hasBody({ stepless, restful }: Ride): boolean {
  return stepless >= BODY_SPANS || restful >= BODY_SPANS;
}

/** Driven, when it is more than anybody has in reserve or the body takes no part; else faster than they can. */
export function suspectVehicle(bib: string, { worst }: VehicleState): Suspicion | null {
  if (worst === null) return null;
  const isDriven = hasBody(worst) || worst.excessM > DRIVEN_M;
  const isSure = hasBody(worst) || worst.excessM > SURELY_DRIVEN_M;
  const hundredth = (value: number) => Math.round(100 * value) / 100;
  return {
    ...{ kind: isDriven ? 'vehicle' : 'impossible_speed', severity: isSure ? 'high' : 'low', bibs: [bib] },
    about: isDriven ? '' : 'reserve',
    from: { atMs: worst.fromMs, positionM: worst.fromM },
    until: { atMs: worst.untilMs, positionM: worst.untilM },
    numbers: {
      ...{ flatMps: hundredth(worst.sumMps / worst.spans), usualFlatMps: hundredth(worst.usualMps) },
      ...{ excessM: Math.round(worst.excessM), spans: worst.spans },
      ...{ spansWithoutSteps: worst.stepless, spansOfARestfulHeart: worst.restful },
    },
  };
}
