import { MEASURES, type Trend, type Week } from '../../schemas/athlete-progress.ts';
import { daysAfter, mondayOf, weekName } from './calendar.ts';
import type { WeekRow } from './reader.ts';
import { allSums } from './sums.ts';
import { MIN_POINTS, theilSen } from './trend.ts';

/** The last `count` weeks up to the one of `today`, those without anything among them. */
export function weeksUpTo(today: string, count: number, rows: readonly WeekRow[]): Week[] {
  const byMonday = Map.groupBy(rows, ({ monday }) => monday);
  const last = mondayOf(today);
  return Array.from({ length: count }, (_, i) => {
    const start = daysAfter(last, 7 * (i + 1 - count));
    return { name: weekName(start), start, ...allSums(byMonday.get(start) ?? []) };
  });
}

/**
 * Of all measures that enough of the weeks have. The last week goes on and does not count, nor do those before
 * `firstMonday`, the athlete's first week.
 */
export function trendsOf(weeks: readonly Week[], firstMonday: string | undefined): Trend[] {
  if (firstMonday === undefined) return [];
  const whole = weeks.map((week, x) => ({ ...week, x })).slice(0, -1);
  const counted = whole.filter(({ start }) => start >= firstMonday);
  return MEASURES.flatMap((measure): Trend[] => {
    const points = counted.flatMap(({ x, all }) => (all[measure] === null ? [] : [{ x, y: all[measure] }]));
    if (points.length < MIN_POINTS) return [];
    const { slope, ...rest } = theilSen(points);
    return [{ measure, perWeek: slope, ...rest, weeks: points.length }];
  });
}
