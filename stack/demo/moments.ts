import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A run that is lived again: what a simulator needs to send the very same frames once more. */
export interface LivedRun {
  readonly anchorMs: number;
  readonly speed: number;
  /** Once it was played to its end, how long it is. */
  readonly durationMs: number | null;
}

/** The moments that the demonstration's times follow from, kept from one start to the next. */
export interface Moments {
  /** When all that is streamed at once ended. */
  readonly anchorMs: number;
  readonly run: LivedRun | null;
}

/** New moments are taken before the rows of the old ones are too old for the hot store. */
const MAX_AGE_MS = 5 * 86_400_000;
/** What is streamed at once ended so long ago: the run that goes on now has begun after it. */
const ENDED_BEFORE_MS = 3_600_000;
/** So much of a run has been run when it is first shown: a map, charts and splits are there at once. */
export const HEAD_START_MS = 15 * 60_000;
/** Between the end of a run and the beginning of the next one. */
export const REST_MS = 2 * 60_000;

/** What the folder keeps, or new ones; a second start then sends the same rows, and the stores hold each once. */
export function readMoments(dataDir: string, nowMs: number): Moments {
  const file = join(dataDir, 'demo.json');
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Moments>) : {};
  const isNew = (atMs: unknown): atMs is number => typeof atMs === 'number' && nowMs - atMs < MAX_AGE_MS;
  const moments = {
    anchorMs: isNew(kept.anchorMs) ? kept.anchorMs : nowMs - ENDED_BEFORE_MS,
    run: isNew(kept.run?.anchorMs) ? kept.run : null,
  };
  keepMoments(dataDir, moments);
  return moments;
}

export function keepMoments(dataDir: string, moments: Moments): void {
  const file = join(dataDir, 'demo.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(moments)}\n`);
  renameSync(`${file}.new`, file);
}

/**
 * The run to play now. One that was broken off goes on where it was, as of a device that comes back with what it could
 * not send; after one that was played to its end comes the next one, whose times never overlap with it.
 *
 * A device cannot measure the future, so at a higher speed a run began earlier and catches up with now at its end.
 */
export function nextRun(last: LivedRun | null, speed: number, nowMs: number): LivedRun {
  if (last === null) return { anchorMs: nowMs - HEAD_START_MS / speed, speed, durationMs: null };
  const { durationMs } = last;
  if (durationMs === null) return last;
  const beginsMs = endMsOf(last, durationMs) + REST_MS;
  // Played from its anchor on, a run begins this much before it.
  const earlierMs = durationMs - durationMs / speed;
  return { anchorMs: Math.max(nowMs - HEAD_START_MS / speed, beginsMs + earlierMs), speed, durationMs: null };
}

function endMsOf({ anchorMs, speed }: LivedRun, durationMs: number): number {
  return anchorMs + durationMs / speed;
}
