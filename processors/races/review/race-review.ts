import type { ProgressMotion } from '../../../schemas/progress.ts';
import { isOutdated, type ReviewEntry, type ReviewFinding, reviewId, type Suspicion } from '../../../schemas/review.ts';
import type { BoardAthlete } from '../board/athlete.ts';
import { followMotion, isToldAgain, type ReviewGround, restartReview, suspectAthlete } from './athlete-review.ts';
import { DevicePairs, suspectPair } from './devices-together.ts';

/** Of a race; of more than that no person decides. What is sure goes before what is worth a look. */
export const MAX_FINDINGS = 1_000;
const MAX_FINDINGS_OF_ATHLETE = 24;
/** Five minutes. */
const PAIR_NEWS_SPANS = 30;

/**
 * The review of one race: looks at each span of each athlete, and holds what there is to decide. A finding is what the
 * evidence shows now; when later evidence shows it no more it is withdrawn, and stays in the queue as such. Two devices
 * that travelled together are cleared by what they do while they still travel together, not by parting.
 *
 * Findings lie with the athlete whose bib comes first, who is kept with the board. Of pairs only what was found is
 * kept: after its holder died, a race needs eight minutes to find a new one.
 */
export class RaceReview {
  #pairs = new DevicePairs();
  readonly #changed = new Set<string>();
  #open = 0;
  /** Findings that came when the queue was full. */
  leftOut = 0;

  /** The motions of an athlete are told again from the beginning, with what came too late to be told in its turn. */
  begin(athlete: BoardAthlete, round: number): void {
    if (round <= (athlete.review.round ?? 0)) return;
    athlete.review = restartReview(athlete.review, round);
    this.#changed.add(athlete.bib);
  }

  /** Takes the motion that a tick brings. */
  see(
    athlete: BoardAthlete,
    motion: ProgressMotion,
    ground: ReviewGround,
    find: (bib: string) => BoardAthlete | null,
  ): void {
    const before = followMotion(athlete.review, motion, athlete.gunTimeMs, ground);
    if (athlete.review.last === motion) this.#changed.add(athlete.bib);
    if (before === null) return;
    this.judge(athlete, ground);
    // Who travelled with whom was seen when it was told first.
    if (motion.untilMs <= (athlete.review.againUntilMs ?? 0)) return;
    for (const pair of this.#pairs.see(athlete.bib, before, motion)) {
      const owner = find(pair.bibs[0]);
      if (owner === null) continue;
      const id = reviewId({ kind: 'devices_together', bibs: pair.bibs, about: '' });
      const suspicion = suspectPair(pair);
      // Every span together makes the numbers a little better, which is no news.
      const isOpen = owner.findings.get(id)?.isWithdrawn === false;
      if (suspicion === null || !isOpen || pair.spans % PAIR_NEWS_SPANS === 0) {
        this.#note(owner, id, suspicion, motion.untilMs);
      }
    }
  }

  /** Looks at an athlete anew: something was seen, or said of a crossing. */
  judge(athlete: BoardAthlete, ground: ReviewGround): void {
    const { bib, review, findings } = athlete;
    if (isToldAgain(review)) return;
    const atMs = review.last?.untilMs ?? athlete.gunTimeMs;
    const found = new Map(suspectAthlete(bib, review, ground, athlete).map((one) => [reviewId(one), one]));
    for (const [id, suspicion] of found) this.#note(athlete, id, suspicion, atMs);
    for (const [id, { kind }] of findings) {
      if (kind !== 'devices_together' && !found.has(id)) this.#note(athlete, id, null, atMs);
    }
  }

  /** The course is another one, or athletes left: pairs begin anew, and what is open is counted again. */
  restart(athletes: Iterable<BoardAthlete>): void {
    this.#pairs = new DevicePairs();
    this.#open = 0;
    for (const { findings } of athletes) {
      for (const { isWithdrawn } of findings.values()) if (!isWithdrawn) this.#open++;
    }
  }

  /** Athletes of whom something has to be kept, since the last call. */
  takeChanged(): string[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  #note(athlete: BoardAthlete, id: string, suspicion: Suspicion | null, atMs: number): void {
    const { findings } = athlete;
    const known = findings.get(id);
    if (suspicion === null) {
      if (known === undefined || known.isWithdrawn) return;
      this.#open--;
      findings.set(id, { ...known, revision: known.revision + 1, isWithdrawn: true });
    } else {
      if (known !== undefined && !known.isWithdrawn && isSame(known, suspicion)) return;
      if (known === undefined || known.isWithdrawn) {
        if (this.#open >= MAX_FINDINGS || (known === undefined && findings.size >= MAX_FINDINGS_OF_ATHLETE)) {
          this.leftOut++;
          return;
        }
        this.#open++;
      }
      findings.set(id, findingOf(id, suspicion, known, atMs));
    }
    this.#changed.add(athlete.bib);
  }
}

function findingOf(id: string, suspicion: Suspicion, known: ReviewFinding | undefined, atMs: number): ReviewFinding {
  return {
    id,
    ...suspicion,
    revision: (known?.revision ?? 0) + 1,
    foundMs: known?.foundMs ?? atMs,
    isWithdrawn: false,
  };
}

function isSame(finding: ReviewFinding, { severity, from, until, numbers }: Suspicion): boolean {
  const told = (one: Omit<Suspicion, 'kind' | 'bibs' | 'about'>) =>
    JSON.stringify([one.severity, one.from, one.until, one.numbers]);
  return told(finding) === told({ severity, from, until, numbers });
}

/**
 * Those that wait for a person first, also since their evidence changed after one decided; then those that were
 * decided, and those that were withdrawn. The surest and the latest go before others.
 */
export function inQueueOrder(entries: Iterable<ReviewEntry>): ReviewEntry[] {
  const turn = (entry: ReviewEntry) => {
    if (entry.isWithdrawn) return 2;
    return entry.decision === null || isOutdated(entry) ? 0 : 1;
  };
  const rank = (entry: ReviewEntry) => 2 * turn(entry) + (entry.severity === 'high' ? 0 : 1);
  return [...entries].sort(
    (a, b) => rank(a) - rank(b) || b.foundMs - a.foundMs || (a.id < b.id ? -1 : Number(a.id > b.id)),
  );
}
