import { type CourseLine, createCourseLine } from '../../schemas/course-line.ts';
import type { Checkpoint, Course, RaceSetting, Starter } from '../../schemas/race.ts';
import { createRandom, type Random } from '../random.ts';
import { CHEAT_NAMES, type Cheat, cheatPlan } from './cheats.ts';
import { type GpsNoise, WHITE_3M } from './gps-noise.ts';
import { drawPerson } from './race-people.ts';
import { createRunner, type RunnerPlan, type RunnerTruth } from './race-truth.ts';

/** Where the receivers are: in the open, or between walls that pull them to one side for a while. */
export const GPS_KINDS = ['white', 'canyon', 'mixed'] as const;
export type GpsKind = (typeof GPS_KINDS)[number];

export interface RaceWish {
  readonly seed: string;
  readonly id: string;
  readonly name: string;
  readonly course: Course;
  readonly athletes: number;
  readonly waves: number;
  readonly waveGapS: number;
  /** Of each kind. */
  readonly cheats: number;
  readonly gps: GpsKind;
  /** Whether devices speak for athletes, as tokens name them. */
  readonly hasAthletes: boolean;
}

/** One starter with all that is true of them. Times are ms from the first gun. */
export interface Entrant {
  readonly starter: Starter;
  readonly device: string;
  /** The device of whoever carries it: themselves, unless somebody else does. */
  readonly body: string;
  readonly gunMs: number;
  readonly noise: GpsNoise;
  readonly cheat: Cheat | null;
  /** Null of whoever never comes to the start. */
  readonly truth: RunnerTruth | null;
}

export interface RacePlan {
  readonly line: CourseLine;
  readonly entrants: readonly Entrant[];
  /** From when the first device is switched on until the last is switched off, ms from the first gun. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** The race as CONFIG wants it, with the first gun at `gunMs` since the epoch. */
  settingAt(gunMs: number): Omit<RaceSetting, 'version' | 'starters'>;
}

const CANYON: GpsNoise = { ...WHITE_3M, biasM: 6, canyonM: 400 };
/** Whose simulated races are. */
export const ORGANISER = 'simulator';
const NOT_STARTING = 0.01;
const DROPPING_OUT = 0.03;
const CLOSES_AFTER_MS = 3_600_000;
const LEAST_WAIT_S = 20;
/** How long devices are on before the gun, at most. */
export const MAX_WAIT_S = 45;

/** Draws a race: who starts when, how each of them fares, and who cheats. The same wish gives the same race. */
export function drawRace(wish: RaceWish): RacePlan {
  const { seed, id, name, course, athletes, waves, waveGapS } = wish;
  const line = createCourseLine(course);
  const cheats = spread(wish, line);
  const entrants: Entrant[] = [];
  for (let n = 0; n < athletes; n++) {
    const random = createRandom(seed, `race ${id} ${n + 1}`);
    entrants.push(drawEntrant(random, wish, line, { n, cheat: cheats.get(n) ?? null, carriedBy: entrants.at(-1) }));
  }
  const ends = entrants.flatMap(({ truth }) => (truth === null ? [] : [spanOf(truth)]));
  return {
    line,
    entrants,
    fromMs: -MAX_WAIT_S * 1_000,
    untilMs: ends.reduce((last, { toMs }) => Math.max(last, toMs), 0),
    settingAt: (gunMs) => ({
      ...{ id, name, organiser: ORGANISER, sport: 'run', state: 'live', course },
      closesMs: gunMs + ends.reduce((last, { toMs }) => Math.max(last, toMs), 0) + CLOSES_AFTER_MS,
      checkpoints: checkpointsOf(line),
      waves: Array.from({ length: waves }, (_, w) => ({
        ...{ id: `w${w + 1}`, name: `Wave ${w + 1}`, gunTimeMs: gunMs + w * waveGapS * 1_000 },
        categories: CATEGORIES.map((category) => category.id),
      })),
      categories: CATEGORIES,
    }),
  };
}

const CATEGORIES: RaceSetting['categories'] = [
  { id: 'women', name: 'Women', sex: 'female', minAge: null, maxAge: null },
  { id: 'men', name: 'Men', sex: 'male', minAge: null, maxAge: null },
];

export function spanOf({ fromMs, positionM }: RunnerTruth): { fromMs: number; toMs: number } {
  return { fromMs, toMs: fromMs + (positionM.length - 1) * 1_000 };
}

