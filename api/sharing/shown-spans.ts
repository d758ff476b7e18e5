import type { Place } from './great-circle.ts';
import { metresOutside, type Shield } from './shields.ts';

/** Ms since the epoch: `fromMs` is in it, `untilMs` is not. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Half a position is NaN in the other half: it may be anywhere. */
export interface Fix extends Place {
  readonly atMs: number;
}

export interface Shown {
  readonly spans: readonly Span[];
  /** Whether anything is held back: the whole's own numbers would tell of it, how long it was, and so how far. */
  readonly isCut: boolean;
}

/** Who was not seen for longer may have been anywhere, within a zone too. */
const MAX_UNSEEN_MS = 30_000;
/** Nobody comes further in that time. */
const NEAR_M = 1_000;

/**
 * When what was measured may be shown, by all positions that any device measured, in order of time: an instant is shown
 * that lies between two positions which are both outside of every shield and at most half a minute apart. So nothing is
 * shown of the time before the first position and after the last one, either. Without shields, and where nobody
 * measured a position, all of it is.
 */
export function shownSpans(fixes: Iterable<Fix>, shields: readonly Shield[], whole: Span): Shown {
  if (shields.length === 0) return { spans: [whole], isCut: false };
  const spans: Span[] = [];
  let hasFix = false;
  let isNear = false;
  let open: { fromMs: number; untilMs: number } | null = null;
  for (const { atMs, awayM } of instants(fixes, shields)) {
    hasFix = true;
    // What is no distance is within.
    isNear ||= !(awayM > NEAR_M);
    if (!(awayM > 0)) open = null;
    else if (open !== null && atMs - open.untilMs < MAX_UNSEEN_MS) open.untilMs = atMs + 1;
    else {
      open = { fromMs: atMs, untilMs: atMs + 1 };
      spans.push(open);
    }
  }
  if (!hasFix) return { spans: [whole], isCut: false };
  const unseenMs = whole.untilMs - whole.fromMs - spans.reduce((sum, one) => sum + one.untilMs - one.fromMs, 0);
  return { spans, isCut: isNear || unseenMs > MAX_UNSEEN_MS };
}

/** How far outside of the nearest shield each instant was; of several positions at once the nearest counts. */
function* instants(fixes: Iterable<Fix>, shields: readonly Shield[]): Generator<{ atMs: number; awayM: number }> {
  let now = null as { atMs: number; awayM: number } | null;
  for (const fix of fixes) {
    const awayM = metresOutside(fix, shields);
    if (now?.atMs === fix.atMs) now.awayM = Math.min(now.awayM, awayM);
    else {
      if (now !== null) yield now;
      now = { atMs: fix.atMs, awayM };
    }
  }
  if (now !== null) yield now;
}

/** The span that a moment is in, of spans in order of time. */
export function spanAt(spans: readonly Span[], atMs: number): Span | undefined {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spans[middle].untilMs <= atMs) low = middle + 1;
    else high = middle;
  }
  return low < spans.length && spans[low].fromMs <= atMs ? spans[low] : undefined;
}
