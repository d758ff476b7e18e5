import type { Clock } from '../../runtime/clock.ts';
import { parseFaults } from '../faults.ts';
import { type Pace, startMsFor } from '../pace.ts';
import type { Letter } from '../script.ts';
import type { SimOptions } from '../sim-options.ts';
import { createSimulation, type Simulation } from '../simulation.ts';
import { connectsTo } from '../transport/connects.ts';
import { createTruth, type Truth } from '../truth.ts';
import { readCourseFile } from './gpx-course.ts';
import { madeCourse } from './race-courses.ts';
import { devicesOfRace } from './race-devices.ts';
import { drawRace, type RacePlan } from './race-plan.ts';

/** Everything of one race before it is run. */
export interface DrawnRace {
  readonly id: string;
  readonly plan: RacePlan;
  readonly pace: Pace;
  /** The first gun, ms since the epoch. */
  readonly gunMs: number;
  readonly truth: Truth;
  readonly simulation: Simulation;
}

export interface DrawDeps {
  readonly options: SimOptions;
  readonly tokenFor: (device: string) => Promise<string | null>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A frame leaves. */
  readonly onSent: (letter: Letter) => void;
}

/** From the moment in which the race is written until the first device is switched on. */
const LEAD_MS = 3_000;

/**
 * The race that the options want, with its devices ready to go. It is as far in the past as the pace wants it, so that
 * nothing is sent before it happens. Throws StartError for a course file that is none.
 */
export async function drawFromOptions({ options, tokenFor, clock, signal, onSent }: DrawDeps): Promise<DrawnRace> {
  const course =
    options.course === undefined ? madeCourse(options) : await readCourseFile(options.course, options.laps);
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
