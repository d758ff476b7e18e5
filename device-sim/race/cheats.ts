import type { CourseLine } from '../../schemas/course-line.ts';
import type { Random } from '../random.ts';
import { type RunnerPlan, type Stretch, straightM } from './race-truth.ts';

/** What somebody does who should be found out. One table: truth, help and grading. */
export const CHEATS = {
  cut_course: 'leaves a part of the course out',
  vehicle: 'is driven for a while',
  two_devices: "carries somebody else's device besides their own",
  impossible_speed: 'runs some hundred metres as nobody can',
} as const satisfies Record<string, string>;
export type Cheat = keyof typeof CHEATS;
export const CHEAT_NAMES = Object.keys(CHEATS) as Cheat[];

/** A shortcut that saves less than this is a bend taken wide. */
const LEAST_SAVED_M = 150;
const MAX_TRIES = 200;

/**
 * The plan of a runner with the cheat in it. Null where the course has no place for it, as a straight one has none to
 * cut. Of `two_devices` the plan stays as it is: what it changes is whose track the device measures.
 */
export function cheatPlan(random: Random, line: CourseLine, plan: RunnerPlan, cheat: Cheat): RunnerPlan | null {
  const honest = { ...plan, stopsPerS: 0 };
  switch (cheat) {
    case 'two_devices':
      return plan;
    case 'cut_course': {
      const shortcut = drawShortcut(random, line);
      return shortcut && { ...honest, shortcut };
    }
    case 'vehicle': {
      const lengthM = Math.min(1_500, line.lengthM * random.between(0.2, 0.35));
      return { ...honest, ride: { ...stretchOf(random, line, lengthM), speedMps: random.between(9, 14) } };
    }
    case 'impossible_speed': {
      const lengthM = Math.min(line.lengthM / 3, random.between(350, 600));
      return { ...honest, ride: { ...stretchOf(random, line, lengthM), speedMps: random.between(8.5, 10) } };
    }
  }
}

function stretchOf(random: Random, line: CourseLine, lengthM: number): Stretch {
  const fromM = random.between(0.1, 0.9) * (line.lengthM - lengthM);
  return { fromM, toM: fromM + lengthM };
}

/** Ends that are much nearer to each other across the fields; less than a lap, for one lap less is no shortcut. */
function drawShortcut(random: Random, line: CourseLine): Stretch | null {
  const mostM = (line.laps > 1 ? 0.8 * line.lapM : 0.6 * line.lengthM) - 1;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const stretch = stretchOf(random, line, random.between(0.2, 1) * mostM);
    const { fromM, toM } = stretch;
    if (toM - fromM - straightM(line, stretch) >= LEAST_SAVED_M) return stretch;
  }
  return null;
}
