import { Temporal } from 'temporal-polyfill';
import type { Span, SpanUnit } from '../../schemas/athlete-progress.ts';

/**
 * Days, ISO 8601 weeks, months and years of a time zone. Besides quiet hours nothing else imports the library that
 * knows them. Days are written YYYY-MM-DD; a time zone is one that {@link isTimeZone} takes, else RangeError is thrown.
 */

/** Names of the IANA database. Offsets as `+01:00` are no zones: nobody's summer and winter differ by the same. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

export function dayAt(atMs: number, timeZone: string): string {
  return zoned(atMs, timeZone).toPlainDate().toString();
}

export function daysAfter(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

/** Zones whose clock is remembered; there are some 600 names of them, in small letters and in capital ones. */
const MAX_CLOCKS = 1_000;
const clocks = new Map<string, Intl.DateTimeFormat>();

/** Writes what the clock of a zone shows as Swedes do, which is ISO 8601 but for a blank: YYYY-MM-DD hh:mm:ss. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const two = '2-digit';
  const clock = new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone, calendar: 'iso8601', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: two, day: two, hour: two, minute: two, second: two },
  });
  if (clocks.size >= MAX_CLOCKS) clocks.clear();
  clocks.set(timeZone, clock);
  return clock;
}

/**
 * What the clock on the wall shows, YYYY-MM-DDThh:mm:ss, of a moment in the years 1000 to 9999. Without the library,
 * which takes 9 µs for each workout that is shown.
 */
export function wallTimeAt(atMs: number, timeZone: string): string {
  return clockOf(timeZone).format(atMs).replace(' ', 'T');
}

/**
 * When the clock on the wall showed a time, YYYY-MM-DDThh:mm or with seconds; of one that it showed twice, the first.
 * Null for a day that there is not, and for a time that a change of the clock left out.
 */
export function momentOf(wallTime: string, timeZone: string): number | null {
  try {
    const shown = Temporal.PlainDateTime.from(wallTime, { overflow: 'reject' });
    const moment = shown.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
    return moment.toPlainDateTime().equals(shown) ? moment.epochMilliseconds : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * Negative when `to` is the earlier one. Counted without the library, as {@link mondayOf} is: it takes 8 µs for a day,
 * and ten years have thousands.
 */
export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from);
}

export function mondayOf(day: string): string {
  const days = dayNumber(day);
  return new Date((days - modulo(days + DAYS_FROM_MONDAY, 7)) * DAY_MS).toISOString().slice(0, 10);
}

const DAY_MS = 86_400_000;
/** The first day of the epoch was a Thursday. */
const DAYS_FROM_MONDAY = 3;

/** Days since 1 January 1970; a date alone is read as midnight in UTC, where every day is as long. */
const dayNumber = (day: string) => Date.parse(day) / DAY_MS;
const modulo = (value: number, by: number) => ((value % by) + by) % by;

/** `2026-W53`: the year is that of the week's Thursday. */
export function weekName(day: string): string {
  return nameOf('week', Temporal.PlainDate.from(day));
}

/** How far back a span lies that is compared with. */
const BEFORE = { week: { weeks: 1 }, month: { months: 1 }, year: { years: 1 } } as const;
/**
 * The week 52 weeks ago has the same days of the week, at most two days off the same date, and is always there: a week
 * 53 has no namesake in most years.
 */
const YEAR_BEFORE = { week: { weeks: 52 }, month: { years: 1 }, year: null } as const;

export interface ComparedSpans {
  readonly unit: SpanUnit;
  readonly current: Span;
  readonly last: Span;
  readonly yearAgo: Span | null;
}

/** The span that a moment is in, and those that it is compared with, each up to the same point of it. */
export function comparedSpans(unit: SpanUnit, nowMs: number, timeZone: string): ComparedSpans {
  const now = zoned(nowMs, timeZone);
  const yearBefore = YEAR_BEFORE[unit];
  return {
    unit,
    current: { ...spanFrom(unit, firstDay(unit, now.toPlainDate()), timeZone), untilMs: nowMs },
    last: spanBefore(unit, now, BEFORE[unit]),
    yearAgo: yearBefore === null ? null : spanBefore(unit, now, yearBefore),
  };
}

/** The span that a moment is in, and those before it, `count` in all, the newest first; each is compared as a whole. */
export function spansBackFrom(unit: SpanUnit, nowMs: number, timeZone: string, count: number): Span[] {
  const first = firstDay(unit, zoned(nowMs, timeZone).toPlainDate());
  return Array.from({ length: count }, (_, back) => {
    const span = spanFrom(unit, first.subtract({ [`${unit}s`]: back }), timeZone);
    return { ...span, untilMs: span.endMs };
  });
}

type Back = { readonly weeks: number } | { readonly months: number } | { readonly years: number };

/**
 * The same point is the same day of the week, month or year at the same time by the clock. A day that is not there, as
 * the 30th of February, is past: all before it counts. A time that a change of the clock left out is that much later.
 */
function spanBefore(unit: SpanUnit, now: Temporal.ZonedDateTime, back: Back): Span {
  const today = now.toPlainDate();
  const { timeZoneId: timeZone } = now;
  const span = spanFrom(unit, firstDay(unit, today).subtract(back), timeZone);
  const same = today.subtract(back);
  const isThere = unit === 'week' || same.day === today.day;
  const point = isThere
    ? same.toZonedDateTime({ timeZone, plainTime: now.toPlainTime() })
    : same.add({ days: 1 }).toZonedDateTime(timeZone);
  return { ...span, untilMs: Math.min(point.epochMilliseconds, span.endMs) };
}

function spanFrom(unit: SpanUnit, first: Temporal.PlainDate, timeZone: string): Omit<Span, 'untilMs'> {
  const startMs = (day: Temporal.PlainDate) => day.toZonedDateTime(timeZone).epochMilliseconds;
  return { name: nameOf(unit, first), fromMs: startMs(first), endMs: startMs(first.add(BEFORE[unit])) };
}

function firstDay(unit: SpanUnit, day: Temporal.PlainDate): Temporal.PlainDate {
  if (unit === 'week') return day.subtract({ days: day.dayOfWeek - 1 });
  return day.with(unit === 'month' ? { day: 1 } : { month: 1, day: 1 });
}

function nameOf(unit: SpanUnit, day: Temporal.PlainDate): string {
  if (unit === 'week') return `${day.yearOfWeek}-W${String(day.weekOfYear).padStart(2, '0')}`;
  return day.toString().slice(0, unit === 'month' ? 7 : 4);
}

function zoned(atMs: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
}
