import { madeCourse } from '../../../device-sim/race/race-courses.ts';
import { drawRace, type RacePlan } from '../../../device-sim/race/race-plan.ts';
import { RaceBoard } from '../../../processors/races/board/board.ts';
import { BoardPublisher } from '../../../processors/races/board-publisher.ts';
import type { Bus } from '../../../runtime/bus.ts';
import { systemClock } from '../../../runtime/clock.ts';
import type { KeyValue } from '../../../runtime/kv/kv.ts';
import { writeRace } from '../../../runtime/race-config.ts';
import { encodeBoardAsk, readBoardQuestion } from '../../../schemas/board-message.ts';
import { keys, type Names } from '../../../schemas/names.ts';
import type { AthleteProgress } from '../../../schemas/progress.ts';

export const FED_RACE = 'watchers';
const COURSE = { courseShape: 'laps', courseM: 10_000 } as const;
/** Everybody has been on the way for a while, and nobody is in yet. */
const RUN_S = 900;
const WAVES = 4;
const WAVE_GAP_S = 60;
const SECOND_MS = 1_000;
const TOLD_BEFORE_EVERY_S = 10;
/** Speeds are told to a hundredth, places to a tenth. */
const rounded = (value: number, parts: number) => Math.round(value * parts) / parts;

export interface BoardFeedDeps {
  readonly athletes: number;
  readonly bus: Bus;
  readonly names: Names;
  /** The buckets CONFIG and BOARDS. */
  readonly config: KeyValue;
  readonly boards: KeyValue;
}

/**
 * The board of a race in its middle, as its holder tells it: everybody's place once a second, by the simulator's
 * truth, in turn over the second. Positions of true races are noisier, so a little more changes.
 */
export async function createBoardFeed({ athletes, bus, names, config, boards }: BoardFeedDeps) {
  const seed = '1';
  const plan = drawRace({
    ...{ seed, id: FED_RACE, name: 'Watched', athletes, waves: WAVES, waveGapS: WAVE_GAP_S, cheats: 0 },
    ...{ gps: 'white', course: madeCourse({ seed, ...COURSE }), hasAthletes: false },
  });
  const gunMs = Date.now() - RUN_S * SECOND_MS;
  const starters = plan.entrants.map(({ starter }) => starter);
  const setting = plan.settingAt(gunMs);
  await writeRace(config, null, setting, starters);
  const race = { ...setting, version: 1, starters, startersVersion: 1 };
  const board = new RaceBoard(race, { groupsForMs: SECOND_MS });
  const publisher = new BoardPublisher(1);
  for (let second = 0; second < RUN_S; second += TOLD_BEFORE_EVERY_S)
    board.tick({ athletes: plan.entrants.flatMap((_, i) => placeOf(plan, gunMs, i, second)) });

  const questions = bus.subscribe(names.askBoard(FED_RACE), ({ data, respond }) => {
    if (readBoardQuestion(data)?.ask === 'all') respond(encodeBoardAsk({ epoch: 1, number: publisher.askAll() }));
  });
  const first = publisher.messages(board.view(Date.now()));
  for (const [part, bytes] of first.entries()) await boards.put(keys.board(FED_RACE, part), bytes);

  return {
    bibs: starters.map(({ bib }) => bib),
    /** Tells what changed, until the signal aborts. */
    async run(everyMs: number, signal: AbortSignal): Promise<void> {
      let told = seconds(Date.now() - gunMs) * athletes;
      for (let nextMs = performance.now(); !signal.aborted; nextMs += everyMs) {
        const nowMs = Date.now();
        const due = Math.floor(((nowMs - gunMs) / SECOND_MS) * athletes);
        const moved: AthleteProgress[] = [];
        for (; told < due; told++) moved.push(...placeOf(plan, gunMs, told % athletes, Math.floor(told / athletes)));
        board.tick({ athletes: moved });
        for (const message of publisher.messages(board.view(nowMs))) bus.publish(names.board(FED_RACE), message);
        // Rejected by the signal only, which is looked at next.
        await systemClock.sleep(Math.max(1, nextMs + everyMs - performance.now()), signal).catch(() => undefined);
      }
    },
    stop: () => questions.stop(),
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / SECOND_MS);
}

/** Where one athlete is in their part of a second of the race; nobody before they are at the start. */
function placeOf({ entrants }: RacePlan, gunMs: number, i: number, second: number): AthleteProgress[] {
  const { truth, starter } = entrants[i];
  const atMs = (second + i / entrants.length) * SECOND_MS;
  if (truth === null || atMs < truth.fromMs + SECOND_MS) return [];
  const positionM = truth.positionAt(atMs);
  const speedMps = positionM - truth.positionAt(atMs - SECOND_MS);
  const place = { positionM: rounded(positionM, 10), speedMps: rounded(speedMps, 100) };
  const own = { sigmaM: 2, isOffCourse: false, lap: 1, crossings: [] };
  return [{ bib: starter.bib, atMs: Math.round(gunMs + atMs), ...place, ...own }];
}
