import { createCourseLine } from '../../../schemas/course-line.ts';
import type { Sport } from '../../../schemas/events.ts';
import type { Race } from '../../../schemas/race.ts';
import { costOf } from '../../activities/metrics/grade.ts';

/** Shorter stretches make cliffs of the steps in a course's altitudes. */
const STRETCH_M = 50;
/** Keeps a ratio of efforts calm over the first metres of a race. */
const HEAD_START_M = 100;
const ON_FOOT: ReadonlySet<Sport> = new Set(['run', 'trail_run', 'walk', 'hike']);

export function isOnFoot(sport: Sport): boolean {
  return ON_FOOT.has(sport);
}

/** How much of the way, in metres on the flat, lies behind a position: gradients count for those who run or walk. */
export interface CourseEffort {
  /** Grows with the position, and is never 0. */
  at(positionM: number): number;
  readonly totalM: number;
}

export function effortOf({ course, sport }: Pick<Race, 'course' | 'sport'>, finishM: number): CourseEffort {
  const line = course === null || course.altitudeDm === null ? null : createCourseLine(course);
  if (line === null || !isOnFoot(sport)) {
    return { at: (positionM) => HEAD_START_M + clamp(positionM, finishM), totalM: HEAD_START_M + finishM };
  }
  const stretches = Math.max(1, Math.ceil(finishM / STRETCH_M));
  const stretchM = finishM / stretches;
  const sums = new Float64Array(stretches + 1);
  sums[0] = HEAD_START_M;
  for (let i = 0; i < stretches; i++) {
    const riseM = line.at((i + 1) * stretchM).altitudeM! - line.at(i * stretchM).altitudeM!;
    sums[i + 1] = sums[i] + stretchM * costOf(riseM / stretchM);
  }
  return {
    at(positionM) {
      const place = clamp(positionM, finishM) / stretchM;
      const i = Math.min(stretches - 1, Math.floor(place));
      return sums[i] + (sums[i + 1] - sums[i]) * (place - i);
    },
    totalM: sums[stretches],
  };
}

function clamp(positionM: number, finishM: number): number {
  return Math.max(0, Math.min(finishM, positionM));
}
