import type { SeriesBuilder } from '../../../files/series.ts';
import { Problem } from '../../problem.ts';
import type { SampleRow } from '../../samples/reader.ts';

/** A stored row and the place of its source among the athlete's, 0 the best. */
export interface RankedRow extends SampleRow {
  readonly rank: number;
}

/** Rows of one second: more is no activity of a person. */
const MAX_ROWS_IN_SECOND = 10_000;

/**
 * Folds rows of all devices, in order of time, into one series, as metrics see them: in each second and channel the
 * best-ranked source that has a value wins, with all that it measured in that second. What several sources measured in
 * the same millisecond becomes one sample. Throws the problem `too_large_to_export` when there are more than
 * `maxSamples`.
 */
export async function mergeSources(
  rows: AsyncIterable<RankedRow>,
  into: SeriesBuilder,
  maxSamples: number,
): Promise<void> {
  let second: RankedRow[] = [];
  let atS = Number.NaN;
  for await (const row of rows) {
    const rowS = Math.floor(row.tsMs / 1000);
    if (rowS !== atS) takeSecond(second, into);
    if (rowS !== atS) second = [];
    atS = rowS;
    const isTooLarge = second.length >= MAX_ROWS_IN_SECOND || into.count > maxSamples;
    if (isTooLarge) throw new Problem('too_large_to_export', { detail: `more than ${maxSamples} samples` });
    second.push(row);
  }
  takeSecond(second, into);
}

function takeSecond(rows: RankedRow[], into: SeriesBuilder): void {
  if (rows.length === 0) return;
  const best = rows[0].values.map(() => Number.POSITIVE_INFINITY);
  for (const { rank, values } of rows) {
    for (let c = 0; c < best.length; c++) if (values[c] !== null && rank < best[c]) best[c] = rank;
  }
  // Of one key sent under two boots the later one counts, as for roll-ups.
  rows.sort((a, b) => a.tsMs - b.tsMs || (a.boot < b.boot ? 1 : -1));
  let atMs = Number.NaN;
  for (const { tsMs, rank, values } of rows) {
    for (let c = 0; c < best.length; c++) {
      const value = values[c];
      if (value === null || rank !== best[c]) continue;
      if (tsMs !== atMs && !into.begin(tsMs)) return;
      atMs = tsMs;
      into.set(c, value);
    }
  }
}
