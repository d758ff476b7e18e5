import type { Mark } from '../crossings.ts';

/** What crossings of one athlete rest on. */
export interface Followed {
  readonly marks: readonly Mark[];
  readonly courseKey: string;
  readonly gunTimeMs: number;
}

/** What positions say of one athlete so far. */
export interface SeenSoFar {
  /** The farthest that is known; NaN when nothing is. */
  readonly reachedM: number;
  /** When the mark of what was followed before was crossed; null when it was not. */
  crossedMs(mark: Mark): number | null;
}

/** Whoever is less than this behind a mark may have crossed it: nobody knows a place better on a bad day. */
const NEAR_M = 500;

/** The mark that both races have in the same place, if there is one. */
export function sameMark(marks: readonly Mark[], { checkpoint, pass, positionM, isStart }: Mark): Mark | null {
  const isSame = (one: Mark) =>
    one.checkpoint === checkpoint && one.pass === pass && one.positionM === positionM && one.isStart === isStart;
  return marks.find(isSame) ?? null;
}

/**
 * Which marks of a race as it is now have to be looked for in stored samples, because an athlete may have been there
 * before anybody knew of them: those that are new or elsewhere, and with another gun the start, what was crossed before
 * it, and what was not. What lies ahead of the athlete is found when they come to it. Indexes of `now.marks`.
 */
export function marksToFind(before: Followed, now: Followed, { reachedM, crossedMs }: SeenSoFar): number[] {
  if (Number.isNaN(reachedM)) return [];
  const isSameCourse = before.courseKey === now.courseKey;
  const isSameGun = before.gunTimeMs === now.gunTimeMs;
  const guns = Math.max(before.gunTimeMs, now.gunTimeMs);
  const isSure = (mark: Mark) => {
    const known = isSameCourse ? sameMark(before.marks, mark) : null;
    if (known === null) return false;
    if (isSameGun) return true;
    const timeMs = crossedMs(known);
    return !mark.isStart && timeMs !== null && timeMs > guns;
  };
  return [...now.marks.keys()].filter((n) => {
    const mark = now.marks[n];
    // On another course nobody knows yet where somebody is.
    return (!isSameCourse || mark.positionM <= reachedM + NEAR_M) && !isSure(mark);
  });
}
