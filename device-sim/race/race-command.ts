import { writeFile } from 'node:fs/promises';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Platform } from '../../runtime/nats/platform.ts';
import type { Job } from '../job.ts';
import type { Row } from '../report.ts';
import type { Letter } from '../script.ts';
import type { SimOptions } from '../sim-options.ts';
import type { Simulation, SimulationResult } from '../simulation.ts';
import { createOrganiserToken } from '../token.ts';
import { createBoardReader } from './board-reader.ts';
import { drawFromOptions } from './drawn-race.ts';
import { cheatsOf, gradeRows } from './grade/race-grade.ts';
import { openRace } from './open-race.ts';
import { ORGANISER, type RacePlan } from './race-plan.ts';
import { type RaceWatch, startRaceWatch } from './race-watch.ts';

export interface RaceDeps {
  readonly options: SimOptions;
  readonly platform: Pick<Platform, 'config' | 'facts' | 'names'>;
  readonly tokenFor: (device: string) => Promise<string | null>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * A race from before its start until everything has arrived. Throws StartError for a course file that is none, and so
 * does `run` when the race cannot be opened.
 */
export async function createRaceJob(deps: RaceDeps): Promise<Job> {
  const { options, platform, clock, log, signal } = deps;
  const { seed } = options;
  let watch: RaceWatch | null = null;
  let isDraining = false;
  const onSent = (letter: Letter) => watch?.latency.sent(letter);
  const { id, plan, pace, gunMs, truth, simulation } = await drawFromOptions({ ...deps, onSent });
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
        const organiserToken = await createOrganiserToken(options.tokenKey, ORGANISER, clock);
        const race = { race: id, seed, plan, gunMs, apiUrl: options.apiUrl, board, organiserToken };
        watch = await startRaceWatch({ ...race, ...deps });
      }
      const result = await simulation.run();
      const frames = truth.unacknowledged().length;
      // Of a race that is stopped in its middle, devices in dead zones still have what nobody could acknowledge.
      const isWhole = isDraining || (frames === 0 && result.isComplete);
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
