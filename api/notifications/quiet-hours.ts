import { Temporal } from 'temporal-polyfill';

/** Hours of each day, by the clock of a time zone, in which nobody is to be disturbed: `22:00` to `07:00`. */
export interface QuietHours {
  /** HH:MM; another than `to`. */
  readonly from: string;
  /** HH:MM; where it is the earlier one, of the day after. */
  readonly to: string;
  /** Of the IANA database. */
  readonly timeZone: string;
}

/**
 * When the quiet hours end that a moment is in, or null where it is in none. They begin and end at moments: an hour
 * that comes twice belongs to them once, and a time that a change of the clock leaves out is that much later.
 */
export function quietUntilMs({ from, to, timeZone }: QuietHours, nowMs: number): number | null {
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timeZone).toPlainDate();
  const at = (day: Temporal.PlainDate, time: string) =>
    day.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds;
  for (const day of [today.subtract({ days: 1 }), today]) {
    const endMs = at(from < to ? day : day.add({ days: 1 }), to);
    if (at(day, from) <= nowMs && nowMs < endMs) return endMs;
  }
  return null;
}
