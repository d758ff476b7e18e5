import type { ReviewFinding } from '../../../schemas/review.ts';
import { CHEAT_NAMES, type Cheat } from '../cheats.ts';
import type { Entrant } from '../race-plan.ts';

/** What the review of a race found, against who cheated. Findings that were withdrawn count for nothing. */
export interface ReviewGrade {
  readonly findings: number;
  /** Of each kind of cheat, how many there were and how many have a finding of any kind. */
  readonly cheats: Partial<Record<Cheat, { readonly there: number; readonly caught: number }>>;
  readonly there: number;
  readonly caught: number;
  readonly honest: number;
  /** Honest athletes in the queue: all of them, and those with a finding that says it is sure. */
  readonly honestInQueue: number;
  readonly honestInQueueHigh: number;
  /** Their findings, by kind. */
  readonly falseKinds: Readonly<Record<string, number>>;
}

export function gradeReviews(entrants: readonly Entrant[], all: readonly ReviewFinding[]): ReviewGrade {
  const findings = all.filter(({ isWithdrawn }) => !isWithdrawn);
  const queued = new Set(findings.flatMap(({ bibs }) => bibs));
  const sure = new Set(findings.flatMap(({ bibs, severity }) => (severity === 'high' ? bibs : [])));
  const cheating = entrants.filter(({ cheat }) => cheat !== null);
  // Who carries a second device is in it with the one whose device it is.
  const carried = new Set(cheating.flatMap(({ cheat, truth }) => (cheat === 'two_devices' ? [truth] : [])));
  const honest = entrants.filter(({ cheat, truth }) => cheat === null && !(truth !== null && carried.has(truth)));
  const honestBibs = new Set(honest.map(({ starter }) => starter.bib));
  const inQueue = (some: readonly Entrant[], queue: ReadonlySet<string>) =>
    some.filter(({ starter }) => queue.has(starter.bib)).length;
  const cheats: Partial<Record<Cheat, { there: number; caught: number }>> = {};
  for (const name of CHEAT_NAMES) {
    const own = cheating.filter(({ cheat }) => cheat === name);
    if (own.length > 0) cheats[name] = { there: own.length, caught: inQueue(own, queued) };
  }
  const falseKinds: Record<string, number> = {};
  for (const { kind, bibs } of findings) {
    if (bibs.every((bib) => honestBibs.has(bib))) falseKinds[kind] = (falseKinds[kind] ?? 0) + 1;
  }
  return {
    findings: findings.length,
    ...{ cheats, there: cheating.length, caught: inQueue(cheating, queued), honest: honest.length },
    honestInQueue: inQueue(honest, queued),
    honestInQueueHigh: inQueue(honest, sure),
    falseKinds,
  };
}
