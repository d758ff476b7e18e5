import type { ProgressMotion } from '../../../schemas/progress.ts';

/** From one span of an athlete's motion to the next that was told. */
export interface Step {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly fromM: number;
  readonly untilM: number;
  /** The way that was made on the ground, straight from span to span. */
  readonly wayM: number;
  /** In which no position came. */
  readonly unseenMs: number;
  readonly isOffCourse: boolean;
  /** Where they were in the middle of the last span, m on the plane of the course, and the way from the first. */
  readonly eastM: number;
  readonly northM: number;
  readonly eastwardM: number;
  readonly northwardM: number;
  readonly heartRate: number | null;
  readonly cadence: number | null;
}

/** Null when one does not follow the other: a device or course began anew. */
export function stepBetween(last: ProgressMotion, next: ProgressMotion): Step | null {
  const wayM = next.travelledM - last.travelledM;
  const unseenMs = next.unseenMs - last.unseenMs;
  if (next.untilMs <= last.untilMs || wayM < 0 || unseenMs < 0) return null;
  const { untilMs, positionM: untilM, isOffCourse, eastM, northM, heartRate, cadence } = next;
  return {
    ...{ fromMs: last.untilMs, untilMs, fromM: last.positionM, untilM, wayM, unseenMs, isOffCourse, eastM, northM },
    ...{ eastwardM: eastM - last.eastM, northwardM: northM - last.northM, heartRate, cadence },
  };
}
