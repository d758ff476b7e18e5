import type { CourseLine } from '../../schemas/course-line.ts';
import type { Random } from '../random.ts';
import { isWithin, type RunnerTruth, straightM } from './race-truth.ts';

export interface GpsNoise {
  /** Of each axis, without memory. */
  readonly whiteM: number;
  /** Of each axis, a first-order Gauss–Markov process: what walls and the sky's wrong side do for a while. */
  readonly biasM: number;
  readonly biasS: number;
  /** Where along the course the bias is; everywhere without it. Zones of this length come and go. */
  readonly canyonM: number | null;
  /** What the receiver says of itself: its true radius of 68 % times this. */
  readonly pride: number;
  /** A chance for each fix to be somewhere else for some seconds. */
  readonly jumpsPerS: number;
  /** Of the speed that the receiver states; null when it states none. */
  readonly speedMps: number | null;
  /** A chance for each second to lose the sky for up to a minute. */
  readonly deadPerS: number;
}

export const WHITE_3M: GpsNoise = {
  ...{ whiteM: 3, biasM: 0, biasS: 30, canyonM: null, pride: 1, jumpsPerS: 0, speedMps: 0.3, deadPerS: 0 },
};

/** What the receiver measured at one time, in the units of the channel table. */
export interface Fix {
  readonly timeMs: number;
  readonly latitudeE7: number;
  readonly longitudeE7: number;
  /** 0.1 m. */
  readonly accuracy: number;
  /** mm/s; null when the receiver states none. */
  readonly speed: number | null;
}

/** As a frame of the channel `gps` carries them. */
export function columnsOfFixes(fixes: readonly Fix[]) {
  return {
    latitude: fixes.map(({ latitudeE7 }) => latitudeE7),
    longitude: fixes.map(({ longitudeE7 }) => longitudeE7),
    horizontal_accuracy: fixes.map(({ accuracy }) => accuracy),
    speed: fixes.map(({ speed }) => speed),
  };
}

const RADIUS_OF_68_PERCENT = 1.515;

/**
 * Fixes once a second for as long as the runner is there, at a moment of the second that is the device's own. `sky` is
 * what the walls do to whoever runs there: two devices of one body have it in common.
 */
export function* measureRunner(
  random: Random,
  line: CourseLine,
  truth: RunnerTruth,
  noise: GpsNoise,
  sky = random,
): Generator<Fix> {
  const phaseMs = random.integer(0, 999);
  const bias = { eastM: noise.biasM * sky.gaussian(), northM: noise.biasM * sky.gaussian() };
  const jump = { leftS: 0, eastM: 0, northM: 0 };
  const decay = Math.exp(-1 / noise.biasS);
  const at = { eastM: 0, northM: 0 };
  let deadS = 0;
  const speedOf = (trueMps: number) =>
    noise.speedMps === null ? null : Math.max(0, Math.round(1_000 * (trueMps + noise.speedMps * random.gaussian())));
  for (let second = 0; second < truth.positionM.length - 1; second++) {
    const timeMs = truth.fromMs + second * 1_000 + phaseMs;
    const positionM = truth.positionAt(timeMs);
    for (const axis of ['eastM', 'northM'] as const) {
      bias[axis] = decay * bias[axis] + noise.biasM * Math.sqrt(1 - decay * decay) * sky.gaussian();
    }
    if (jump.leftS > 0) jump.leftS--;
    else if (random.chance(noise.jumpsPerS)) {
      jump.leftS = random.integer(1, 4);
      jump.eastM = random.between(-150, 150);
      jump.northM = random.between(-150, 150);
    }
    if (deadS > 0) deadS--;
    else if (random.chance(noise.deadPerS)) deadS = random.integer(5, 60);
    const isCanyon = noise.canyonM === null || Math.floor(positionM / noise.canyonM) % 2 === 1;
    const share = isCanyon ? 1 : 0;
    toTruePlace(line, truth, positionM, at);
    const off = jump.leftS > 0 ? jump : { eastM: 0, northM: 0 };
    const measured = line.toPlace(
      at.eastM + share * bias.eastM + noise.whiteM * random.gaussian() + off.eastM,
      at.northM + share * bias.northM + noise.whiteM * random.gaussian() + off.northM,
    );
    const trueMps = trueSpeed(line, truth, positionM, timeMs);
    const sigmaM = Math.hypot(noise.whiteM, share * noise.biasM);
    if (deadS > 0) continue;
    yield {
      timeMs,
      ...measured,
      accuracy: Math.round(10 * RADIUS_OF_68_PERCENT * sigmaM * noise.pride),
      speed: speedOf(trueMps),
    };
  }
}

/** Where on the plane somebody is who says `positionM`: on the course, or on a shortcut. */
function toTruePlace(
  line: CourseLine,
  { shortcut }: RunnerTruth,
  positionM: number,
  into: { eastM: number; northM: number },
): void {
  const put = (atM: number) => {
    const { latitudeE7, longitudeE7 } = line.at(atM);
    line.toPlane(latitudeE7, longitudeE7, into);
  };
  if (shortcut === null || !isWithin(positionM, shortcut)) return put(positionM);
  const { fromM, toM } = shortcut;
  put(fromM);
  const { eastM, northM } = into;
  put(toM);
  const share = (positionM - fromM) / (toM - fromM);
  into.eastM = eastM + share * (into.eastM - eastM);
  into.northM = northM + share * (into.northM - northM);
}

function trueSpeed(line: CourseLine, { positionAt, shortcut }: RunnerTruth, positionM: number, timeMs: number): number {
  const alongMps = positionAt(timeMs + 500) - positionAt(timeMs - 500);
  if (shortcut === null || !isWithin(positionM, shortcut)) return alongMps;
  return (alongMps * straightM(line, shortcut)) / (shortcut.toM - shortcut.fromM);
}
