import { count } from '../../words.ts';

/** A reason for each store that does not hold every acknowledged sample exactly once. */
export function wrongDistinct(distinct: Readonly<Record<string, number>>, acknowledged: number): string[] {
  return Object.entries(distinct)
    .filter(([, rows]) => rows !== acknowledged)
    .map(([store, rows]) => `${count(acknowledged)} samples were acknowledged, ${store} holds ${count(rows)}`);
}
