import type { ActivityMetrics, MetricName } from '../../schemas/activity-metrics.ts';

export type Leaf = number | string | boolean | null;

/** How one metric of one activity differs between two computations. */
export interface MetricChange {
  readonly metric: MetricName;
  /** Where its largest change is: '' for a plain number, `1 km.elapsedS` in a list of efforts. */
  readonly path: string;
  /** Undefined where there was, or is, nothing. */
  readonly before: Leaf | undefined;
  readonly after: Leaf | undefined;
  /** 0.01 is one per cent; null when one of the two is no number, 0 when only quality differs. */
  readonly relative: number | null;
  readonly isQualityOnly: boolean;
}

/** Sums in another order differ by less than this; it is no change. */
const SAME_RELATIVE = 1e-9;

/** The metrics that differ, in the order of their names in `after`. */
export function metricChanges(before: ActivityMetrics | null, after: ActivityMetrics | null): MetricChange[] {
  const names = Object.keys({ ...before, ...after }) as MetricName[];
  return names.flatMap((metric): MetricChange[] => {
    const [old, now] = [before?.[metric], after?.[metric]];
    const change = largestChange(leavesOf(old?.value), leavesOf(now?.value));
    if (change !== null) return [{ metric, ...change, isQualityOnly: false }];
    const quality = largestChange(leavesOf(old?.quality), leavesOf(now?.quality));
    return quality === null ? [] : [{ metric, ...quality, relative: 0, isQualityOnly: true }];
  });
}

type Change = Omit<MetricChange, 'metric' | 'isQualityOnly'>;

function largestChange(before: ReadonlyMap<string, Leaf>, after: ReadonlyMap<string, Leaf>): Change | null {
  let largest: Change | null = null;
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(path), after.get(path)];
    const relative = relativeChange(old, now);
    if (relative !== null && relative <= SAME_RELATIVE) continue;
    const isLarger = largest === null || (relative ?? 0) > (largest.relative ?? 0);
    if (isLarger) largest = { path, before: old, after: now, relative };
  }
  return largest;
}

/** 0 for the same; null for what differs and is not two numbers. */
function relativeChange(before: Leaf | undefined, after: Leaf | undefined): number | null {
  if (before === after) return 0;
  if (typeof before !== 'number' || typeof after !== 'number') return null;
  return Math.abs(after - before) / Math.max(Math.abs(before), Math.abs(after));
}

/**
 * Numbers and words in a value, each under its path. What has a name or a duration is found under it, so that a longer
 * list does not shift the rest.
 */
function leavesOf(value: unknown, path = '', found = new Map<string, Leaf>()): Map<string, Leaf> {
  if (value === undefined) return found;
  if (value === null || typeof value !== 'object') return found.set(path, value as Leaf);
  for (const [key, inner] of Object.entries(value)) {
    const { name, durationS } = (inner ?? {}) as { name?: string; durationS?: number };
    const step = Array.isArray(value) ? (name ?? (durationS === undefined ? key : `${durationS} s`)) : key;
    leavesOf(inner, path === '' ? step : `${path}.${step}`, found);
  }
  return found;
}
