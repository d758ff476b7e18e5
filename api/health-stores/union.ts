/** That a source measured something for some time. */
export interface SourceInterval {
  readonly source: string;
  /** Of the source, 0 the best: `schemas/source-ranks.ts`. */
  readonly rank: number;
  readonly startMs: number;
  /** After the start. */
  readonly endMs: number;
  /** Spread evenly over the interval; null where nothing adds up. */
  readonly amount: number | null;
}

/** A stretch of time in which one source was taken. */
export interface TakenSpan {
  readonly startMs: number;
  readonly endMs: number;
  readonly source: string;
  readonly amount: number | null;
  /** Other sources that measured it too, and were not taken; sorted. */
  readonly over: string[];
}

/**
 * The union of intervals of several sources, by one rule: of those that cover a moment, the best-ranked source is
 * taken; of its own, the shortest interval, which says most exactly when; then the one that began later. No moment is
 * counted twice, none that any source has is lost, and the order in which they come makes no difference. An interval of
 * which only a part is taken gives that part of its amount. n intervals cost n log n and what overlaps.
 */
export function unionOf(intervals: readonly SourceInterval[]): TakenSpan[] {
  const sorted = intervals.toSorted(byBetter);
  const edges = sorted
    .flatMap(({ startMs, endMs }, place) => [
      { atMs: startMs, place, opens: true },
      { atMs: endMs, place, opens: false },
    ])
    .sort((a, b) => a.atMs - b.atMs);
  const open = new Set<number>();
  const pieces: Piece[] = [];
  for (let i = 0; i < edges.length; ) {
    const { atMs } = edges[i];
    for (; i < edges.length && edges[i].atMs === atMs; i++) {
      if (edges[i].opens) open.add(edges[i].place);
      else open.delete(edges[i].place);
    }
    if (open.size === 0) continue;
    // Of intervals that are open at once there are few: as many as sources, more or less.
    const places = [...open];
    const best = Math.min(...places);
    const { source } = sorted[best];
    const others = new Set(places.map((place) => sorted[place].source).filter((one) => one !== source));
    append(pieces, { interval: sorted[best], startMs: atMs, endMs: edges[i].atMs, over: [...others].sort() });
  }
  return joined(pieces);
}

/** Places in this order are the places in the rule. The last ones only make it the same in every order of arrival. */
function byBetter(a: SourceInterval, b: SourceInterval): number {
  return (
    a.rank - b.rank ||
    compare(a.source, b.source) ||
    a.endMs - a.startMs - (b.endMs - b.startMs) ||
    b.startMs - a.startMs ||
    (a.amount ?? 0) - (b.amount ?? 0)
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

interface Piece {
  readonly interval: SourceInterval;
  readonly startMs: number;
  endMs: number;
  readonly over: string[];
}

const isSameOver = (a: readonly string[], b: readonly string[]) => a.join('\0') === b.join('\0');

function append(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1);
  if (last?.endMs === piece.startMs && last.interval === piece.interval && isSameOver(last.over, piece.over)) {
    last.endMs = piece.endMs;
  } else pieces.push(piece);
}

/** Pieces of one source that follow each other without a gap are told as one span. */
function joined(pieces: readonly Piece[]): TakenSpan[] {
  const spans: { startMs: number; endMs: number; source: string; amount: number | null; over: string[] }[] = [];
  for (const { interval, startMs, endMs, over } of pieces) {
    const { source } = interval;
    const share = (endMs - startMs) / (interval.endMs - interval.startMs);
    const amount = interval.amount === null ? null : interval.amount * share;
    const last = spans.at(-1);
    if (last?.endMs === startMs && last.source === source && isSameOver(last.over, over)) {
      last.endMs = endMs;
      last.amount = last.amount === null || amount === null ? (last.amount ?? amount) : last.amount + amount;
    } else spans.push({ startMs, endMs, source, amount, over });
  }
  return spans;
}
