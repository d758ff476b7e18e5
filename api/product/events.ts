/** Everything that is counted of people who agreed to it. */
export const PRODUCT_KINDS = ['signed_up', 'verified', 'device_paired', 'workout_logged', 'day_active'] as const;
export type ProductKind = (typeof PRODUCT_KINDS)[number];

/** How a workout came: entered by hand, sent by a device, or from a file. */
export const WAYS = ['hand', 'stream', 'import'] as const;
export type Way = (typeof WAYS)[number];

/** One thing that somebody did, as ClickHouse has it. A repeat of the same `event` of the same person is the same. */
export interface ProductEvent {
  /** A random UUID beside the account, another one each time that somebody agrees. */
  readonly person: string;
  /** The kind, and a digest of what it is about: `workout_logged:4f…`. */
  readonly event: string;
  readonly kind: ProductKind;
  /** Of a workout; else null. */
  readonly way: Way | null;
  readonly atMs: number;
}

const DAY_MS = 86_400_000;

/** Days and weeks are those of UTC: of a time zone nothing is counted. Day 0 is 1 January 1970. */
export const dayNumber = (ms: number) => Math.floor(ms / DAY_MS);
/** Weeks begin on Monday; 1 January 1970 was a Thursday. */
export const weekNumber = (ms: number) => Math.floor((dayNumber(ms) + 3) / 7);
/** As 2026-06-08. */
export const dayText = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);
/** Monday of a week. */
export const mondayText = (week: number) => dayText(week * 7 - 3);
