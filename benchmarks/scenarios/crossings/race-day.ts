import { type GpsNoise, WHITE_3M } from '../../../device-sim/race/gps-noise.ts';
import { type CourseShape, makeRaceCourse } from '../../../device-sim/race/race-courses.ts';
import { createRandom } from '../../../device-sim/random.ts';
import { createCourse } from '../../../processors/races/course.ts';
import { marksOf } from '../../../processors/races/crossings.ts';
import { paceOf } from '../../../processors/races/pace.ts';
import { createCourseLine } from '../../../schemas/course-line.ts';
import { type GradedCrossing, gradeRunner } from './graded-runner.ts';

/**
 * Receivers by what is wrong with them; `canyon` is always between walls, `zones` every other 400 m. With `stops` it is
 * the runner who stands still now and then.
 */
export const NOISES = {
  white: WHITE_3M,
  canyon: { ...WHITE_3M, biasM: 8, canyonM: null },
  zones: { ...WHITE_3M, biasM: 8, canyonM: 400 },
  slow: { ...WHITE_3M, biasM: 5, biasS: 60, canyonM: null },
  proud: { ...WHITE_3M, biasM: 8, biasS: 40, pride: 0.7, canyonM: null },
  'no speed': { ...WHITE_3M, speedMps: null },
  stops: WHITE_3M,
  jumps: { ...WHITE_3M, jumpsPerS: 0.01, deadPerS: 0.002 },
} as const satisfies Record<string, GpsNoise>;
export type NoiseName = keyof typeof NOISES;

/** Start, three on the way and the finish; of laps and legs there and back one lies at the very turn. */
const CHECKPOINT_SHARES = [0, 0.23, 0.5, 0.77, 1];
const COURSE_M = 4_000;
const STOPS_PER_S = 0.004;
const GUN_MS = 1_800_000_000_000;

export interface RaceDay {
  readonly runners: number;
  readonly fixes: number;
  readonly missed: number;
  readonly invented: number;
  /** Outside of dead zones. */
  readonly crossings: readonly GradedCrossing[];
}

/** `runners` of a seed, each on a course of their own of the shape. */
export function gradeRaceDay(seed: string, shape: CourseShape, noise: NoiseName, runners: number): RaceDay {
  const day = { runners, fixes: 0, missed: 0, invented: 0, crossings: [] as GradedCrossing[] };
  for (let n = 0; n < runners; n++) {
    const random = createRandom(seed, `race/${shape}/${noise}/${n}`);
    const line = createCourseLine(makeRaceCourse(random, shape, COURSE_M));
    const marks = marksOf(
      CHECKPOINT_SHARES.map((share, i) => ({
        ...{ id: `c${i}`, name: `c${i}`, kind: 'line', ends: null, centre: null, radiusM: null },
        positionM: [share * line.lengthM],
        isStart: share === 0,
        isFinish: share === 1,
      })),
    );
    const plan = {
      gunTimeMs: GUN_MS,
      waitS: random.integer(20, 120),
      paceMps: random.between(2.7, 5.5),
      minMps: 2.5,
      fade: random.between(0, 0.2),
      stopsPerS: noise === 'stops' ? STOPS_PER_S : 0,
    };
    const graded = gradeRunner(random, { course: createCourse(line), marks, pace: paceOf('run') }, plan, NOISES[noise]);
    day.fixes += graded.fixes;
    day.missed += graded.missed;
    day.invented += graded.invented;
    day.crossings.push(...graded.crossings.filter(({ isInDeadZone }) => !isInDeadZone));
  }
  return day;
}

/** Of the stated 90 % intervals, the share that holds the truth. */
export function coverage(crossings: readonly GradedCrossing[]): number {
  const held = crossings.filter(({ errorMs, sigmaMs }) => Math.abs(errorMs) <= 1.645 * sigmaMs);
  return held.length / crossings.length;
}

/** Of the errors without their signs. */
export function errorQuantileMs(crossings: readonly GradedCrossing[], share: number): number {
  const errors = crossings.map(({ errorMs }) => Math.abs(errorMs)).toSorted((a, b) => a - b);
  return errors[Math.min(errors.length - 1, Math.floor(share * errors.length))];
}
