import type { Course } from '../../schemas/race.ts';
import { createRandom, type Random } from '../random.ts';

/** Shapes that confuse whoever looks for the nearest point of the course only. */
export const COURSE_SHAPES = ['point-to-point', 'laps', 'out-and-back', 'self-crossing'] as const;
export type CourseShape = (typeof COURSE_SHAPES)[number];

const METRES_PER_DEGREE = 111_200;
const POINT_EVERY_M = 12;

/**
 * A course of a shape somewhere in the Alps, of about `lengthM` metres over all laps, with hills. `maxGradient` makes
 * them as flat as a road; without it a short lap may be as steep as a ladder.
 */
export function makeRaceCourse(
  random: Random,
  shape: CourseShape,
  lengthM: number,
  maxGradient = Number.POSITIVE_INFINITY,
): Course {
  const latitude = random.between(44, 48);
  const longitude = random.between(7, 15);
  const perEast = METRES_PER_DEGREE * Math.cos((latitude * Math.PI) / 180);
  const { plane, isClosed, laps } = SHAPES[shape](random, lengthM);
  const hills = [1, 3, 5].map((waves) => ({
    waves,
    sizeM: random.between(2, 25) / waves,
    phase: random.between(0, 6.28),
  }));
  const baseM = random.between(200, 600);
  const steepest = hills.reduce((sum, { waves, sizeM }) => sum + (2 * Math.PI * waves * sizeM * laps) / lengthM, 0);
  const flatten = Math.min(1, maxGradient / steepest);
  const altitudeAt = (share: number) =>
    hills.reduce(
      (sum, { waves, sizeM, phase }) => sum + flatten * sizeM * Math.sin(2 * Math.PI * waves * share + phase),
      baseM,
    );
  return {
    latitudeE7: plane.map(([, northM]) => Math.round((latitude + northM / METRES_PER_DEGREE) * 1e7)),
    longitudeE7: plane.map(([eastM]) => Math.round((longitude + eastM / perEast) * 1e7)),
    altitudeDm: plane.map((_, i) => Math.round(10 * altitudeAt(i / plane.length))),
    isClosed,
    laps,
  };
}

/** No road race is steeper for long. */
const ROAD_GRADIENT = 0.06;

/** The course that a race of this seed is on when no file says another. */
export function madeCourse(wish: { seed: string; courseShape: CourseShape; courseM: number }): Course {
  return makeRaceCourse(createRandom(wish.seed, 'race course'), wish.courseShape, wish.courseM, ROAD_GRADIENT);
}

type Plane = (readonly [eastM: number, northM: number])[];
type Shaped = { plane: Plane; isClosed: boolean; laps: number };

const SHAPES: Record<CourseShape, (random: Random, lengthM: number) => Shaped> = {
  'point-to-point': (random, lengthM) => ({ plane: winding(random, lengthM), isClosed: false, laps: 1 }),
  laps(random, lengthM) {
    const laps = random.integer(3, 5);
    const radiusM = lengthM / laps / (2 * Math.PI);
    const bend = random.between(0.1, 0.3);
    const phase = random.between(0, 6.28);
    const at = (angle: number) => {
      const r = radiusM * (1 + bend * Math.sin(3 * angle + phase));
      return [r * Math.cos(angle), r * Math.sin(angle)] as const;
    };
    return { plane: round(lengthM / laps, at), isClosed: true, laps };
  },
  /** There and, on the very same road, back. */
  'out-and-back'(random, lengthM) {
    const out = winding(random, lengthM / 2);
    return { plane: [...out, ...out.slice(0, -1).reverse()], isClosed: false, laps: 1 };
  },
  /** An eight: the course crosses itself in the middle of each of two laps. */
  'self-crossing'(random, lengthM) {
    const lapM = lengthM / 2;
    const turn = random.between(0, 6.28);
    // The lemniscate of Gerono with half-axis a is 6.097 a long.
    const a = lapM / 6.097;
    const at = (angle: number) => {
      const [x, y] = [a * Math.cos(angle + 1), a * Math.sin(angle + 1) * Math.cos(angle + 1)];
      return [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)] as const;
    };
    return { plane: round(lapM, at), isClosed: true, laps: 2 };
  },
};

function round(lapM: number, at: (angle: number) => readonly [number, number]): Plane {
  const points = Math.max(16, Math.round(lapM / POINT_EVERY_M));
  return Array.from({ length: points }, (_, i) => at((2 * Math.PI * i) / points));
}

/** A road whose direction drifts, and now and then turns sharply. */
function winding(random: Random, lengthM: number): Plane {
  const points = Math.max(2, Math.round(lengthM / POINT_EVERY_M));
  const main = random.between(0, 2 * Math.PI);
  const plane: (readonly [number, number])[] = [[0, 0]];
  let off = 0;
  for (let i = 0; i < points; i++) {
    off = 0.97 * off + 0.07 * random.gaussian() + (random.chance(0.01) ? random.between(-1.2, 1.2) : 0);
    const heading = main + off;
    const [eastM, northM] = plane[i];
    plane.push([eastM + POINT_EVERY_M * Math.cos(heading), northM + POINT_EVERY_M * Math.sin(heading)]);
  }
  return plane;
}
