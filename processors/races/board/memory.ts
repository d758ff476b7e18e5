import { deserialize, serialize } from 'node:v8';
import type { CrossingFact } from '../../../schemas/facts.ts';
import type { RaceAct } from '../../../schemas/race-act.ts';
import type { RaceEntry } from '../../../schemas/race-entry.ts';
import type { ReviewDecision, ReviewFinding } from '../../../schemas/review.ts';
import type { AthleteReview } from '../review/athlete-review.ts';
import type { BoardAthlete, Decision, Seen } from './athlete.ts';
import type { RaceBoard } from './board.ts';
import type { ChipRead, CrossingReport } from './crossing-evidence.ts';
import type { HeartMemory } from './heart-line.ts';
import { Trail } from './trail.ts';

/** What is kept of an athlete, so that a successor goes on where a board's holder ended. */
export interface AthleteMemory {
  readonly bib: string;
  readonly reports: readonly CrossingReport[];
  readonly reads: readonly ChipRead[];
  readonly decision: Decision | null;
  readonly seen: Seen | null;
  readonly trail: TrailMemory;
  readonly review: AthleteReview;
  readonly findings: readonly ReviewFinding[];
  /** By the id of the finding; none in checkpoints of before there were any. */
  readonly decisions?: ReadonlyMap<string, ReviewDecision>;
  /** Null of whoever shows none; none in checkpoints of before there was any. */
  readonly heart?: HeartMemory | null;
}

interface TrailMemory {
  readonly marks: number;
  readonly spacingM: number;
  readonly originMs: number;
  readonly reachedM: number;
  readonly reachedMs: number;
  /** Of the marks that were passed. */
  readonly times: Float32Array;
}

/** What is said of a race. */
export type RaceFact = CrossingFact | RaceEntry | RaceAct;

/** A fact that does not count yet, and its place in the stream. */
export interface Waiting {
  readonly said: RaceFact;
  readonly seq: number;
}

export interface BoardPart {
  readonly race: string;
  readonly athletes: readonly AthleteMemory[];
  readonly waiting: readonly Waiting[];
  /** With what waits: since when the race is frozen. Null while it is not. */
  readonly frozenMs?: number | null;
}

/** Grows with every change of what is kept. */
const FORMAT = 2;

/** A checkpoint of an older format is of no use: throws, and whoever holds the race has to be told. */
export class BoardFormatError extends Error {
  override name = 'BoardFormatError';
}

export function encodeBoardPart(part: BoardPart): Uint8Array {
  return serialize({ format: FORMAT, ...part });
}

/** Throws {@link BoardFormatError}. */
export function decodeBoardPart(bytes: Uint8Array): BoardPart {
  const { format, race, athletes, waiting, frozenMs = null } = deserialize(bytes) as BoardPart & { format: number };
  if (format !== FORMAT) throw new BoardFormatError(`a board's checkpoint has format ${format}, not ${FORMAT}`);
  return { race, athletes, waiting, frozenMs };
}

export function memoryOf(athlete: BoardAthlete): AthleteMemory {
  const { bib, evidence, decision, seen, trail, heart, review, findings, decisions } = athlete;
  const { grid, originMs, reachedM, reachedMs, lastMark } = trail;
  const times = trail.times.slice(0, lastMark + 1);
  return {
    ...{ bib, decision, seen, reads: [...evidence.reads.values()], reports: [...evidence.reports.values()].flat() },
    ...{ review, findings: [...findings.values()], decisions },
    heart: heart?.memory() ?? null,
    trail: { ...grid, originMs, reachedM, reachedMs, times },
  };
}

/** Gives a board's athlete back what was kept. What the board was told meanwhile stays. */
export function recall(board: RaceBoard, memory: AthleteMemory): void {
  const athlete = board.athlete(memory.bib);
  if (athlete === null) return;
  for (const report of memory.reports) athlete.report(report);
  for (const read of memory.reads) athlete.read(read);
  if (memory.decision !== null) athlete.judge(memory.decision);
  const { marks, spacingM, originMs, reachedM, reachedMs, times } = memory.trail;
  const trail = new Trail({ marks, spacingM }, originMs);
  trail.times.set(times);
  trail.reachedM = reachedM;
  trail.reachedMs = reachedMs;
  trail.lastMark = times.length - 1;
  athlete.recall(trail, memory.seen);
  if (memory.heart != null) athlete.recallHeart(memory.heart);
  athlete.recallReview(memory.review, memory.findings);
  for (const [finding, decided] of memory.decisions ?? []) board.decide(finding, decided);
}
