import type { ActivityMetrics, MetricName } from '../../schemas/activity-metrics.ts';
import type { Versions } from './activity-history.ts';
import { type MetricChange, metricChanges } from './metric-changes.ts';

export interface ComparedActivity {
  readonly athlete: string;
  readonly id: string;
  readonly before: { readonly metrics: ActivityMetrics | null; readonly versions: Versions };
  readonly after: { readonly metrics: ActivityMetrics | null; readonly versions: Versions };
}

export interface Example extends MetricChange {
  readonly athlete: string;
  readonly id: string;
  /** Of the algorithms that differ: `gps 1 → 2`. */
  readonly versions: readonly string[];
}

export interface MetricDifference {
  readonly metric: MetricName;
  readonly compared: number;
  readonly changed: number;
  /** Of `changed`: the value is the same, what is said of its evidence is not. */
  readonly qualityOnly: number;
  /** Of `changed`: there was no value before, or is none now. */
  readonly appeared: number;
  readonly gone: number;
  /** Of those that are numbers before and after; null without any. */
  readonly medianRelative: number | null;
  readonly largestRelative: number | null;
  /** The largest first. */
  readonly examples: readonly Example[];
}

export interface DifferenceTable {
  add(activity: ComparedActivity): void;
  /** Metrics with a change only, those that changed in most activities first. */
  rows(): MetricDifference[];
}

/** Above this many changes of a metric its median is that of a random choice among them. */
const MAX_KEPT = 10_000;

interface Tally {
  readonly kept: number[];
  measured: number;
  changed: number;
  qualityOnly: number;
  appeared: number;
  gone: number;
  largest: number;
  readonly examples: Example[];
}

/** Counts what differs, metric by metric, in bounded memory. `random` gives numbers from 0 up to 1. */
export function createDifferenceTable(
  maxExamples: number,
  { random = Math.random, maxKept = MAX_KEPT } = {},
): DifferenceTable {
  const tallies = new Map<MetricName, Tally>();
  let compared = 0;

  function count(change: MetricChange, tally: Tally): void {
    tally.changed++;
    if (change.isQualityOnly) tally.qualityOnly++;
    const isNothing = (leaf: unknown) => leaf === null || leaf === undefined;
    if (!change.isQualityOnly && change.path === '') {
      if (isNothing(change.before)) tally.appeared++;
      if (isNothing(change.after)) tally.gone++;
    }
    if (change.isQualityOnly || change.relative === null) return;
    tally.largest = Math.max(tally.largest, change.relative);
    tally.measured++;
    if (tally.kept.length < maxKept) tally.kept.push(change.relative);
    else {
      const place = Math.floor(random() * tally.measured);
      if (place < maxKept) tally.kept[place] = change.relative;
    }
  }

  return {
    add({ athlete, id, before, after }) {
      compared++;
      const versions = versionChanges(before.versions, after.versions);
      for (const change of metricChanges(before.metrics, after.metrics)) {
        const tally = tallies.get(change.metric) ?? emptyTally();
        tallies.set(change.metric, tally);
        count(change, tally);
        tally.examples.push({ ...change, athlete, id, versions });
        tally.examples.sort((a, b) => weight(b) - weight(a));
        tally.examples.length = Math.min(tally.examples.length, maxExamples);
      }
    },
    rows: () =>
      [...tallies]
        .map(([metric, { kept, measured, largest, ...rest }]) => ({
          metric,
          compared,
          ...rest,
          medianRelative: measured === 0 ? null : medianOf(kept),
          largestRelative: measured === 0 ? null : largest,
        }))
        .sort((a, b) => b.changed - a.changed || (a.metric < b.metric ? -1 : 1)),
  };
}

const emptyTally = (): Tally => ({
  kept: [],
  measured: 0,
  changed: 0,
  qualityOnly: 0,
  appeared: 0,
  gone: 0,
  largest: 0,
  examples: [],
});

/** A value that came or went says more than any share of it. */
function weight({ relative, isQualityOnly }: MetricChange): number {
  if (isQualityOnly) return -1;
  return relative ?? Number.POSITIVE_INFINITY;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function versionChanges(before: Versions, after: Versions): string[] {
  return Object.keys(after)
    .filter((name) => (before[name] ?? 0) !== after[name])
    .map((name) => `${name} ${before[name] ?? 'unknown'} → ${after[name]}`);
}
