import { writeFile } from 'node:fs/promises';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Platform } from '../../runtime/nats/platform.ts';
import type { Course } from '../../schemas/race.ts';
import { parseFaults } from '../faults.ts';
import type { Job } from '../job.ts';
import { type Pace, startMsFor } from '../pace.ts';
import { createRandom } from '../random.ts';
import type { Row } from '../report.ts';
import type { Letter } from '../script.ts';
import type { SimOptions } from '../sim-options.ts';
import { createSimulation, type Simulation, type SimulationResult } from '../simulation.ts';
import { connectsTo } from '../transport/connects.ts';
import { createTruth, type Truth } from '../truth.ts';
import { createBoardReader } from './board-reader.ts';
import { readCourseFile } from './gpx-course.ts';
import { cheatsOf, gradeRows } from './grade/race-grade.ts';
import { openRace } from './open-race.ts';
import { makeRaceCourse } from './race-courses.ts';
import { devicesOfRace } from './race-devices.ts';
import { drawRace, type RacePlan } from './race-plan.ts';
import { type RaceWatch, startRaceWatch } from './race-watch.ts';

export interface RaceDeps {
  readonly options: SimOptions;
  readonly platform: Pick<Platform, 'config' | 'facts' | 'names'>;
  readonly tokenFor: (device: string) => Promise<string | null>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Everything of one race before it is run. */
interface Drawn {
  readonly id: string;
  readonly plan: RacePlan;
  readonly pace: Pace;
  /** The first gun, ms since the epoch. */
  readonly gunMs: number;
  readonly truth: Truth;
  readonly simulation: Simulation;
}

/** From the moment in which the race is written until the first device is switched on. */
const LEAD_MS = 3_000;
/** No road race is steeper for long. */
const ROAD_GRADIENT = 0.06;

/**
 * A race from before its start until everything has arrived. Throws StartError for a course file that is none; `run` does
 * when the race cannot be opened.
 */
export async function createRaceJob(deps: RaceDeps): Promise<Job> {
  const { options, platform, clock, log, signal } = deps;
  const { seed, courseShape, courseM } = options;
  const course =
    options.course === undefined
      ? makeRaceCourse(createRandom(seed, 'race course'), courseShape, courseM, ROAD_GRADIENT)
      : await readCourseFile(options.course, options.laps);
  let watch: RaceWatch | null = null;
  let isDraining = false;
  const { id, plan, pace, gunMs, truth, simulation } = draw(deps, course, (letter) => watch?.latency.sent(letter));
  const board = createBoardReader(options.apiUrl, id, signal);
  const totalMs = plan.untilMs - plan.fromMs;

  async function gradeIt(of: RaceWatch): Promise<Row[]> {
    const grade = await of.grade();
    const { histogram } = of.latency;
    const frameToBoard = {
      ...{ measured: histogram.count, p50Ms: histogram.quantileMs(0.5), p99Ms: histogram.quantileMs(0.99) },
    };
    const how = { race: id, seed, athletes: options.devices, speed: options.speed, gps: options.gps };
    const whole = { ...how, faults: options.faults, cheats: cheatsOf(plan), ...grade, frameToBoard };
    if (options.gradeFile !== undefined) await writeFile(options.gradeFile, `${JSON.stringify(whole, null, 2)}\n`);
    return [...gradeRows(grade), ['frameToBoardP50Ms', frameToBoard.p50Ms], ['frameToBoardP99Ms', frameToBoard.p99Ms]];
  }

  return {
    async run() {
      const starters = plan.entrants.map(({ starter }) => starter);
      await openRace({ config: await platform.config(), board, clock, signal }, plan.settingAt(gunMs), starters);
      log.info({ race: id, board: `${options.apiUrl}/v1/races/${id}/board` }, 'the race is open');
      if (options.grade) {
        watch = await startRaceWatch({ race: id, seed, plan, gunMs, apiUrl: options.apiUrl, board, ...deps });
      }
      const result = await simulation.run();
      const frames = truth.unacknowledged().length;
      const isWhole = result.isComplete && frames === 0;
      const unfinished = `${result.unfinishedDevices.length} devices did not finish`;
      const grades = watch === null || isDraining ? [] : await gradeIt(watch).finally(watch.stop);
      watch?.stop();
      return {
        rows: [...summarize(id, plan, simulation, result), ...grades],
        failure: isWhole ? null : `${frames} frames were never acknowledged, ${unfinished}`,
        troubles: isWhole ? [] : simulation.tally.troubles,
      };
    },
    drain() {
      isDraining = true;
      simulation.drain();
    },
    progress() {
      const { playedMs } = simulation.tally;
      const devicesMs = simulation.devices.reduce((sum, { durationMs }) => sum + durationMs, 0);
      const share = devicesMs === 0 ? null : Math.min(1, playedMs / devicesMs);
      const minutes = ((clock.nowMs() - pace.anchorMs) * Math.min(pace.speed, totalMs)) / 60_000;
      return {
        share,
        rows: [
          ['minutesOfRace', Math.max(0, Math.min(totalMs / 60_000, minutes))],
          ...(watch === null ? [] : [['finished', watch.finished] as const]),
          ['framesAcknowledged', truth.counts.acknowledgedFrames],
          ['ackP99Ms', simulation.latency.quantileMs(0.99)],
        ],
      };
    },
  };
}

/** In the past as far as the pace wants it, so that nothing is sent before it happens. */
function draw({ options, tokenFor, clock, signal }: RaceDeps, course: Course, onSent: (letter: Letter) => void): Drawn {
  const { seed, samplesPerFrame, protocols, faultRate, window, giveUpMs } = options;
  const nowMs = clock.nowMs();
  const id = options.raceId ?? `sim-${Math.floor(nowMs / 1_000).toString(36)}`;
  const plan = drawRace({
    ...{ seed, id, name: options.raceName, athletes: options.devices, waves: options.waves },
    ...{ waveGapS: options.waveGapS, cheats: options.cheats, gps: options.gps },
    course,
    hasAthletes: options.tokenKey !== undefined,
  });
  const isAtOnce = options.speed === 0;
  const pace: Pace = {
    anchorMs: isAtOnce ? nowMs : nowMs + LEAD_MS,
    speed: isAtOnce ? Number.POSITIVE_INFINITY : options.speed,
  };
  const gunMs = startMsFor(pace, plan.untilMs - plan.fromMs) - plan.fromMs;
  const faults = { faults: parseFaults(options.faults), rate: faultRate };
  const counting = createTruth({ keep: 'counts' });
  const truth: Truth = {
    ...counting,
    sent(letter, bytes) {
      counting.sent(letter, bytes);
      onSent(letter);
    },
  };
  const simulation = createSimulation({
    ...{ seed, pace, window, giveUpMs, truth, signal, clock },
    devices: devicesOfRace({ seed, plan, gunMs, samplesPerFrame, protocols, faults }),
    connects: connectsTo(options),
    tokenFor: ({ device }) => tokenFor(device),
  });
  return { id, plan, pace, gunMs, truth, simulation };
}

function summarize(id: string, plan: RacePlan, { truth, tally, latency }: Simulation, result: SimulationResult): Row[] {
  const { counts } = truth;
  const { entrants } = plan;
  return [
    ['race', id],
    ['courseM', Math.round(plan.line.lengthM)],
    ['athletes', entrants.length],
    ['didNotStart', entrants.filter((entrant) => entrant.truth === null).length],
    ['didFinish', entrants.filter((entrant) => entrant.truth?.crossedMs(plan.line.lengthM) != null).length],
    ['cheats', entrants.filter(({ cheat }) => cheat !== null).length],
    ['framesSent', counts.sentFrames],
    ['framesAcknowledged', counts.acknowledgedFrames],
    ['samplesAcknowledged', counts.acknowledgedSamples],
    ['resends', tally.resends],
    ['lostConnections', tally.lostConnections],
    ['elapsedMs', Math.round(result.elapsedMs)],
    ['ackP50Ms', latency.quantileMs(0.5)],
    ['ackP99Ms', latency.quantileMs(0.99)],
  ];
}
