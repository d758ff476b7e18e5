import { createCourseLine } from '../../schemas/course-line.ts';
import type { SensorFrame } from '../../schemas/frame/encode.ts';
import type { Course } from '../../schemas/race.ts';
import { toStored } from '../activity.ts';
import { columnsOfFixes, type Fix, measureRunner, WHITE_3M } from '../race/gps-noise.ts';
import { createRunner } from '../race/race-truth.ts';
import { createRandom } from '../random.ts';

/**
 * Runs on the course of a race, from its start on, as contents of frames: a position, speed and heart rate each second.
 * Who is in stands behind the finish until the end. Each number has a run of its own.
 */
export function raceRunContents(
  course: Course,
  { seed, nth, frames, samplesPerFrame }: { seed: string; nth: number; frames: number; samplesPerFrame: number },
): SensorFrame['columns'][] {
  const random = createRandom(seed, `race run ${nth}`);
  const line = createCourseLine(course);
  const plan = {
    ...{ gunTimeMs: 0, waitS: 0, paceMps: random.between(2.7, 5), minMps: 2.5, fade: 0.05, stopsPerS: 0 },
    maxMps: 6.8,
  };
  const fixes = [...measureRunner(random, line, createRunner(random, line, plan), WHITE_3M)];
  const heartBpm = random.between(150, 175);
  return Array.from({ length: frames }, (_, frame) => {
    const own: Fix[] = Array.from({ length: samplesPerFrame }, (_, i) => {
      return fixes[Math.min(fixes.length - 1, frame * samplesPerFrame + i)];
    });
    return {
      ...columnsOfFixes(own),
      heart_rate: own.map(() => toStored('heart_rate', heartBpm + 2 * random.gaussian())),
    };
  });
}
