import { type Fix, type GpsNoise, WHITE_3M } from '../../../device-sim/race/gps-noise.ts';
import { type CourseShape, makeRaceCourse } from '../../../device-sim/race/race-courses.ts';
import { createRandom, type Random } from '../../../device-sim/random.ts';
import { RaceBoard } from '../../../processors/races/board/board.ts';
import { createRaceGrounds } from '../../../processors/races/race-grounds.ts';
import { Runner } from '../../../processors/races/runner.ts';
import { type CourseLine, createCourseLine } from '../../../schemas/course-line.ts';
import type { Race, Starter } from '../../../schemas/race.ts';
import type { ReviewFinding, ReviewKind } from '../../../schemas/review.ts';
import { type CheatRanges, carriedBy, type Deed, drawEntry, type Entry, friendOf } from './cheats.ts';

export const RECEIVERS = {
  white: WHITE_3M,
  canyon: { ...WHITE_3M, biasM: 8, canyonM: 400 },
  slow: { ...WHITE_3M, biasM: 5, biasS: 60, canyonM: null },
  jumps: { ...WHITE_3M, jumpsPerS: 0.01, deadPerS: 0.002 },
} as const satisfies Record<string, GpsNoise>;
export type ReceiverName = keyof typeof RECEIVERS;

export interface ReviewWish {
  readonly seed: string;
  readonly shape: CourseShape;
  readonly lengthM: number;
  readonly receiver: ReceiverName;
  readonly honest: number;
  /** Of each deed that is not honest, and of friends. */
  readonly each: number;
  readonly ranges: CheatRanges;
}

/** One starter's deed, and what the review found of them by the end. */
export interface Reviewed {
  readonly bib: string;
  readonly deed: Deed;
  /** Checkpoints that they never crossed, and came past. */
  readonly missed: number;
  readonly findings: readonly ReviewFinding[];
}

/** What was predicted for somebody at one moment from half of the way on, against when they finished. */
export interface Predicted {
  /** Of the way, ½ to 1. */
  readonly share: number;
  readonly isHeld: boolean;
  /** From the tenth to the ninetieth part of a hundred, of the time that was left. */
  readonly width: number;
}

export interface ReviewDay {
  readonly reviewed: readonly Reviewed[];
  readonly predicted: readonly Predicted[];
}

const PREDICTED_EVERY_MS = 100_000;
const GUN_MS = 1_800_000_000_000;
const STEP_MS = 10_000;
const CHECKPOINT_SHARES = [0, 0.2, 0.35, 0.5, 0.65, 0.8, 1];
const CHEATS: readonly Deed[] = ['cut', 'driven', 'driven with a sensor', 'sprint'];

/** A race on one course, second by second through positions, board and review. */
export function gradeReviewDay(wish: ReviewWish): ReviewDay {
  const line = createCourseLine(makeRaceCourse(createRandom(wish.seed, 'course'), wish.shape, wish.lengthM));
  const entries = drawField(wish, line);
  const race = raceOf(wish, line, entries.length);
  const grounds = createRaceGrounds({ all: () => [race], version: 1 });
  const board = new RaceBoard(race);
  const devices = entries.map((entry, i) => {
    const start = grounds.find(race.id, String(i))!;
    return {
      entry,
      runner: new Runner(start.ground, start.starter),
      next: iteratorOf(entry.fixes()),
      body: createBody(wish.seed, i),
    };
  });
  const predicted: Predicted[] = [];
  let isRunning = true;
  for (let untilMs = -60_000; isRunning; untilMs += STEP_MS) {
    isRunning = false;
    const athletes = devices.flatMap(({ entry, runner, next, body }) => {
      for (let fix = next(untilMs); fix !== null; fix = next(untilMs)) {
        runner.put('gps', fixOf(fix));
        isRunning = true;
        if (!entry.hasSensor) continue;
        const { heartRate, cadence } = body(entry.isDriven(fix.timeMs), (fix.speed ?? 3_000) > 1_000);
        runner.motion.feel(GUN_MS + fix.timeMs, heartRate, cadence);
      }
      runner.settle(GUN_MS + untilMs, untilMs + 100_000);
      const progress = runner.isChanged ? runner.progress(false) : null;
      runner.isChanged = false;
      runner.changedMarks.clear();
      runner.motion.news = [];
      return progress === null ? [] : [progress];
    });
    isRunning ||= untilMs < 60_000;
    board.tick({ athletes });
    if (untilMs % PREDICTED_EVERY_MS === 0) predicted.push(...gradePredictions(board, entries, line, untilMs));
  }
  const findings = board.findings().filter(({ isWithdrawn }) => !isWithdrawn);
  const reviewed = entries.map(({ deed, truth }, i) => ({
    ...{ bib: String(i), deed },
    missed: CHECKPOINT_SHARES.filter((share) => share > 0 && truth.crossedMs(share * line.lengthM) === null).length,
    findings: findings.filter(({ bibs }) => bibs.includes(String(i))),
  }));
  return { reviewed, predicted };
}

