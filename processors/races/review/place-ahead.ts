import type { CourseLine } from '../../../schemas/course-line.ts';
import type { Step } from './step.ts';

const NEAR_M = 25;
/** Cosine of the greatest angle between the way that was made and the course. */
const SAME_WAY = 0.7;
/** Where somebody left the course is known so well. */
const BEHIND_M = 30;

/**
 * The first place of the course, from `fromM` on, where somebody can be who is where the step ends and goes its way;
 * null when there is none. Whoever leaves one leg or lap and comes back to another is seen there, wherever the
 * filter of positions, which knows no reason to skip a lap, puts them.
 */
export function placeAhead(line: CourseLine, step: Step, fromM: number): number | null {
  const { eastM, northM, eastwardM, northwardM } = step;
  const wayM = Math.hypot(eastwardM, northwardM);
  if (wayM === 0) return null;
  let nearest: number | null = null;
  for (let leg = 0; leg < line.legs; leg++) {
    const [fromEastM, fromNorthM] = [line.eastM[leg], line.northM[leg]];
    const legM = line.alongM[leg + 1] - line.alongM[leg];
    const eastward = (line.eastM[leg + 1] - fromEastM) / legM;
    const northward = (line.northM[leg + 1] - fromNorthM) / legM;
    if (eastward * eastwardM + northward * northwardM < SAME_WAY * wayM) continue;
    const onM = (eastM - fromEastM) * eastward + (northM - fromNorthM) * northward;
    const alongM = Math.max(0, Math.min(legM, onM));
    const offM = Math.hypot(eastM - fromEastM - alongM * eastward, northM - fromNorthM - alongM * northward);
    if (offM > NEAR_M) continue;
    const inLapM = line.alongM[leg] + alongM;
    const laps = Math.max(0, Math.ceil((fromM - BEHIND_M - inLapM) / line.lapM));
    const positionM = inLapM + laps * line.lapM;
    if (laps < line.laps && (nearest === null || positionM < nearest)) nearest = positionM;
  }
  return nearest;
}
