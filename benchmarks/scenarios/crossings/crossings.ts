import { COURSE_SHAPES } from '../../../device-sim/race/race-courses.ts';
import { figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { coverage, errorQuantileMs, gradeRaceDay, NOISES, type NoiseName } from './race-day.ts';
import { measureStage } from './stage-cost.ts';

/** With white noise as many as a race has; enough of each other receiver to judge an interval to two per cent. */
const RUNNERS = { white: 5_000, others: 500, smoke: 8 };
const STAGE = { athletes: 1_000, turns: 5, smokeAthletes: 50 };
/** With errors that last, so much of the stated 90 % intervals must hold the truth. */
const HELD = { least: 0.85, most: 0.95 };
const JUDGED_BY_INTERVAL: readonly NoiseName[] = ['canyon', 'zones', 'slow', 'proud'];

interface Graded {
  readonly noise: NoiseName;
  readonly runners: number;
  readonly crossings: number;
  readonly missed: number;
  readonly invented: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly greatestMs: number;
  readonly held: number;
}

/** How right the crossing times of a race are against the truth of the simulator, and what they cost. */
export async function runCrossings({ options, say, signal }: ScenarioDeps): Promise<Outcome> {
  const rounds = Math.max(1, options.rounds);
  const graded: Graded[][] = [];
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted();
    say(`round ${round + 1} of ${rounds}`);
    graded.push((Object.keys(NOISES) as NoiseName[]).map((noise) => grade(noise, `round ${round}`, options.smoke)));
  }
  const stage = measureStage(options.smoke ? STAGE.smokeAthletes : STAGE.athletes, STAGE.turns);
  const figure = (noise: NoiseName, of: (one: Graded) => number) =>
    figureOf(graded.map((round) => of(round.find((one) => one.noise === noise) as Graded)));
  const figures = {
    medianMs: figure('white', ({ medianMs }) => medianMs),
    p95Ms: figure('white', ({ p95Ms }) => p95Ms),
    heldCanyon: figure('canyon', ({ held }) => held),
    starterUs: figureOf(stage.starterUs),
    strangerUs: figureOf(stage.strangerUs),
    keptBytes: figureOf([stage.keptBytes]),
  };
  return {
    lines: [
      ...graded[0].map(lineOf),
      `CPU of a fix        ${figures.starterUs.value.toFixed(2)} µs of a starter, ` +
        `${figures.strangerUs.value.toFixed(3)} µs of anybody else`,
      `a checkpoint keeps  ${Math.round(stage.keptBytes)} bytes of a runner`,
    ],
    measured: { graded, stage },
    figures,
    reasons: options.smoke ? [] : graded.flat().flatMap(reasonsOf),
  };
}

function grade(noise: NoiseName, seed: string, isSmoke: boolean): Graded {
  const runners = isSmoke ? RUNNERS.smoke : noise === 'white' ? RUNNERS.white : RUNNERS.others;
  const days = COURSE_SHAPES.map((shape) => gradeRaceDay(seed, shape, noise, runners / COURSE_SHAPES.length));
  const crossings = days.flatMap((day) => day.crossings);
  return {
    ...{ noise, runners, crossings: crossings.length },
    missed: days.reduce((sum, { missed }) => sum + missed, 0),
    invented: days.reduce((sum, { invented }) => sum + invented, 0),
    medianMs: errorQuantileMs(crossings, 0.5),
    p95Ms: errorQuantileMs(crossings, 0.95),
    greatestMs: errorQuantileMs(crossings, 1),
    held: coverage(crossings),
  };
}

function lineOf({ noise, crossings, missed, invented, medianMs, p95Ms, greatestMs, held }: Graded): string {
  const ms = [medianMs, p95Ms, greatestMs].map((value) => value.toFixed(0)).join(' / ');
  const percent = (100 * held).toFixed(1);
  return `${noise.padEnd(20)}${ms} ms of ${crossings}, held ${percent} %, missed ${missed}, invented ${invented}`;
}

function reasonsOf({ noise, missed, invented, medianMs, p95Ms, held }: Graded): string[] {
  const reasons: string[] = [];
  if (invented > 0) reasons.push(`${noise}: ${invented} crossings were invented`);
  if (missed > 0) reasons.push(`${noise}: ${missed} crossings were missed`);
  if (noise === 'white' && medianMs > 300) reasons.push(`${noise}: the median error is ${medianMs.toFixed(0)} ms`);
  if (noise === 'white' && p95Ms > 1_000) reasons.push(`${noise}: one in twenty is wrong by ${p95Ms.toFixed(0)} ms`);
  if (JUDGED_BY_INTERVAL.includes(noise) && (held < HELD.least || held > HELD.most)) {
    reasons.push(`${noise}: the 90 % intervals hold ${(100 * held).toFixed(1)} % of the truth`);
  }
  return reasons;
}