function gradePredictions(board: RaceBoard, entries: readonly Entry[], line: CourseLine, nowMs: number): Predicted[] {
  return board.view(GUN_MS + nowMs).rows.flatMap(({ bib, positionM, predictedMs, gunMs }): Predicted[] => {
    const { deed, truth } = entries[Number(bib)];
    const finishMs = truth.crossedMs(line.lengthM);
    const share = (positionM ?? 0) / line.lengthM;
    if (deed !== 'honest' || predictedMs === null || finishMs === null || gunMs === null || share < 0.5) return [];
    const { p10, p90 } = predictedMs;
    const width = (p90 - p10) / Math.max(1, finishMs - gunMs);
    return [{ share, isHeld: p10 <= finishMs && finishMs <= p90, width }];
  });
}

function drawField({ seed, honest, each, ranges, receiver }: ReviewWish, line: CourseLine): Entry[] {
  const noise = RECEIVERS[receiver];
  const draw = (name: string, deed: Deed) => drawEntry(`${seed}/${name}`, line, noise, deed, ranges);
  const field: (Entry | null)[] = [];
  for (let n = 0; n < honest; n++) field.push(draw(`honest ${n}`, 'honest'));
  for (let n = 0; n < each; n++) {
    for (const deed of CHEATS) field.push(draw(`${deed} ${n}`, deed));
    const [friend, carrier] = [draw(`with a friend ${n}`, 'honest')!, draw(`carrier ${n}`, 'honest')!];
    field.push({ ...friend, deed: 'friend' }, friendOf(`${seed}/friend ${n}`, friend, line, noise));
    field.push({ ...carrier, deed: 'carried' }, carriedBy(`${seed}/carried ${n}`, carrier, line, noise));
  }
  return field.filter((entry) => entry !== null);
}

/** The kinds of which any tells a deed; [] for what is honest. */
export const TELLING: Readonly<Record<Deed, readonly ReviewKind[]>> = {
  cut: ['cut_course', 'missing_checkpoint'],
  driven: ['vehicle', 'impossible_speed'],
  'driven with a sensor': ['vehicle', 'impossible_speed'],
  sprint: ['impossible_speed', 'vehicle'],
  carried: ['devices_together'],
  friend: [],
  honest: [],
};

function iteratorOf(fixes: Iterable<Fix>): (untilMs: number) => Fix | null {
  const iterator = fixes[Symbol.iterator]();
  let ahead = iterator.next();
  return (untilMs) => {
    if (ahead.done === true || ahead.value.timeMs >= untilMs) return null;
    const fix = ahead.value;
    ahead = iterator.next();
    return fix;
  };
}

function fixOf({ timeMs, latitudeE7, longitudeE7, accuracy, speed }: Fix) {
  const statedM = Math.max(1, accuracy / 10 / 1.515);
  return { atMs: GUN_MS + timeMs, latitudeE7, longitudeE7, statedM, speedMps: speed === null ? -1 : speed / 1_000 };
}

/** A heart that follows the effort within a minute, and steps that follow it at once. */
function createBody(seed: string, n: number) {
  const random: Random = createRandom(seed, `body ${n}`);
  const [restBpm, hardBpm, steps] = [random.between(80, 105), random.between(150, 182), random.between(78, 92)];
  let bpm = restBpm;
  return (isDriven: boolean, isMoving: boolean) => {
    const isWorking = isMoving && !isDriven;
    bpm += ((isWorking ? hardBpm : restBpm) - bpm) / 45 + 0.4 * random.gaussian();
    return { heartRate: Math.round(bpm), cadence: isWorking ? Math.round(steps + random.gaussian()) : 0 };
  };
}

function raceOf({ seed, shape, lengthM }: ReviewWish, line: CourseLine, entries: number): Race {
  const place = { kind: 'line', ends: null, centre: null, radiusM: null } as const;
  const starterOf = (bib: string): Starter => ({
    ...{ bib, name: bib, sex: 'female', birthYear: 1990, club: '', country: '', athlete: `athlete-${bib}` },
    ...{ device: null, chip: null, wave: 'w', category: 'c' },
  });
  return {
    ...{ id: 'review', version: 1, name: 'review', organiser: 'o', sport: 'run', state: 'live', closesMs: null },
    course: makeRaceCourse(createRandom(seed, 'course'), shape, lengthM),
    checkpoints: CHECKPOINT_SHARES.map((share, i) => ({
      ...{ id: `c${i}`, name: `c${i}`, ...place, positionM: [share * line.lengthM] },
      ...{ isStart: share === 0, isFinish: share === 1 },
    })),
    waves: [{ id: 'w', name: 'w', gunTimeMs: GUN_MS, categories: ['c'] }],
    categories: [{ id: 'c', name: 'c', sex: null, minAge: null, maxAge: null }],
    starters: Array.from({ length: entries }, (_, i) => starterOf(String(i))),
    startersVersion: 1,
  };
}
