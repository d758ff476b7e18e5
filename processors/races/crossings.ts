import type { Checkpoint } from '../../schemas/race.ts';
import type { Course } from './course.ts';
import { smooth, smoothed } from './smooth.ts';
import type { Track } from './track.ts';
import * as row from './track-rows.ts';

/** One pass of one checkpoint, in the order of the course. */
export interface Mark {
  readonly positionM: number;
  readonly checkpoint: string;
  /** From 1. */
  readonly pass: number;
  readonly isStart: boolean;
  /** The race is over there. */
  readonly isEnd: boolean;
}

/** By position; of two at one place the one that was set up first comes first. */
export function marksOf(checkpoints: readonly Checkpoint[]): Mark[] {
  return checkpoints
    .flatMap(({ id, positionM, isStart, isFinish }) =>
      positionM.map((at, i) => ({
        ...{ positionM: at, checkpoint: id, pass: i + 1, isStart: isStart && i === 0 },
        isEnd: isFinish && i === positionM.length - 1,
      })),
    )
    .sort((a, b) => a.positionM - b.positionM);
}

export interface Crossing {
  readonly mark: number;
  timeMs: number;
  sigmaMs: number;
  /** Sequence of the message that it follows from. */
  revision: number;
  /** Nothing newer is expected to change it. */
  isSettled: boolean;
  isWithdrawn: boolean;
  /** A fact of it was due. */
  isTold: boolean;
}

/** So long after a crossing fixes still make it better; what comes later changes it only if it is late data. */
export const LAG_MS = 10_000;
/** A change below this is no news. */
const NEWS_MS = 20;
export const SETTLED_NEWS_MS = 250;
/** Who stands within this of the start when the gun goes crosses it with the gun. */
const AT_START_M = 40;
const MIN_SPEED_MPS = 0.3;
/** A gap says nothing of how its way was spread over it, beyond what the smoother knows. */
const GAP_SHARE = 0.1;
const GAP_S = 2;

interface Found {
  timeMs: number;
  sigmaMs: number;
}

/**
 * Brings `crossings` (by mark) up to date with the window of `track`: a mark is crossed where the smoothed positions of
 * two believed fixes lie on both sides of it, at the time between them. Returns the marks that changed.
 */
export function findCrossings(
  track: Track,
  marks: readonly Mark[],
  gunTimeMs: number,
  crossings: Map<number, Crossing>,
  revision: number,
): number[] {
  const { rows, count, newestMs } = track;
  const [first, last] = marksInReach(track, marks);
  const changed: number[] = [];
  const windowMs = rows[row.AT_MS];
  // What is behind the window for good needs no smoothing, which is most of what a fix near a mark costs.
  let open = first;
  while (open < last && isBehind(crossings.get(open), windowMs)) open++;
  if (open < last) {
    smooth(rows, count, track.pace);
    for (let n = open; n < last; n++) {
      const found = crossingOf(rows, count, marks[n], gunTimeMs);
      if (note(n, found, windowMs, crossings, revision)) changed.push(n);
    }
  }
  for (const mark of settleCrossings(crossings, newestMs - LAG_MS, revision)) {
    if (!changed.includes(mark)) changed.push(mark);
  }
  return changed;
}

/** Settles what happened until `untilMs`; returns the marks. */
export function settleCrossings(crossings: Map<number, Crossing>, untilMs: number, revision: number): number[] {
  const settled: number[] = [];
  for (const crossing of crossings.values()) {
    if (crossing.isSettled || crossing.timeMs > untilMs) continue;
    crossing.isSettled = true;
    crossing.revision = revision;
    settled.push(crossing.mark);
  }
  return settled;
}

/** Marks that the window may say something new about: a little more than it spans. */
function marksInReach({ rows, count }: Track, marks: readonly Mark[]): [first: number, last: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let n = 0; n <= count; n++) {
    const s = rows[n * row.CELLS + row.S];
    if (s < low) low = s;
    if (s > high) high = s;
  }
  low -= AT_START_M;
  high += 10;
  let first = 0;
  while (first < marks.length && marks[first].positionM < low) first++;
  let last = first;
  while (last < marks.length && marks[last].positionM <= high) last++;
  return [first, last];
}

