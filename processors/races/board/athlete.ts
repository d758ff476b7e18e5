import type { AthleteProgress, ProgressMotion } from '../../../schemas/progress.ts';
import type { Starter } from '../../../schemas/race.ts';
import type { ReviewDecision, ReviewFinding } from '../../../schemas/review.ts';
import { type AthleteReview, newAthleteReview } from '../review/athlete-review.ts';
import { type ChipRead, type Crossing, CrossingEvidence, type CrossingReport } from './crossing-evidence.ts';
import { HeartLine, type HeartMemory } from './heart-line.ts';
import type { Passages } from './passages.ts';
import { PassingLine } from './passing-line.ts';
import { type MarkGrid, Trail } from './trail.ts';

/** What a person decided about an athlete; `none` takes back what was decided before. */
export const VERDICTS = ['none', 'dnf', 'dns', 'dsq'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Of one athlete the greatest revision counts. */
export interface Decision {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly revision: number;
}

/** The course as everybody of a race has it before them. */
export interface RaceWay {
  readonly passages: Passages;
  readonly grid: MarkGrid;
  readonly finishM: number;
  readonly startM: number;
}

export type Seen = Omit<AthleteProgress, 'crossings' | 'motions' | 'motionRound'>;

/** One athlete of a race: all that was said of them, and what follows from it about where they were when. */
export class BoardAthlete {
  readonly bib: string;
  starter: Starter;
  gunTimeMs: number;
  readonly evidence = new CrossingEvidence();
  trail: Trail;
  line: PassingLine;
  seen: Seen | null = null;
  decision: Decision | null = null;
  /** Grows with everything that is told of them: what was reckoned before is then to be reckoned anew. */
  version = 0;
  /** Null unless they let everybody see it. */
  heart: HeartLine | null = null;
  review: AthleteReview = newAthleteReview();
  /** By id: what there is to decide about them, and about them and another. */
  readonly findings = new Map<string, ReviewFinding>();
  /** By the id of the finding: what a person decided about it. */
  readonly decisions = new Map<string, ReviewDecision>();
  /** What counts of the evidence, in the order of the course. */
  crossings: readonly Crossing[] = [];
  #way: RaceWay;

  constructor(starter: Starter, gunTimeMs: number, way: RaceWay) {
    this.bib = starter.bib;
    this.starter = starter;
    this.gunTimeMs = gunTimeMs;
    this.#way = way;
    this.trail = new Trail(way.grid, gunTimeMs);
    this.line = new PassingLine(this.trail);
    this.#showHeart();
  }

  /** Takes a position; one that is not newer than the last changes nothing. */
  see(progress: Seen): boolean {
    if (this.seen !== null && progress.atMs <= this.seen.atMs) return false;
    this.seen = progress;
    this.version++;
    this.trail.note(progress.atMs, progress.positionM);
    return true;
  }

  /** Takes the heart rate of a span, from the gun on. */
  feel(motion: ProgressMotion): void {
    if (motion.untilMs >= this.gunTimeMs) this.heart?.note(motion);
  }

  report(report: CrossingReport): boolean {
    return this.evidence.report(report) && this.#decide();
  }

  read(read: ChipRead): boolean {
    return this.evidence.read(read) && this.#decide();
  }

  judge(decision: Decision): boolean {
    if (this.decision !== null && decision.revision <= this.decision.revision) return false;
    this.decision = decision;
    this.version++;
    return true;
  }

  /** Takes a trail that was kept, unless something was seen since. */
  recall(trail: Trail, seen: Seen | null): void {
    if (seen === null || (this.seen !== null && this.seen.atMs >= seen.atMs)) return;
    this.seen = seen;
    this.#setTrail(trail);
  }

  /** Takes what the review knew, unless it knows more by now. */
  recallReview(review: AthleteReview, findings: readonly ReviewFinding[]): void {
    const [kept, known] = [review.last?.untilMs ?? 0, this.review.last?.untilMs ?? 0];
    if (kept >= known) this.review = review;
    for (const finding of findings) {
      if (finding.revision > (this.findings.get(finding.id)?.revision ?? 0)) this.findings.set(finding.id, finding);
    }
  }

  /** Takes a line that was kept, where nothing is known since; nothing of it when it may be shown no more. */
  recallHeart({ finishM, beats }: HeartMemory): void {
    for (const [positionM, heartRate] of new HeartLine(finishM, beats).all())
      this.heart?.note({ positionM, heartRate });
  }

  /** After a change of the race: other checkpoints, another gun, another length. */
  follow(starter: Starter, gunTimeMs: number, way: RaceWay): void {
    this.starter = starter;
    this.gunTimeMs = gunTimeMs;
    this.#way = way;
    this.#showHeart();
    this.#setTrail(this.trail);
    this.#decide();
  }

  get finish(): Crossing | null {
    return this.#crossingOf(this.#way.passages.finish);
  }

  get start(): Crossing | null {
    return this.#crossingOf(this.#way.passages.start);
  }

  /**
   * Whether the review has found a way that was perhaps not run, and nobody dismissed it. Two devices that travel
   * together leave the way of both as it is.
   */
  get isSuspected(): boolean {
    for (const { id, kind, isWithdrawn } of this.findings.values()) {
      const isOpen = !isWithdrawn && this.decisions.get(id)?.decision !== 'dismissed';
      if (isOpen && kind !== 'devices_together') return true;
    }
    return false;
  }

  /** Event time of the newest position or crossing; −∞ before the first. */
  get heardMs(): number {
    return Math.max(
      this.seen?.atMs ?? Number.NEGATIVE_INFINITY,
      this.crossings.at(-1)?.timeMs ?? Number.NEGATIVE_INFINITY,
    );
  }

  get isStarted(): boolean {
    if (this.crossings.length > 0) return true;
    const { reachedM, reachedMs } = this.trail;
    return reachedM > this.#way.startM && reachedMs >= this.gunTimeMs;
  }

  /** The farthest place that counts; NaN when nothing was seen. */
  get placeM(): number {
    if (this.finish !== null) return this.#way.finishM;
    return Math.min(this.line.farthestM, this.#way.finishM);
  }

  #crossingOf(passage: { checkpoint: string; pass: number } | null): Crossing | null {
    if (passage === null) return null;
    const isIt = ({ checkpoint, pass }: Crossing) => checkpoint === passage.checkpoint && pass === passage.pass;
    return this.crossings.find(isIt) ?? null;
  }

  #showHeart(): void {
    const { finishM } = this.#way;
    if (this.starter.showsHeartRate !== true) this.heart = null;
    else if (this.heart === null) this.heart = new HeartLine(finishM);
    else if (this.heart.finishM !== finishM) this.heart = this.heart.until(finishM);
  }

  /** On the marks of the race as it is now. */
  #setTrail(trail: Trail): void {
    const { grid } = this.#way;
    const isOnGrid = grid.marks === trail.grid.marks && grid.spacingM === trail.grid.spacingM;
    this.trail = isOnGrid ? trail : trail.onGrid(grid);
    this.version++;
    this.line = new PassingLine(this.trail);
    this.line.setAnchors(this.crossings);
  }

  #decide(): true {
    this.crossings = this.evidence.decide(this.#way.passages);
    this.version++;
    this.line.setAnchors(this.crossings);
    return true;
  }
}
