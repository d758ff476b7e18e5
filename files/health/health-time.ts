import { timeOf } from '../xml/xml-values.ts';

const HAS_ZONE = /([Zz]|[+-]\d{2}:?\d{2})\s*$/;

/**
 * ms since the epoch of a date of a health store: RFC 3339, or as Apple's export has it, `2026-11-30 10:00:00 +0300`.
 * One that says no offset is by the clock on the wall of `timeZone`, HealthKit's `HKTimeZone`; NaN where that is not
 * known either, and for what is no date.
 */
export function healthTime(text: string, timeZone?: string): number {
  if (HAS_ZONE.test(text)) return timeOf(text);
  const wallMs = timeOf(`${text}Z`);
  if (Number.isNaN(wallMs) || timeZone === undefined) return Number.NaN;
  const clock = clockOf(timeZone);
  if (clock === null) return Number.NaN;
  // Twice, because the first guess may lie on the other side of a change of the clock.
  let atMs = wallMs;
  for (let i = 0; i < 2; i++) atMs = wallMs - offsetMs(clock, atMs);
  return atMs;
}

/** Null for what is no zone of the IANA database. */
function clockOf(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function offsetMs(clock: Intl.DateTimeFormat, atMs: number): number {
  const parts = Object.fromEntries(clock.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const { year, month, day, hour, minute, second } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
}

export const isTimeZoneName = (name: string): boolean => clockOf(name) !== null;