/** Null when the window shows that it was not crossed, undefined when it was before what the window shows. */
function crossingOf(rows: Float64Array, count: number, mark: Mark, gunTimeMs: number): Found | null | undefined {
  const { positionM } = mark;
  let before = -1;
  let startsBehind = false;
  for (let n = 0; n <= count; n++) {
    const at = n * row.CELLS;
    if (rows[at + row.IS_USED] !== 1 || Number.isNaN(smoothed.positionM[n])) continue;
    const s = smoothed.positionM[n];
    const previous = before;
    before = n;
    if (previous < 0) startsBehind = s >= positionM;
    if (previous < 0 || s < positionM || rows[at + row.AT_MS] < gunTimeMs) continue;
    const beforeM = smoothed.positionM[previous];
    const beforeMs = rows[previous * row.CELLS + row.AT_MS];
    if (rows[at + row.IS_BROKEN] === 1) continue;
    if (beforeM < positionM) return between(rows, previous, n, positionM, gunTimeMs);
    // Nobody is over the line before the gun, whatever the receiver believes.
    if (mark.isStart && beforeMs < gunTimeMs && beforeM - positionM < AT_START_M) {
      const speed = Math.max(1, (s - beforeM) / ((rows[at + row.AT_MS] - beforeMs) / 1_000));
      return { timeMs: gunTimeMs, sigmaMs: Math.max(1_000, (1_000 * (beforeM - positionM)) / speed) };
    }
  }
  return startsBehind ? undefined : null;
}

function between(rows: Float64Array, a: number, b: number, positionM: number, gunTimeMs: number): Found {
  const [fromM, toM] = [smoothed.positionM[a], smoothed.positionM[b]];
  const [fromMs, toMs] = [rows[a * row.CELLS + row.AT_MS], rows[b * row.CELLS + row.AT_MS]];
  const share = (positionM - fromM) / (toM - fromM);
  const seconds = (toMs - fromMs) / 1_000;
  const speed = Math.max(MIN_SPEED_MPS, (toM - fromM) / seconds);
  const sigmaM = (1 - share) * smoothed.sigmaM[a] + share * smoothed.sigmaM[b];
  const gapMs = 1_000 * GAP_SHARE * Math.max(0, seconds - GAP_S);
  const timeMs = Math.max(gunTimeMs, fromMs + share * (toMs - fromMs));
  return { timeMs: Math.round(timeMs), sigmaMs: Math.round(Math.hypot((1_000 * sigmaM) / speed, gapMs)) };
}

/** Of what happened before the window nothing new is known; what did not happen then may happen now. */
function isBehind(known: Crossing | undefined, windowMs: number): boolean {
  return known !== undefined && known.timeMs <= windowMs && !known.isWithdrawn;
}

/** True when it is news. `windowMs` is the time of row 0. */
function note(
  mark: number,
  found: Found | null | undefined,
  windowMs: number,
  crossings: Map<number, Crossing>,
  revision: number,
): boolean {
  const known = crossings.get(mark);
  if (known === undefined) {
    if (!found) return false;
    crossings.set(mark, { mark, ...found, revision, isSettled: false, isWithdrawn: false, isTold: false });
    return true;
  }
  if (found === undefined || isBehind(known, windowMs)) return false;
  if (found === null) {
    if (known.isWithdrawn) return false;
    known.isWithdrawn = true;
    known.revision = revision;
    return true;
  }
  const byMs = Math.abs(found.timeMs - known.timeMs);
  const isNews = known.isWithdrawn || byMs >= (known.isSettled ? SETTLED_NEWS_MS : NEWS_MS);
  if (!isNews) return false;
  const isSettled = known.isSettled && !known.isWithdrawn;
  Object.assign(known, found, { revision, isSettled, isWithdrawn: false });
  return true;
}

/** Athletes are on no lap before the start and on the last one behind the finish. */
export function lapOf({ line }: Course, positionM: number): number {
  return Math.min(line.laps, Math.max(1, Math.floor(positionM / line.lapM) + 1));
}
