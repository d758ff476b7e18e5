import { COURSE_SHAPES } from '../../../device-sim/race/race-courses.ts';
import type { ReviewFinding } from '../../../schemas/review.ts';
import { figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { type CheatRanges, DEEDS, type Deed } from './cheats.ts';
import { gradeReviewDay, type Predicted, RECEIVERS, type ReceiverName, type Reviewed, TELLING } from './review-day.ts';

/** Of each receiver and course shape. */
const FIELD = { honest: 160, each: 10, smokeHonest: 6, smokeEach: 1 };
const LENGTHS_M = [6_000, 10_000];
/** The rules were tuned on 800 to 1,500 m at 9 to 14 m/s, 350 to 600 m at 8.5 to 10 m/s, and on 5 kilometres. */
export const GRADED_RANGES: CheatRanges = {
  ...{ savedM: [200, 2_000], drivenM: [900, 3_000], drivenMps: [7, 12], sprintM: [400, 900], sprintMps: [8, 11] },
};
const NAMES = Object.keys(RECEIVERS) as ReceiverName[];
const WANTED = { caught: 0.95, honestQueued: 0.005, held: { least: 0.75, most: 0.85 } };

interface Graded {
  readonly receiver: ReceiverName;
  readonly deeds: readonly DeedGrade[];
  readonly predicted: PredictionGrade;
}

export interface DeedGrade {
  readonly deed: Deed;
  readonly athletes: number;
  /** Who has a finding that tells the deed. */
  readonly caught: number;
  /** Who has any finding. */
  readonly queued: number;
  /** Athletes by kind and severity. */
  readonly by: Readonly<Record<string, number>>;
}

export interface PredictionGrade {
  readonly predictions: number;
  readonly held: number;
  readonly byTenth: Readonly<Record<string, number>>;
}

/** What a race's review finds, of whom, and whether predicted finishes hold, against the truth of the simulator. */
export async function runReviews({ options, say, signal }: ScenarioDeps): Promise<Outcome> {
  const rounds = Math.max(1, options.rounds);
  const graded: Graded[][] = [];
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted();
    say(`round ${round + 1} of ${rounds}`);
    graded.push(NAMES.map((name) => grade(name, `graded ${round}`, options.smoke)));
  }
  const sum = (round: readonly Graded[], deeds: readonly Deed[], of: 'caught' | 'queued') => {
    const some = round.flatMap((one) => one.deeds.filter(({ deed }) => deeds.includes(deed)));
    return some.reduce((all, one) => all + one[of], 0) / some.reduce((all, { athletes }) => all + athletes, 0);
  };
  const cheats = DEEDS.filter((deed) => TELLING[deed].length > 0);
  const figures = {
    ...Object.fromEntries(
      cheats.map((deed) => [`caught ${deed}`, figureOf(graded.map((round) => sum(round, [deed], 'caught')))]),
    ),
    leastCaught: figureOf(graded.map((round) => Math.min(...cheats.map((deed) => sum(round, [deed], 'caught'))))),
    honestQueued: figureOf(graded.map((round) => sum(round, ['honest'], 'queued'))),
    friendsQueued: figureOf(graded.map((round) => sum(round, ['friend'], 'queued'))),
    predictionHeld: figureOf(graded.map((round) => heldBy(round))),
  };
  return {
    lines: graded[0].flatMap(linesOf),
    measured: { graded },
    figures,
    reasons: options.smoke ? [] : reasonsOf(figures),
  };
}

function grade(receiver: ReceiverName, seed: string, isSmoke: boolean): Graded {
  const days = COURSE_SHAPES.map((shape, i) =>
    gradeReviewDay({
      ...{ seed: `${seed} ${receiver} ${shape}`, shape, receiver, ranges: GRADED_RANGES },
      lengthM: isSmoke ? 2_500 : LENGTHS_M[i % LENGTHS_M.length],
      honest: isSmoke ? FIELD.smokeHonest : FIELD.honest,
      each: isSmoke ? FIELD.smokeEach : FIELD.each,
    }),
  );
  return {
    receiver,
    deeds: gradeDeeds(days.flatMap(({ reviewed }) => reviewed)),
    predicted: gradePredicted(days.flatMap(({ predicted }) => predicted)),
  };
}

export function gradeDeeds(reviewed: readonly Reviewed[]): DeedGrade[] {
  return DEEDS.map((deed) => {
    const those = reviewed.filter((one) => one.deed === deed);
    const tells = ({ kind }: ReviewFinding) => TELLING[deed].includes(kind);
    const by: Record<string, number> = {};
    for (const { findings } of those) {
      for (const name of new Set(findings.map(({ kind, severity }) => `${kind} ${severity}`))) {
        by[name] = (by[name] ?? 0) + 1;
      }
    }
    return {
      ...{ deed, athletes: those.length, by },
      caught: those.filter(({ findings }) => findings.some(tells)).length,
      queued: those.filter(({ findings }) => findings.length > 0).length,
    };
  });
}

export function gradePredicted(predicted: readonly Predicted[]): PredictionGrade {
  const tenths = Map.groupBy(predicted, ({ share }) => `${Math.min(9, Math.floor(share * 10)) * 10} %`);
  const heldOf = (some: readonly Predicted[]) => some.filter(({ isHeld }) => isHeld).length;
  const shareOf = (some: readonly Predicted[]) => Math.round((1_000 * heldOf(some)) / some.length) / 1_000;
  const byTenth = Object.fromEntries([...tenths].sort().map(([tenth, some]) => [tenth, shareOf(some)]));
  return { predictions: predicted.length, held: heldOf(predicted), byTenth };
}

function heldBy(round: readonly Graded[]): number {
  const sum = (of: (grade: PredictionGrade) => number) => round.reduce((all, { predicted }) => all + of(predicted), 0);
  return sum(({ held }) => held) / sum(({ predictions }) => predictions);
}

function linesOf({ receiver, deeds, predicted }: Graded): string[] {
  const { predictions, held } = predicted;
  return [
    ...deeds.map(({ deed, athletes, caught, queued, by }) => {
      const kinds = Object.entries(by).map(([name, count]) => `${name} ${count}`);
      const found = TELLING[deed].length === 0 ? `${queued} queued` : `${caught} caught`;
      return `${receiver.padEnd(8)}${deed.padEnd(22)}${found} of ${athletes}   ${kinds.join(', ')}`;
    }),
    `${receiver.padEnd(8)}predicted             ${((100 * held) / predictions).toFixed(1)} % held of ${predictions}`,
  ];
}

function reasonsOf(figures: Readonly<Record<string, { value: number }>>): string[] {
  const reasons: string[] = [];
  const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
  for (const [name, { value }] of Object.entries(figures)) {
    if (name.startsWith('caught ') && value < WANTED.caught) reasons.push(`${name}: ${percent(value)}`);
  }
  const { honestQueued, predictionHeld } = figures;
  if (honestQueued.value > WANTED.honestQueued) reasons.push(`honest in the queue: ${percent(honestQueued.value)}`);
  const { least, most } = WANTED.held;
  if (predictionHeld.value < least || predictionHeld.value > most) {
    reasons.push(`predictions hold ${percent(predictionHeld.value)}`);
  }
  return reasons;
}
