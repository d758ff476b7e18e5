import type { RaceGrade } from '../../../device-sim/race/grade/race-grade.ts';
import { COURSE_SHAPES, type CourseShape } from '../../../device-sim/race/race-courses.ts';
import { GPS_KINDS, type GpsKind } from '../../../device-sim/race/race-plan.ts';
import { figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count } from '../../words.ts';
import { tellRace } from './told-race.ts';

/** Of each race; there is one for each kind of receiver and each shape of course. */
const ATHLETES = { whole: 150, smoke: 20 };
const LENGTHS_M = [3_000, 5_000, 8_000, 12_000];
const SMOKE_M = 600;
const CHEATS = { whole: 3, smoke: 1 };
const WANTED = {
  held: { least: 85, most: 95 },
  predicted: { least: 75, most: 85 },
  caught: 95,
  honestQueued: 0.5,
  placesHold: 95,
};

interface Graded extends RaceGrade {
  readonly gps: GpsKind;
  readonly shape: CourseShape;
  readonly courseM: number;
}

/** How right whole races are told, in one process: crossings, ranks, predictions and reviews against the truth. */
export async function runRaceTruth({ options, say, signal }: ScenarioDeps): Promise<Outcome> {
  const rounds: Graded[][] = [];
  for (let round = 0; round < Math.max(1, options.rounds); round++) {
    say(`round ${round + 1} of ${Math.max(1, options.rounds)}`);
    const graded: Graded[] = [];
    for (const gps of GPS_KINDS) {
      for (const [i, shape] of COURSE_SHAPES.entries()) {
        signal.throwIfAborted();
        // Which length goes with which shape is another one for each receiver.
        const courseM = options.smoke ? SMOKE_M : LENGTHS_M[(i + GPS_KINDS.indexOf(gps)) % LENGTHS_M.length];
        graded.push({ gps, shape, courseM, ...gradeOne(`graded ${round}`, gps, shape, courseM, options.smoke) });
      }
    }
    rounds.push(graded);
  }
  const figures = figuresOf(rounds);
  return {
    lines: rounds[0].map(lineOf),
    measured: { rounds },
    figures,
    reasons: options.smoke ? [] : reasonsOf(rounds, figures),
  };
}

function gradeOne(seed: string, gps: GpsKind, shape: CourseShape, courseM: number, isSmoke: boolean): RaceGrade {
  return tellRace({
    ...{ seed: `${seed} ${gps} ${shape}`, shape, courseM, gps, waves: 2 },
    athletes: isSmoke ? ATHLETES.smoke : ATHLETES.whole,
    cheats: isSmoke ? CHEATS.smoke : CHEATS.whole,
    faults: { faults: ['dead-zone'], rate: 1 },
  }).grade;
}

const sumOf = (races: readonly Graded[], of: (race: Graded) => number) =>
  races.reduce((sum, race) => sum + of(race), 0);
const shareOf = (races: readonly Graded[], part: (race: Graded) => number, all: (race: Graded) => number) =>
  (100 * sumOf(races, part)) / sumOf(races, all);

function heldOf(races: readonly Graded[]): number {
  const judged = (race: Graded) => race.crossings.expected - race.crossings.missed;
  return shareOf(races, (race) => (race.crossings.intervalHoldsPercent * judged(race)) / 100, judged);
}

function predictedOf(races: readonly Graded[]): number {
  const judged = (race: Graded) => race.predictions.predictions;
  return shareOf(races, (race) => (race.predictions.holdsPercent * judged(race)) / 100, judged);
}

function placesOf(races: readonly Graded[]): number {
  const held = ({ ranks }: Graded) => (ranks.placesHoldPercent * ranks.finishers) / 100;
  return shareOf(races, held, ({ ranks }) => ranks.finishers);
}

function figuresOf(rounds: readonly (readonly Graded[])[]) {
  const each = (of: (races: readonly Graded[]) => number) => figureOf(rounds.map(of));
  const only = (gps: GpsKind) => (races: readonly Graded[]) => races.filter((race) => race.gps === gps);
  return {
    canyonHoldsPercent: each((races) => heldOf(only('canyon')(races))),
    missedOrInvented: each((races) => sumOf(races, ({ crossings: { missed, invented } }) => missed + invented)),
    surePairsInverted: each((races) => sumOf(races, ({ ranks }) => ranks.invertedSurePairs)),
    placesHoldPercent: each(placesOf),
    predictionsHoldPercent: each(predictedOf),
    caughtPercent: each((races) =>
      shareOf(
        races,
        ({ reviews }) => reviews.caught,
        ({ reviews }) => reviews.there,
      ),
    ),
    honestQueuedPercent: each((races) =>
      shareOf(
        races,
        ({ reviews }) => reviews.honestInQueue,
        ({ reviews }) => reviews.honest,
      ),
    ),
  };
}

function lineOf({ gps, shape, courseM, crossings, ranks, predictions, reviews }: Graded): string {
  const { missed, invented, intervalHoldsPercent } = crossings;
  return (
    `${`${gps} ${shape}`.padEnd(22)}${count(courseM)} m: ` +
    `${intervalHoldsPercent.toFixed(1)} % of ${crossings.expected} intervals hold, ` +
    `${missed} missed, ${invented} invented; ${ranks.invertedPairs} pairs inverted, ` +
    `${ranks.invertedSurePairs} unmarked, ${ranks.tooClosePairs} marked of ${ranks.finishers} finishers, ` +
    `${ranks.placesHoldPercent.toFixed(1)} % within ${ranks.placesWithin}; ` +
    `${predictions.holdsPercent.toFixed(1)} % of ${predictions.predictions} predictions hold; ` +
    `${reviews.caught} of ${reviews.there} caught, ${reviews.honestInQueue} of ${reviews.honest} honest ones queued`
  );
}

function reasonsOf(rounds: readonly (readonly Graded[])[], figures: ReturnType<typeof figuresOf>): string[] {
  const reasons: string[] = [];
  const want = (isSo: boolean, why: string) => {
    if (!isSo) reasons.push(why);
  };
  const { canyonHoldsPercent: held, caughtPercent: caught, honestQueuedPercent: queued } = figures;
  const { least, most } = WANTED.held;
  want(held.value >= least && held.value <= most, `canyon: ${held.value.toFixed(1)} % of the intervals hold`);
  want(figures.missedOrInvented.value === 0, `${figures.missedOrInvented.value} crossings missed or invented`);
  want(figures.surePairsInverted.value < 1, `${figures.surePairsInverted.value} pairs inverted though unmarked`);
  want(figures.placesHoldPercent.value >= WANTED.placesHold, `${figures.placesHoldPercent.value} % of places hold`);
  want(caught.value >= WANTED.caught, `${caught.value.toFixed(1)} % of cheats caught`);
  want(queued.value <= WANTED.honestQueued, `${queued.value.toFixed(2)} % of honest ones in the queue`);
  for (const gps of GPS_KINDS) {
    const value = predictedOf(rounds.flat().filter((race) => race.gps === gps));
    const isIn = value >= WANTED.predicted.least && value <= WANTED.predicted.most;
    want(isIn, `${gps}: ${value.toFixed(1)} % of the predictions hold`);
  }
  return reasons;
}
