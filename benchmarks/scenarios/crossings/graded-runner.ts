import { type GpsNoise, measureRunner } from '../../../device-sim/race/gps-noise.ts';
import { createRunner, type RunnerPlan } from '../../../device-sim/race/race-truth.ts';
import type { Random } from '../../../device-sim/random.ts';
import type { Course } from '../../../processors/races/course.ts';
import { type Crossing, findCrossings, type Mark } from '../../../processors/races/crossings.ts';
import type { Pace } from '../../../processors/races/pace.ts';
import { Track } from '../../../processors/races/track.ts';

export interface GradedCrossing {
  /** Settled time − true time. */
  readonly errorMs: number;
  /** Of the first that was told. */
  readonly firstErrorMs: number;
  /** Standard deviation that is stated with the settled time. */
  readonly sigmaMs: number;
  /** Between two fixes so far apart the device saw nothing. */
  readonly isInDeadZone: boolean;
}

export interface GradedRunner {
  readonly crossings: readonly GradedCrossing[];
  /** True crossings that were not found, outside of dead zones; and found ones that never were. */
  readonly missed: number;
  readonly invented: number;
  readonly fixes: number;
}

export interface RaceGround {
  readonly course: Course;
  readonly marks: readonly Mark[];
  readonly pace: Pace;
}

/** One runner from the start to behind the finish, fix by fix as a live stream, against the truth. */
export function gradeRunner(random: Random, ground: RaceGround, plan: RunnerPlan, noise: GpsNoise): GradedRunner {
  const { course, marks, pace } = ground;
  const truth = createRunner(random, course.line, plan);
  const track = new Track(course, pace, plan.gunTimeMs);
  const found = new Map<number, Crossing>();
  const firstMs = new Map<number, number>();
  const gaps: { fromMs: number; toMs: number }[] = [];
  let fixes = 0;
  for (const { timeMs, latitudeE7, longitudeE7, accuracy, speed } of measureRunner(random, course.line, truth, noise)) {
    if (timeMs - track.newestMs > 3_000) gaps.push({ fromMs: track.newestMs, toMs: timeMs });
    const statedM = Math.max(1, accuracy / 10 / 1.515);
    track.put({ atMs: timeMs, latitudeE7, longitudeE7, statedM, speedMps: speed === null ? -1 : speed / 1_000 });
    track.settle();
    for (const n of findCrossings(track, marks, plan.gunTimeMs, found, ++fixes)) {
      if (!firstMs.has(n)) firstMs.set(n, found.get(n)!.timeMs);
    }
  }
  // A receiver that never sees the sky again before the runner has finished.
  gaps.push({ fromMs: track.newestMs, toMs: Number.POSITIVE_INFINITY });
  const crossings: GradedCrossing[] = [];
  let missed = 0;
  let invented = 0;
  for (const [n, { positionM }] of marks.entries()) {
    const trueMs = truth.crossedMs(positionM);
    const crossing = found.get(n);
    const isThere = crossing !== undefined && !crossing.isWithdrawn;
    const isInDeadZone = gaps.some(({ fromMs, toMs }) => trueMs !== null && fromMs <= trueMs && trueMs <= toMs);
    if (trueMs === null) invented += isThere ? 1 : 0;
    else if (!isThere) missed += isInDeadZone ? 0 : 1;
    else {
      const firstErrorMs = firstMs.get(n)! - trueMs;
      crossings.push({ errorMs: crossing.timeMs - trueMs, firstErrorMs, sigmaMs: crossing.sigmaMs, isInDeadZone });
    }
  }
  return { crossings, missed, invented, fixes };
}
