import type { ShownRow } from './race-answers.ts';

/** How much a dot stands out: 2 for who is followed or whose panel is open, 1 for the first, 0 for the rest. */
export function weightOf({ bib, rank }: ShownRow, marked: readonly string[]): 0 | 1 | 2 {
  if (marked.includes(bib)) return 2;
  return rank === 1 ? 1 : 0;
}
