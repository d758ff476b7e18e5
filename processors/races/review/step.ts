import type { ProgressMotion } from '../../../schemas/progress.ts';
import { SPAN_MS } from '../motion.ts';

/** From one span of an athlete's motion to the next that was told. */
export interface Step {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly fromM: number;
  readonly untilM: number;
  /** The way that was made on the ground, straight from span to span. */
  readonly wayM: number;
  /** Nobody knows the way that was made: it shows nothing of anybody. */
  readonly isUnseen: boolean;
  readonly isOffCourse: boolean;
  /** Where they were in the middle of the last span, m on the plane of the course, and the way from the first. */
  readonly eastM: number;
  readonly northM: number;
  readonly eastwardM: number;
  readonly northwardM: number;
  readonly heartRate: number | null;
  readonly cadence: number | null;
}

/**
 * One span without a position is bridged: a tracker that reports every ten seconds has now and then two reports in one
 * span and none in the next, and straight over twenty seconds is a runner's way as well as over ten.
 */
const MAX_BRIDGED_MS = SPAN_MS;

/**
 * Whether positions came too rarely to say how an athlete got from span to span: in more than one span of the step, or
 * in none of it at all, as of the last that is told again when the store does not have it yet (`motion.ts`).
 */
function isUnseenStep(unseenMs: number, tookMs: number): boolean {
  return unseenMs > MAX_BRIDGED_MS || unseenMs >= tookMs;
}

/** Null when one does not follow the other: a device or course began anew. */
export function stepBetween(last: ProgressMotion, next: ProgressMotion): Step | null {
  const wayM = next.travelledM - last.travelledM;
  const unseenMs = next.unseenMs - last.unseenMs;
  if (next.untilMs <= last.untilMs || wayM < 0 || unseenMs < 0) return null;
  const isUnseen = isUnseenStep(unseenMs, next.untilMs - last.untilMs);
  const { untilMs, positionM: untilM, isOffCourse, eastM, northM, heartRate, cadence } = next;
  return {
    ...{ fromMs: last.untilMs, untilMs, fromM: last.positionM, untilM, wayM, isUnseen, isOffCourse, eastM, northM },
    ...{ eastwardM: eastM - last.eastM, northwardM: northM - last.northM, heartRate, cadence },
  };
}
