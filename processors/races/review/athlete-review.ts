import type { CourseLine } from '../../../schemas/course-line.ts';
import type { ProgressMotion } from '../../../schemas/progress.ts';
import type { Suspicion } from '../../../schemas/review.ts';
import type { CourseEffort } from '../board/course-effort.ts';
import type { Crossing } from '../board/crossing-evidence.ts';
import type { Passages } from '../board/passages.ts';
import { type CutState, foldCut, newCutState, suspectCut } from './cut-course.ts';
import { foldSpeed, newSpeedState, type SpeedState, suspectSpeed } from './impossible-speed.ts';
import { type AbsenceState, foldAbsence, newAbsenceState, suspectMissing } from './missing-checkpoint.ts';
import type { Records } from './records.ts';
import { stepBetween } from './step.ts';
import { foldVehicle, newVehicleState, suspectVehicle, type VehicleState } from './vehicle.ts';

/** What the review knows of one athlete: plain values, kept with the board as they are. */
export interface AthleteReview {
  /** How often it began anew because motions were told again; none in checkpoints of before they were. */
  readonly round?: number;
  /** Up to then they are told again: until all are there nothing is judged. */
  readonly againUntilMs?: number;
  last: ProgressMotion | null;
  readonly speed: SpeedState;
  readonly cut: CutState;
  readonly absence: AbsenceState;
  readonly vehicle: VehicleState;
}

/** What all athletes of a race are held against. */
export interface ReviewGround {
  /** Null without a course. */
  readonly line: CourseLine | null;
  readonly effort: CourseEffort;
  readonly passages: Passages;
  readonly finishM: number;
  /** Null for a sport of which no limit is known. */
  readonly records: Records | null;
  /** Whether they go on foot: only then steps and usual speeds say anything of vehicles. */
  readonly isOnFoot: boolean;
}

export function newAthleteReview(): AthleteReview {
  return {
    ...{ last: null, speed: newSpeedState(), cut: newCutState() },
    ...{ absence: newAbsenceState(), vehicle: newVehicleState() },
  };
}

/** Begins anew, as motions do that are told again with what came too late before. */
export function restartReview({ last, againUntilMs = 0 }: AthleteReview, round: number): AthleteReview {
  return { ...newAthleteReview(), round, againUntilMs: Math.max(againUntilMs, last?.untilMs ?? 0) };
}

/** Whether not all that was known once was told again yet. */
export function isToldAgain({ last, againUntilMs = 0 }: AthleteReview): boolean {
  return (last?.untilMs ?? 0) < againUntilMs;
}

/**
 * Takes the next span of an athlete between the gun and the finish; what is before and after is nobody's business.
 * A span that was missed on the way is part of the next step. Returns the span before it, when the two belong together.
 */
export function followMotion(
  review: AthleteReview,
  motion: ProgressMotion,
  gunTimeMs: number,
  { line, effort, finishM, records, isOnFoot }: ReviewGround,
): ProgressMotion | null {
  const { last } = review;
  if (last !== null && motion.untilMs <= last.untilMs && motion.travelledM >= last.travelledM) return null;
  review.last = motion;
  if (last === null || last.untilMs < gunTimeMs || last.positionM >= finishM) return null;
  const step = stepBetween(last, motion);
  if (step === null) return null;
  if (records !== null) foldSpeed(review.speed, step, effort, records);
  foldCut(review.cut, step, line);
  foldAbsence(review.absence, step);
  if (isOnFoot) foldVehicle(review.vehicle, step, effort);
  return last;
}

/** Everything that the evidence shows now. */
export function suspectAthlete(
  bib: string,
  review: AthleteReview,
  { passages }: ReviewGround,
  { crossings, placeM }: { crossings: readonly Crossing[]; placeM: number },
): Suspicion[] {
  const singles = [
    suspectSpeed(bib, review.speed),
    suspectCut(bib, review.cut, crossings),
    suspectVehicle(bib, review.vehicle),
  ];
  return [
    ...singles.filter((one) => one !== null),
    ...suspectMissing(bib, review.absence, { passages: passages.all, crossings, placeM, cut: review.cut.worst }),
  ];
}
