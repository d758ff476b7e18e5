import { type Fix, type GpsNoise, measureRunner } from '../../../device-sim/race/gps-noise.ts';
import {
  createRunner,
  type RunnerPlan,
  type RunnerTruth,
  type Stretch,
  straightM,
} from '../../../device-sim/race/race-truth.ts';
import { createRandom, type Random } from '../../../device-sim/random.ts';
import type { CourseLine } from '../../../schemas/course-line.ts';

/** What the field of a graded race does; the last two are honest. */
export const DEEDS = ['cut', 'driven', 'driven with a sensor', 'sprint', 'carried', 'friend', 'honest'] as const;
export type Deed = (typeof DEEDS)[number];

/** How far a cheat goes. The rules were tuned on others: those of `device-sim race`. */
export interface CheatRanges {
  readonly savedM: readonly [number, number];
  readonly drivenM: readonly [number, number];
  readonly drivenMps: readonly [number, number];
  readonly sprintM: readonly [number, number];
  readonly sprintMps: readonly [number, number];
}

export interface Entry {
  readonly deed: Deed;
  readonly truth: RunnerTruth;
  /** The same at each call. */
  fixes(): Iterable<Fix>;
  /** Whether they are driven at a moment. */
  isDriven(timeMs: number): boolean;
  readonly hasSensor: boolean;
}

const MAX_TRIES = 400;

export function drawPlan(random: Random, lengthM: number): RunnerPlan {
  return {
    ...{ gunTimeMs: 0, waitS: random.integer(20, 45), minMps: 2.2, maxMps: 6.8 },
    paceMps: Math.min(5.8, Math.max(2.6, 3.4 + 0.6 * random.gaussian())),
    fade: random.between(0, lengthM > 15_000 ? 0.25 : 0.15),
    stopsPerS: random.chance(0.2) ? 1 / 500 : 0,
  };
}

/** An entry of its own; null where the course has no place for the deed. */
export function drawEntry(
  seed: string,
  line: CourseLine,
  noise: GpsNoise,
  deed: Deed,
  ranges: CheatRanges,
): Entry | null {
  const random = createRandom(seed, 'truth');
  const plan = drawPlan(random, line.lengthM);
  const stretch = (between: readonly [number, number]): Stretch => {
    const lengthM = Math.min(0.4 * line.lengthM, random.between(...between));
    const fromM = random.between(0.15, 0.9) * (line.lengthM - lengthM);
    return { fromM, toM: fromM + lengthM };
  };
  const honest = { ...plan, stopsPerS: 0 };
  let wanted: RunnerPlan = plan;
  if (deed === 'cut') {
    const shortcut = shortcutOf(random, line, ranges.savedM);
    if (shortcut === null) return null;
    wanted = { ...honest, shortcut };
  }
  if (deed === 'driven' || deed === 'driven with a sensor') {
    wanted = { ...honest, ride: { ...stretch(ranges.drivenM), speedMps: random.between(...ranges.drivenMps) } };
  }
  if (deed === 'sprint') {
    wanted = { ...honest, ride: { ...stretch(ranges.sprintM), speedMps: random.between(...ranges.sprintMps) } };
  }
  const truth = createRunner(random, line, wanted);
  const { ride } = wanted;
  return {
    ...{ deed, truth, hasSensor: deed === 'driven with a sensor' || random.chance(0.5) },
    fixes: () => measureRunner(createRandom(seed, 'receiver'), line, truth, noise),
    isDriven(timeMs) {
      const positionM = truth.positionAt(timeMs);
      return ride !== undefined && deed !== 'sprint' && positionM > ride.fromM && positionM < ride.toM;
    },
  };
}

/** The device of somebody else in the same pocket: the same sky, and noise of its own. */
export function carriedBy(seed: string, carrier: Entry, line: CourseLine, noise: GpsNoise): Entry {
  return { ...carrier, deed: 'carried', fixes: () => shifted(seed, carrier.fixes(), line, noise.whiteM, () => [0, 0]) };
}

/** Somebody who runs beside another, a step to the side and now and then a little ahead or behind. */
export function friendOf(seed: string, other: Entry, line: CourseLine, noise: GpsNoise): Entry {
  const random = createRandom(seed, 'friend');
  const [sideM, wanderM, wanderS] = [random.between(0.8, 2), random.between(1, 3), random.between(30, 90)];
  const decay = Math.exp(-1 / wanderS);
  const own = createRandom(seed, 'wander');
  function* fixes() {
    let alongM = wanderM * own.gaussian();
    yield* shifted(seed, other.fixes(), line, noise.whiteM, (timeMs) => {
      alongM = decay * alongM + wanderM * Math.sqrt(1 - decay * decay) * own.gaussian();
      const { eastward, northward } = line.at(Math.max(0, Math.min(line.lengthM, other.truth.positionAt(timeMs))));
      return [alongM * eastward + sideM * northward, alongM * northward - sideM * eastward];
    });
  }
  return { ...other, deed: 'friend', fixes };
}

function* shifted(
  seed: string,
  fixes: Iterable<Fix>,
  line: CourseLine,
  whiteM: number,
  shiftAt: (timeMs: number) => readonly [eastM: number, northM: number],
): Iterable<Fix> {
  const random = createRandom(seed, 'own noise');
  const at = { eastM: 0, northM: 0 };
  for (const fix of fixes) {
    line.toPlane(fix.latitudeE7, fix.longitudeE7, at);
    const [eastM, northM] = shiftAt(fix.timeMs);
    const place = line.toPlace(
      at.eastM + eastM + whiteM * random.gaussian(),
      at.northM + northM + whiteM * random.gaussian(),
    );
    yield { ...fix, ...place };
  }
}

function shortcutOf(random: Random, line: CourseLine, [leastM, mostM]: readonly [number, number]): Stretch | null {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const lengthM = random.between(0.1, line.laps > 1 ? 0.9 / line.laps : 0.6) * line.lengthM;
    const fromM = random.between(0.05, 0.95) * (line.lengthM - lengthM);
    const stretch = { fromM, toM: fromM + lengthM };
    const savedM = lengthM - straightM(line, stretch);
    if (savedM >= leastM && savedM <= mostM) return stretch;
  }
  return null;
}
