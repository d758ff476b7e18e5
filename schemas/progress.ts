import { parseJson } from './parse-json.ts';

/**
 * Where the athletes of one race and one shard are: a core message once a tick on `progress.<race>.<shard>`, published
 * by the shard's holder. Each message is numbered; a receiver that misses a number, or sees a new epoch, asks on
 * `live.progress.<shard>` for everything and takes it from the stream of ticks. A lower epoch than one that was seen is
 * of a process that was stopped, and is dropped.
 */
export interface ProgressTick {
  readonly race: string;
  /** Of CONFIG, as the holder knows it. */
  readonly raceVersion: number;
  readonly shard: number;
  readonly epoch: number;
  /** Counts the messages of a race and shard within an epoch, from 1. */
  readonly number: number;
  /** Message time of the last message that is folded in. */
  readonly atMs: number;
  /**
   * True when each athlete in it comes with everything that is known of them. Everybody together are `parts` such
   * messages with following numbers: a receiver that has part 0 to parts − 1 without a gap knows all.
   */
  readonly full: boolean;
  /** 0 of 1 when not full. */
  readonly part: number;
  readonly parts: number;
  /** Who changed, or everybody when full. */
  readonly athletes: readonly AthleteProgress[];
}

export interface AthleteProgress {
  readonly bib: string;
  /** Event time of the newest believed position; the position is where they were then. */
  readonly atMs: number;
  /** Along the course from the start of the first lap (`course-line.ts`); below 0 before the start. */
  readonly positionM: number;
  /** Standard deviation. */
  readonly sigmaM: number;
  readonly speedMps: number;
  readonly isOffCourse: boolean;
  /** From 1; the last one when finished. */
  readonly lap: number;
  /** New or changed since the last tick; all of them when the tick is full. */
  readonly crossings: readonly ProgressCrossing[];
  /** Of each span of ten seconds that is over since the last tick, in their order; of the last when it is full. */
  readonly motions?: readonly ProgressMotion[];
  /** Grows when motions are told again from the beginning, because data came too late; 0 when it is left out. */
  readonly motionRound?: number;
}

/** How an athlete moved, whatever the course says, and what their body told: for the review of a race. */
export interface ProgressMotion {
  /** End of the span, a multiple of ten seconds. */
  readonly untilMs: number;
  /** Where they were in its middle, m on the plane of the course (`course-line.ts`). */
  readonly eastM: number;
  readonly northM: number;
  /** Along the course, and whether they were on it, at its end. */
  readonly positionM: number;
  readonly isOffCourse: boolean;
  /** All the way that they made, straight from span to span. Both sums only grow. */
  readonly travelledM: number;
  /** All the time between spans in which no position came. */
  readonly unseenMs: number;
  /** Means of the last half minute; null when nothing was measured. */
  readonly heartRate: number | null;
  /** Revolutions or strides a minute. */
  readonly cadence: number | null;
}

export interface ProgressCrossing {
  readonly checkpoint: string;
  /** From 1. */
  readonly pass: number;
  readonly timeMs: number;
  /** Standard deviation. */
  readonly sigmaMs: number;
  readonly source: 'gps';
  /** Of these only the greatest counts, whichever process sent it. */
  readonly revision: number;
  /** Better data shows that it did not happen; `timeMs` is the last that was believed. */
  readonly isWithdrawn: boolean;
}

/** So many athletes with their crossings stay far below what a message may hold. */
export const MAX_ATHLETES_PER_TICK = 500;

export interface ProgressQuestion {
  readonly race: string;
}

/** The full snapshot begins with this number, or is on its way under it already. */
export interface ProgressAnswer {
  readonly epoch: number;
  readonly number: number;
}

export function encodeProgress(message: ProgressTick | ProgressQuestion | ProgressAnswer): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}

/** Null when it is no tick. */
export function readProgressTick(data: Uint8Array): ProgressTick | null {
  const parsed = parseJson(data) as Partial<ProgressTick> | null;
  const { race, epoch, number, athletes } = parsed ?? {};
  const isTick =
    typeof race === 'string' && Number.isSafeInteger(epoch) && Number.isSafeInteger(number) && Array.isArray(athletes);
  return isTick ? (parsed as ProgressTick) : null;
}

/** Null when it is no question. */
export function readProgressQuestion(data: Uint8Array): ProgressQuestion | null {
  const parsed = parseJson(data) as Partial<ProgressQuestion> | null;
  return typeof parsed?.race === 'string' ? { race: parsed.race } : null;
}

/** Null when it is no answer. */
export function readProgressAnswer(data: Uint8Array): ProgressAnswer | null {
  const parsed = parseJson(data) as Partial<ProgressAnswer> | null;
  const { epoch, number } = parsed ?? {};
  return typeof epoch === 'number' && typeof number === 'number' ? { epoch, number } : null;
}