/** Which numbers cheat, and how: spread over the field, never the first, for two devices want somebody before them. */
function spread({ seed, id, athletes, cheats }: RaceWish, line: CourseLine): Map<number, Cheat> {
  const random = createRandom(seed, `race ${id} cheats ${line.lengthM}`);
  const chosen = new Map<number, Cheat>();
  const wanted = CHEAT_NAMES.flatMap((cheat) => Array.from({ length: cheats }, () => cheat));
  // Each cheat has a neighbour who is honest.
  const room = Math.floor((athletes - 1) / 2);
  for (const [i, cheat] of wanted.slice(0, room).entries()) {
    const each = (athletes - 1) / Math.min(room, wanted.length);
    chosen.set(1 + Math.floor(i * each) + random.integer(0, Math.max(0, Math.floor(each) - 2)), cheat);
  }
  return chosen;
}

interface Lot {
  readonly n: number;
  readonly cheat: Cheat | null;
  /** Who carries this one's device too, if that is the cheat. */
  readonly carriedBy: Entrant | undefined;
}

function drawEntrant(random: Random, wish: RaceWish, line: CourseLine, { n, cheat, carriedBy }: Lot): Entrant {
  const { id, waves, waveGapS, gps, hasAthletes } = wish;
  const bib = String(n + 1);
  const device = `${id}-${bib}`;
  const isCarried = cheat === 'two_devices' && carriedBy?.truth !== undefined && carriedBy.truth !== null;
  const wave = isCarried ? Number(carriedBy.starter.wave.slice(1)) - 1 : n % waves;
  const person = drawPerson(random);
  const starter: Starter = {
    ...{ bib, ...person, athlete: hasAthletes ? `athlete-${device}` : '', device, chip: null },
    ...{ wave: `w${wave + 1}`, category: person.sex === 'female' ? 'women' : 'men' },
    // Every other one agreed to it.
    ...(n % 2 === 0 && { showsHeartRate: true }),
  };
  const gunMs = wave * waveGapS * 1_000;
  const noise = gps === 'canyon' || (gps === 'mixed' && random.chance(0.3)) ? CANYON : WHITE_3M;
  const own = { starter, device, body: device, gunMs, noise };
  const plan = drawPlan(random, line, gunMs);
  if (isCarried) return { ...own, body: carriedBy.body, noise: carriedBy.noise, cheat, truth: carriedBy.truth };
  const cheating = cheat === null || cheat === 'two_devices' ? null : cheatPlan(random, line, plan, cheat);
  if (cheating !== null) return { ...own, cheat, truth: createRunner(random, line, cheating) };
  const isThere = !random.chance(NOT_STARTING);
  const dropOutM = random.chance(DROPPING_OUT) ? { dropOutM: random.between(0.2, 0.9) * line.lengthM } : {};
  return { ...own, cheat: null, truth: isThere ? createRunner(random, line, { ...plan, ...dropOutM }) : null };
}

function drawPlan(random: Random, line: CourseLine, gunMs: number): RunnerPlan {
  return {
    gunTimeMs: gunMs,
    waitS: random.integer(LEAST_WAIT_S, MAX_WAIT_S),
    paceMps: Math.min(5.6, Math.max(2.7, 3.4 + 0.5 * random.gaussian())),
    minMps: 2.5,
    maxMps: 6.8,
    // Who has far to go fades more.
    fade: random.between(0, line.lengthM > 15_000 ? 0.25 : 0.12),
    stopsPerS: random.chance(0.15) ? 1 / 600 : 0,
  };
}

/** The start, each lap's line, three places of each lap on the way (of a single lap too), and the finish. */
export function checkpointsOf({ laps, lapM, lengthM }: CourseLine): Checkpoint[] {
  const checkpoint = (id: string, name: string, positionM: number[], more: Partial<Checkpoint> = {}): Checkpoint => ({
    ...{ id, name, kind: 'line', positionM, ends: null, centre: null, radiusM: null, isStart: false, isFinish: false },
    ...more,
  });
  const eachLap = (share: number) => Array.from({ length: laps }, (_, lap) => (lap + share) * lapM);
  return [
    checkpoint('start', 'Start', [0], { isStart: true }),
    checkpoint('quarter', laps > 1 ? 'Quarter of the lap' : 'Quarter', eachLap(0.25)),
    checkpoint('half', laps > 1 ? 'Half of the lap' : 'Half', eachLap(0.5)),
    checkpoint('three-quarters', laps > 1 ? 'Three quarters of the lap' : 'Three quarters', eachLap(0.75)),
    ...(laps > 1 ? [checkpoint('lap', 'Lap', eachLap(1).slice(0, -1))] : []),
    checkpoint('finish', 'Finish', [lengthM], { isFinish: true }),
  ];
}
