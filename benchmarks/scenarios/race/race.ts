import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, openAccount, otherCores, totalOf } from '../../cpu-account.ts';
import { startDeployment } from '../../deployment/deployment.ts';
import { type Figure, figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count } from '../../words.ts';
import { type GradedRace, startRace } from './race-process.ts';

const SAMPLES_PER_FRAME = 5;
const KINDS = ['white', 'canyon'] as const;
type Kind = (typeof KINDS)[number];

/** How right a race is told over the whole path: two at once, in the open and between walls. */
export async function runRace(deps: ScenarioDeps): Promise<Outcome> {
  const { options, release, say } = deps;
  const { raceAthletes, raceCourseM, raceSpeed } = options;
  const deployment = await startDeployment(deps);
  const dir = await mkdtemp(join(tmpdir(), 'slipstream-race-'));
  release.add('the grades', () => rm(dir, { recursive: true, force: true }));
  say(`two races of ${count(raceAthletes / 2)} at ${raceSpeed} times their speed`);
  const races = KINDS.map((gps) => {
    const own = {
      ...{ gps, devices: Math.ceil(raceAthletes / 2), courseM: raceCourseM, speed: raceSpeed, seed: `bench ${gps}` },
      ...{ samplesPerFrame: SAMPLES_PER_FRAME, faults: 'dead-zone,clock-offset' },
      cheats: Math.max(1, Math.round(raceAthletes / 200)),
    };
    return startRace(`race-${gps}`, join(dir, `${gps}.json`), deployment, own, release);
  });
  // The races themselves have ended when it is closed; they are the load.
  const close = openAccount(deployment.pids);
  const [white, canyon] = await Promise.race([
    Promise.all(races.map((race) => race.ended())),
    lost(deployment.lostSignal),
  ]);
  return outcomeOf({ white, canyon }, close(), raceSpeed);
}

function lost(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function outcomeOf(races: Readonly<Record<Kind, GradedRace>>, account: Account, speed: number): Outcome {
  const { white, canyon } = races;
  const both = [white, canyon];
  const sum = (of: (race: GradedRace) => number) => both.reduce((total, race) => total + of(race), 0);
  const expected = sum(({ crossings }) => crossings.expected);
  const wrong = sum(({ crossings: { missed, invented } }) => missed + invented);
  const pairs = sum(({ ranks: { finishers } }) => (finishers * (finishers - 1)) / 2);
  const figures: Record<string, Figure> = {
    medianMs: figureOf([white.crossings.medianMs]),
    p95Ms: figureOf([white.crossings.p95Ms]),
    rightPercent: figureOf([100 * (1 - wrong / expected)]),
    canyonHoldsPercent: figureOf([canyon.crossings.intervalHoldsPercent]),
    whiteHoldsPercent: figureOf([white.crossings.intervalHoldsPercent]),
    pairsRightPercent: figureOf([100 * (1 - sum(({ ranks }) => ranks.invertedSurePairs) / pairs)]),
    predictionsHoldPercent: figureOf([white.predictions.holdsPercent]),
    frameToBoardP50Ms: figureOf([Math.max(...both.map(({ frameToBoard }) => frameToBoard.p50Ms))]),
    frameToBoardP99Ms: figureOf([Math.max(...both.map(({ frameToBoard }) => frameToBoard.p99Ms))]),
    cheatsCaughtPercent: figureOf([(100 * sum(({ reviews }) => reviews.caught)) / sum(({ reviews }) => reviews.there)]),
    honestInQueuePercent: figureOf([
      (100 * sum(({ reviews }) => reviews.honestInQueue)) / sum(({ reviews }) => reviews.honest),
    ]),
    ourCores: figureOf([totalOf(account.cpuMs) / account.elapsedMs]),
  };
  const lostAthletes = sum(({ athletes }) => athletes.lost);
  const doubled = sum(({ athletes }) => athletes.doubled);
  const wrongFinishes = sum(({ athletes }) => athletes.finishesMissed + athletes.finishesInvented);
  return {
    lines: KINDS.map((kind) => {
      const { crossings, ranks, predictions, reviews } = races[kind];
      const { missed, invented, medianMs, p95Ms, intervalHoldsPercent: holds } = crossings;
      return (
        `${kind.padEnd(12)}${count(crossings.expected)} crossings, ${missed} missed, ${invented} invented; ` +
        `error ${count(medianMs)} ms, ${count(p95Ms)} ms at 95 %; ${count(holds)} % of the intervals hold; ` +
        `${ranks.invertedPairs} pairs inverted, ${ranks.invertedSurePairs} for sure; ` +
        `${count(predictions.holdsPercent)} % of the predictions hold; ${reviews.caught} of ${reviews.there} cheats ` +
        `caught, ${reviews.honestInQueue} of ${reviews.honest} honest ones in the queue`
      );
    }),
    figures,
    notes: [
      `two races at once at ${speed} times their speed: latencies are those of a live race with as many more frames`,
      'intervals are to hold 85 to 95 %, predictions 75 to 85 %: more is too wide',
    ],
    measured: { races, wrongFinishes, cores: account.cpuMs, otherCores: otherCores(account, 0) },
    reasons: [
      ...(lostAthletes > 0 ? [`${lostAthletes} athletes are not on the board`] : []),
      ...(doubled > 0 ? [`${doubled} athletes are on the board twice`] : []),
    ],
  };
}
