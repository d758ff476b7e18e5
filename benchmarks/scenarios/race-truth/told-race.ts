import type { FaultPlan } from '../../../device-sim/faults.ts';
import type { ToldCrossing } from '../../../device-sim/race/grade/crossing-grade.ts';
import { createPredictionWatch } from '../../../device-sim/race/grade/prediction-grade.ts';
import { gradeRace, type RaceGrade } from '../../../device-sim/race/grade/race-grade.ts';
import { type CourseShape, madeCourse } from '../../../device-sim/race/race-courses.ts';
import { devicesOfRace } from '../../../device-sim/race/race-devices.ts';
import { drawRace, type GpsKind, type RacePlan } from '../../../device-sim/race/race-plan.ts';
import { crossingKey } from '../../../device-sim/race/told-crossings.ts';
import { RaceBoard } from '../../../processors/races/board/board.ts';
import { createRaceGrounds } from '../../../processors/races/race-grounds.ts';
import { ShardRaces } from '../../../processors/races/shard-races.ts';
import type { BoardRow } from '../../../schemas/board.ts';
import type { SensorFrame } from '../../../schemas/frame/encode.ts';
import type { Race } from '../../../schemas/race.ts';
import { arrivalsOf } from './arrivals.ts';
import { batchOfFrame } from './frame-batch.ts';

export interface RaceWish {
  readonly seed: string;
  readonly shape: CourseShape;
  readonly courseM: number;
  readonly athletes: number;
  readonly waves: number;
  /** Of each kind. */
  readonly cheats: number;
  readonly gps: GpsKind;
  readonly faults: FaultPlan;
}

export interface ToldRace {
  readonly grade: RaceGrade;
  readonly plan: RacePlan;
  readonly told: ReadonlyMap<string, ToldCrossing>;
  readonly rows: readonly BoardRow[];
  readonly board: RaceBoard;
  readonly gunMs: number;
  /** Fixes that came after their place in the window had gone. */
  readonly lateFixes: number;
}

const GUN_MS = 1_800_000_000_000;
const SAMPLES_PER_FRAME = 5;
const WAVE_GAP_S = 60;
/** Positions are told, and the board is looked at, as often in a race at eight times its speed. */
const TICK_MS = 1_600;
const LOOK_EVERY_TICKS = 5;
/** Until everything is settled, also of a device that has gone silent. */
const QUIET_MS = 30_000;

/**
 * One race as `device-sim race` plays it, from frames to the last board, in one process and as fast as that goes: no
 * engines, no network, every frame in the order in which it would arrive. The same wish gives the same race.
 */
export function tellRace(wish: RaceWish): ToldRace {
  const { seed, shape, courseM, athletes, waves, cheats, gps, faults } = wish;
  const course = madeCourse({ seed, courseShape: shape, courseM });
  const named = { seed, id: 'told', name: 'told' };
  const plan = drawRace({ ...named, course, athletes, waves, waveGapS: WAVE_GAP_S, cheats, gps, hasAthletes: false });
  const race = raceOf(plan);
  const counts = { fixes: 0, late: 0 };
  const state = new ShardRaces(createRaceGrounds({ all: () => [race], version: 1 }), counts, new Map());
  const board = new RaceBoard(race);
  const predictions = createPredictionWatch(plan.line.lengthM);
  const told = new Map<string, ToldCrossing>();
  let revision = 0;

  function fold(frame: SensorFrame, atMs: number): void {
    const batch = batchOfFrame(frame);
    state.passTo(atMs, ++revision);
    if (batch !== null) state.fold(batch, revision);
  }

  function tick(): void {
    board.tick({ athletes: state.takeProgress(race.id, false) });
    for (const { bib, checkpoint, pass, crossing } of state.news.values()) {
      told.set(crossingKey(bib, checkpoint, pass), { ...crossing });
    }
    state.news.clear();
  }

  const devices = devicesOfRace({
    ...{ seed, plan, gunMs: GUN_MS, samplesPerFrame: SAMPLES_PER_FRAME, protocols: ['mqtt'], faults },
  });
  let ticks = 0;
  let tickMs = GUN_MS + plan.fromMs;
  for (const { atMs, frame } of arrivalsOf(devices)) {
    for (; atMs >= tickMs; tickMs += TICK_MS) {
      tick();
      if (++ticks % LOOK_EVERY_TICKS === 0) predictions.see(board.view(tickMs).rows);
    }
    fold(frame, atMs);
  }
  state.passTo(tickMs + QUIET_MS, ++revision);
  tick();
  const { rows, certainty } = board.view(tickMs + QUIET_MS);
  const reviews = board.findings();
  const grade = gradeRace({ plan, seed, gunMs: GUN_MS, told, board: rows, certainty, predictions, reviews });
  return { grade, plan, told, rows, board, gunMs: GUN_MS, lateFixes: counts.late };
}

function raceOf(plan: RacePlan): Race {
  const starters = plan.entrants.map(({ starter }) => starter);
  return { ...plan.settingAt(GUN_MS), version: 1, starters, startersVersion: 1 };
}
