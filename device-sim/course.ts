import type { Random } from './random.ts';

/** Where on the loop one is. */
export interface Place {
  latitude: number;
  longitude: number;
  altitudeM: number;
  /** Rise over run at this place, in the direction of travel. */
  gradient: number;
}

const METRES_PER_DEGREE = 111_320;
const STEPS = 720;

/**
 * A hilly closed loop around a seeded place: a circle bent by a few waves, with its height in waves too, so it closes
 * smoothly. `at` takes the distance since the start and goes round as often as needed.
 */
export function createCourse(random: Random, lengthM: number) {
  const centre = { latitude: random.between(44, 48), longitude: random.between(7, 15) };
  const bends = [2, 3, 5].map((waves) => ({ waves, size: random.between(0.02, 0.15), phase: random.between(0, 6.28) }));
  const hills = [1, 2, 4].map((waves) => ({
    waves,
    sizeM: (random.between(0.002, 0.006) * lengthM) / waves,
    phase: random.between(0, 6.28),
  }));
  const baseM = random.between(200, 600);
  const heightM = (angle: number) =>
    hills.reduce((sum, { waves, sizeM, phase }) => sum + sizeM * Math.sin(waves * angle + phase), baseM);
  const shape = (angle: number) => bends.reduce((r, b) => r + b.size * Math.sin(b.waves * angle + b.phase), 1);

  // The loop as a table of points with their distance, scaled so that one round is `lengthM` long.
  const points = Array.from({ length: STEPS + 1 }, (_, i) => {
    const angle = (2 * Math.PI * i) / STEPS;
    return { x: shape(angle) * Math.cos(angle), y: shape(angle) * Math.sin(angle), heightM: heightM(angle), alongM: 0 };
  });
  for (let i = 1; i <= STEPS; i++) {
    points[i].alongM = points[i - 1].alongM + Math.hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
  }
  const scale = lengthM / points[STEPS].alongM;
  for (const point of points) {
    point.x *= scale;
    point.y *= scale;
    point.alongM *= scale;
  }

  function at(distanceM: number): Place {
    const alongM = distanceM % lengthM;
    let low = 0;
    let high = STEPS;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (points[middle].alongM <= alongM) low = middle;
      else high = middle;
    }
    const [a, b] = [points[low], points[high]];
    const spanM = b.alongM - a.alongM;
    const share = (alongM - a.alongM) / spanM;
    const x = a.x + share * (b.x - a.x);
    const y = a.y + share * (b.y - a.y);
    return {
      latitude: centre.latitude + y / METRES_PER_DEGREE,
      longitude: centre.longitude + x / (METRES_PER_DEGREE * Math.cos((centre.latitude * Math.PI) / 180)),
      altitudeM: a.heightM + share * (b.heightM - a.heightM),
      gradient: (b.heightM - a.heightM) / spanM,
    };
  }
  return { lengthM, at };
}
export type Course = ReturnType<typeof createCourse>;
