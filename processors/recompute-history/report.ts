import type { Example, MetricDifference } from './difference-table.ts';
import type { Leaf } from './metric-changes.ts';
import type { HistoryCounts } from './recompute-history.ts';

const HEADINGS = ['metric', 'changed', 'of', 'quality only', 'appeared', 'gone', 'median', 'largest'];

/** What changes, for people: a line for each metric that does, under it the largest examples. */
export function differencesText(rows: readonly MetricDifference[]): string {
  if (rows.length === 0) return 'no metric of any activity changes';
  const cells = rows.map((row) =>
    [
      row.metric,
      ...[row.changed, row.compared, row.qualityOnly, row.appeared, row.gone].map(String),
      percent(row.medianRelative),
      percent(row.largestRelative),
    ].map(String),
  );
  const widths = HEADINGS.map((heading, i) => Math.max(heading.length, ...cells.map((row) => row[i].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return [
    line(HEADINGS),
    ...rows.flatMap((row, i) => [line(cells[i]), ...row.examples.map((example) => `    ${exampleText(example)}`)]),
  ].join('\n');
}

export function countsText(
  { looked, computed, added, withdrawn, goingOn, withoutSamples }: HistoryCounts,
  isApplied: boolean,
): string {
  const done = isApplied ? 'computed again' : 'would be computed again';
  const parts = [
    `${looked} activities of an older version: ${computed} ${done}`,
    ...(added > 0 ? [`${added} new`] : []),
    ...(withdrawn > 0 ? [`${withdrawn} withdrawn`] : []),
    ...(goingOn > 0 ? [`${goingOn} go on and are computed when they end`] : []),
    ...(withoutSamples > 0 ? [`${withoutSamples} left alone, because no samples are stored there`] : []),
  ];
  return parts.join(', ');
}

function exampleText({ athlete, id, path, before, after, versions, isQualityOnly }: Example): string {
  const where = [isQualityOnly ? 'quality' : '', path].filter((part) => part !== '').join('.');
  const what = `${where === '' ? '' : `${where} `}${leafText(before)} → ${leafText(after)}`;
  return `${athlete} ${id}: ${what} (${versions.join(', ')})`;
}

function leafText(leaf: Leaf | undefined): string {
  if (leaf === null || leaf === undefined) return 'nothing';
  return typeof leaf === 'number' ? String(Number(leaf.toPrecision(9))) : String(leaf);
}

function percent(relative: number | null): string {
  return relative === null ? '' : `${Number((100 * relative).toPrecision(3))} %`;
}
