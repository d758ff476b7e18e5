import type { ProductEvent } from './events.ts';

/** Of everybody who signed up in a span of weeks, how many came how far; each number is part of the one before. */
export interface FunnelCounts {
  readonly signedUp: number;
  readonly verified: number;
  readonly firstWorkout: number;
  /** Logged in {@link REGULAR_WEEKS} of {@link REGULAR_SPAN_WEEKS} weeks in a row, at some time. */
  readonly everRegular: number;
}

/** Whether people log regularly now. */
export interface RegularCounts {
  /** Who confirmed their address and signed up before the weeks that are looked at. */
  readonly of: number;
  readonly regular: number;
}

export interface RetentionCell {
  /** The week in which they signed up. */
  readonly cohort: number;
  /** Weeks since; null for all of the cohort. */
  readonly after: number | null;
  readonly people: number;
}

export interface ActiveDay {
  readonly day: number;
  /** Different people on the day, in the 7 and in the 30 days that end with it. */
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

/** Regular is who logged a workout in three of four weeks. */
export const REGULAR_WEEKS = 3;
export const REGULAR_SPAN_WEEKS = 4;
export const WEEK_DAYS = 7;
export const MONTH_DAYS = 30;

/** What retention may look at: that somebody was here or logged, or logged. */
export const RETENTION_OF = ['active', 'logging'] as const;
export type RetentionOf = (typeof RETENTION_OF)[number];

/**
 * Where events are kept and counted. Weeks and days are numbers (api/product/events.ts). An event that was written
 * twice counts once; people of whom it is not known when they signed up count in {@link ActiveDay} alone. All throw
 * StoreUnavailableError.
 */
export interface ProductStore {
  write(event: ProductEvent): Promise<void>;
  /** Resolves when nothing of the person is there any more. */
  forget(person: string): Promise<void>;
  /** Of who signed up in the weeks `from` to `until`, both included. */
  funnel(weeks: { from: number; until: number }): Promise<FunnelCounts>;
  /** In the four weeks before `week`, of who signed up before those. */
  regular(week: number): Promise<RegularCounts>;
  /** Cohorts `from` to `until`, in weeks before `until`. Cells in which nobody was are left out. */
  retention(asked: { from: number; until: number; of: RetentionOf }): Promise<readonly RetentionCell[]>;
  /** Days `from` to `until`, both included; days without anybody in their month are left out. */
  activeDays(days: { from: number; until: number }): Promise<readonly ActiveDay[]>;
}

export const compareCells = (a: RetentionCell, b: RetentionCell) =>
  a.cohort - b.cohort || (a.after ?? -1) - (b.after ?? -1);
