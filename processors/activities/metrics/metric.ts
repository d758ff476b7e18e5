import type { Absence, Metric, Quality } from '../../../schemas/activity-metrics.ts';

export function given<T>(value: T, quality: Quality): Metric<T> {
  return { value, quality };
}

/** A value, or the reason why there is none: never 0 in its place. */
export function maybe<T>(value: T | null, absent: Absence, quality: Quality): Metric<T> {
  return value === null ? { value: null, absent, quality } : { value, quality };
}
