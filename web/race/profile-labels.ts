/** A place of the course with words at it. */
export interface Labelled {
  readonly id: string;
  readonly text: string;
  /** From 0 at the left edge to 1 at the right one. */
  readonly share: number;
}

/** Of a label's font, at most on average; between two labels is room for a letter. */
const LETTER_PX = 7;

/** Near the edges labels lie inside. */
export function anchorOf(share: number): 'start' | 'middle' | 'end' {
  if (share < 0.1) return 'start';
  return share > 0.9 ? 'end' : 'middle';
}

/** Left and right edge, px. */
export function spanOf({ text, share }: Labelled, widthPx: number): [fromPx: number, untilPx: number] {
  const [atPx, ownPx] = [share * widthPx, text.length * LETTER_PX];
  const before = { start: 0, middle: 0.5, end: 1 }[anchorOf(share)];
  return [atPx - before * ownPx, atPx + (1 - before) * ownPx];
}

/**
 * The ids of labels that stand beside each other without touching: the last one, which is mostly the finish, then each
 * in the order of the course that has room. On a narrow screen, or with many laps, that is not all of them.
 */
export function labelsWithRoom(all: readonly Labelled[], widthPx: number): ReadonlySet<string> {
  const taken: [number, number][] = [];
  const shown = new Set<string>();
  for (const one of [...all.slice(-1), ...all.slice(0, -1)]) {
    const [from, until] = spanOf(one, widthPx);
    if (taken.some(([start, end]) => from < end + LETTER_PX && until > start - LETTER_PX)) continue;
    taken.push([from, until]);
    shown.add(one.id);
  }
  return shown;
}
