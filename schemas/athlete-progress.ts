import type { Sport } from './events.ts';
import type { RecordKind } from './record.ts';

/** What an athlete's progress looks like to whoever asks. Days and months are those of a time zone. */

/** Over some activities; what none of them measured is null, and over no activities 0. */
export interface Sums {
  readonly activities: number;
  readonly distanceM: number | null;
  readonly movingS: number | null;
  readonly elevationGainM: number | null;
  /** The best measure that each activity has: power, pace or heart rate. */
  readonly trainingLoad: number | null;
}

export interface SportSums extends Sums {
  readonly sport: Sport;
}

export interface AllSums {
  readonly all: Sums;
  /** Most activities first. */
  readonly bySport: readonly SportSums[];
}

export const MEASURES = ['activities', 'distanceM', 'movingS', 'elevationGainM', 'trainingLoad'] as const;
export type Measure = (typeof MEASURES)[number];

export const SPAN_UNITS = ['week', 'month', 'year'] as const;
export type SpanUnit = (typeof SPAN_UNITS)[number];

/** A week, month or year, up to a point of it. Activities count where they begin. */
export interface Span {
  /** `2026-W49`, `2026-11`, `2026`. */
  readonly name: string;
  readonly fromMs: number;
  /** The point: what began at or after it is no part of the comparison. */
  readonly untilMs: number;
  /** Where the whole of it ends. */
  readonly endMs: number;
}

export interface SpanSums extends Span {
  readonly toPoint: AllSums;
  /** Of all of it, which for the current one is as much as there is. */
  readonly whole: AllSums;
}

export interface Comparison {
  readonly unit: SpanUnit;
  readonly current: SpanSums;
  readonly last: SpanSums;
  /** Null for a year: that is the last one. */
  readonly yearAgo: SpanSums | null;
}

export interface Comparisons {
  readonly timeZone: string;
  readonly comparisons: readonly Comparison[];
}

export interface Week extends AllSums {
  readonly name: string;
  /** Its Monday, YYYY-MM-DD. */
  readonly start: string;
}

/** What a measure changes by in a week, with its 95 % interval. */
export interface Trend {
  readonly measure: Measure;
  readonly perWeek: number;
  readonly low: number;
  readonly high: number;
  /** Weeks that it rests on. */
  readonly weeks: number;
  /** `unclear` when the interval holds 0. */
  readonly direction: 'rising' | 'falling' | 'unclear';
}

export interface Weeks {
  readonly timeZone: string;
  /** The oldest first; the last one goes on. */
  readonly weeks: readonly Week[];
  /** Of those measures that enough weeks have. */
  readonly trends: readonly Trend[];
}

/** Columns by day. */
export interface FormSeries {
  readonly timeZone: string;
  /** The first day, YYYY-MM-DD; null when there is none. */
  readonly start: string | null;
  readonly load: readonly number[];
  readonly fitness: readonly number[];
  readonly fatigue: readonly number[];
  readonly form: readonly number[];
  /** On those days, activities whose load nothing tells: they count as rest. */
  readonly activitiesWithoutLoad: number;
}

export interface Streak {
  /** Days, or weeks. */
  readonly length: number;
  /** The first and the last day of it, YYYY-MM-DD; of weeks their Mondays. */
  readonly from: string;
  readonly to: string;
}

export interface StreakPair {
  /** Up to now: today, or this week, may still come. Null when there is none. */
  readonly current: Streak | null;
  /** Of equal ones the newest. */
  readonly longest: Streak | null;
}

export interface Streaks {
  readonly timeZone: string;
  readonly days: StreakPair;
  readonly weeks: StreakPair;
}

export interface Longest {
  readonly activity: string;
  readonly sport: Sport;
  readonly value: number;
}

export interface Year extends AllSums {
  readonly year: number;
  /** Days on which something began. */
  readonly activeDays: number;
  /** All twelve, from January. */
  readonly months: readonly Sums[];
  /** m, and s of moving. */
  readonly longestDistance: Longest | null;
  readonly longestMoving: Longest | null;
}

export interface Years {
  readonly timeZone: string;
  /** The newest first. */
  readonly years: readonly Year[];
}

/** An effort that was better than all before it. */
export interface RecordStep {
  readonly value: number;
  readonly activity: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Share of its seconds that was filled in; null when that was not kept. */
  readonly interpolated: number | null;
}

export interface RecordProgress {
  readonly sport: Sport;
  readonly kind: RecordKind;
  readonly name: string;
  readonly unit: 's' | 'W' | 'm';
  /** The newest first: that is the record. */
  readonly steps: readonly RecordStep[];
  /** False when there were older steps than those. */
  readonly isWhole: boolean;
}

export interface RecordsProgress {
  /** By sport, kind and name. */
  readonly records: readonly RecordProgress[];
}
