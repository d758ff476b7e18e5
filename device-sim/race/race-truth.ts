import type { CourseLine } from '../../schemas/course-line.ts';
import type { Random } from '../random.ts';

export interface RunnerPlan {
  readonly gunTimeMs: number;
  /** How long the runner is at the start before the gun, which is when the device begins to measure. */
  readonly waitS: number;
  readonly paceMps: number;
  /** Below it nobody runs, except in a stop. */
  readonly minMps: number;
  /** However steep it goes down. */
  readonly maxMps?: number;
  /** Share of the pace that is lost by the finish. */
  readonly fade: number;
  /** Stops of some seconds, a chance for each second. */
  readonly stopsPerS: number;
  /** Where they give up, stand for a while and switch the device off. */
  readonly dropOutM?: number;
  /** A part of the course that is not run but driven, or run as nobody can. */
  readonly ride?: Stretch & { readonly speedMps: number };
  /** A part of the course that is left out: the way between its ends is straight. */
  readonly shortcut?: Stretch;
}

/** A part of the course. */
export interface Stretch {
  readonly fromM: number;
  readonly toM: number;
}

/** Where one runner really was, once a second from `fromMs` on; between two seconds the speed is constant. */
export interface RunnerTruth {
  readonly fromMs: number;
  readonly positionM: Float64Array;
  positionAt(timeMs: number): number;
  /** Between its ends they were not on the course: a position there is a share of the straight way. */
  readonly shortcut: Stretch | null;
  /** When the position was first reached; null when it never was. */
  crossedMs(positionM: number): number | null;
}

/** Behind the finish people walk on, and then stand for a while with the watch still running. */
const WALK_ON_M = 25;
const STAND_S = 20;
const MAX_S = 12 * 3_600;

/**
 * One runner of a race along the course. The pace wanders (an Ornstein–Uhlenbeck process, 3 % over half a minute),
 * follows the gradient (Minetti et al. 2002, linear for small ones) and fades.
 */
export function createRunner(random: Random, line: CourseLine, plan: RunnerPlan): RunnerTruth {
  const { gunTimeMs, waitS, paceMps, minMps, fade, stopsPerS, ride, shortcut = null } = plan;
  const { dropOutM = Number.POSITIVE_INFINITY, maxMps = Number.POSITIVE_INFINITY } = plan;
  const fromMs = gunTimeMs - waitS * 1_000;
  const positions: number[] = [];
  let positionM = -random.between(1, 60);
  let wander = 0;
  let speedMps = 0;
  let stopS = 0;
  let standS = 0;
  for (let second = 0; second < MAX_S && standS < STAND_S; second++) {
    positions.push(positionM);
    if (second < waitS) continue;
    wander += -wander / 30 + 0.008 * random.gaussian();
    const share = Math.min(1, Math.max(0, positionM / line.lengthM));
    const { gradient } = line.at(Math.min(line.lengthM, Math.max(0, positionM)));
    const wanted = paceMps * (1 - fade * share) * (1 + wander) * Math.max(0.6, 1 - 3 * gradient);
    if (stopS === 0 && random.chance(stopsPerS)) stopS = random.integer(4, 30);
    let target = Math.min(maxMps, Math.max(minMps, wanted));
    if (ride !== undefined && isWithin(positionM, ride)) {
      target = ride.speedMps * (1 + wander);
      stopS = 0;
    }
    if (stopS > 0 || positionM >= dropOutM) target = 0;
    if (positionM > line.lengthM + 2) target = positionM > line.lengthM + WALK_ON_M ? 0 : 1.2;
    speedMps += Math.max(-1.8, Math.min(1.5, target - speedMps));
    if (stopS === 0 && positionM < Math.min(dropOutM, line.lengthM) && second > waitS + 3)
      speedMps = Math.max(minMps, speedMps);
    stopS = Math.max(0, stopS - 1);
    if (target === 0 && positionM > Math.min(dropOutM, line.lengthM)) standS++;
    positionM = advance(Math.max(0, speedMps));
  }
  const positionsM = Float64Array.from(positions);
  return {
    fromMs,
    shortcut,
    positionM: positionsM,
    positionAt(timeMs) {
      const at = Math.min(positionsM.length - 1, Math.max(0, (timeMs - fromMs) / 1_000));
      const second = Math.min(positionsM.length - 2, Math.floor(at));
      return positionsM[second] + (at - second) * (positionsM[second + 1] - positionsM[second]);
    },
    crossedMs(atM) {
      if (shortcut !== null && isWithin(atM, shortcut)) return null;
      const second = positionsM.findIndex((reached) => reached >= atM);
      if (second <= 0) return null;
      const before = positionsM[second - 1];
      return fromMs + 1_000 * (second - 1 + (atM - before) / (positionsM[second] - before));
    },
  };

  /** One second later. A shortcut is through after its straight way, however much of the course it leaves out. */
  function advance(byM: number): number {
    if (shortcut === null || !isWithin(positionM, shortcut)) return positionM + byM;
    const { fromM, toM } = shortcut;
    return Math.min(toM, positionM + (byM * (toM - fromM)) / Math.max(1, straightM(line, shortcut)));
  }
}

export function isWithin(positionM: number, { fromM, toM }: Stretch): boolean {
  return positionM > fromM && positionM < toM;
}

/** As the crow flies. */
export function straightM(line: CourseLine, { fromM, toM }: Stretch): number {
  const [from, to] = [line.at(fromM), line.at(toM)];
  const [a, b] = [
    { eastM: 0, northM: 0 },
    { eastM: 0, northM: 0 },
  ];
  line.toPlane(from.latitudeE7, from.longitudeE7, a);
  line.toPlane(to.latitudeE7, to.longitudeE7, b);
  return Math.hypot(b.eastM - a.eastM, b.northM - a.northM);
}
