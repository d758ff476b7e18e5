import type { Comparison, Streaks, Sums } from '../../schemas/athlete-progress.ts';
import type { CountedActivity } from './memory-reader.ts';

/**
 * The same progress found another way, for tests: by what the clock on the athlete's wall shows when each activity
 * begins, digit by digit, without any arithmetic on moments. Where the clock shows the same time twice it cannot tell.
 */

const DAY_MS = 86_400_000;

/** By time zone; they are dear to make. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** YYYY-MM-DDThh:mm:ss on the wall. */
export function wallClock(atMs: number, timeZone: string): string {
  const format = { timeZone, dateStyle: 'short', timeStyle: 'medium' } as const;
  const clock = clocks.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', format);
  clocks.set(timeZone, clock);
  return clock.format(atMs).replace(' ', 'T');
}

/** Whether clocks were changed within some hours of a moment. */
export function isNearChange(atMs: number, timeZone: string): boolean {
  const read = (ms: number) => Date.parse(`${wallClock(ms, timeZone)}Z`);
  return read(atMs + 3 * 3_600_000) - read(atMs - 27 * 3_600_000) !== 30 * 3_600_000;
}

/** Days since 1970 of a day that may not exist, as the 31st of June: then those of the last one of its month. */
const dayNumber = (day: string) => Date.parse(`${day}T00:00:00Z`) / DAY_MS;
const dayName = (number: number) => new Date(number * DAY_MS).toISOString().slice(0, 10);
const mondayNumber = (number: number) => number - ((((number - 4) % 7) + 7) % 7);

/** The sums of one measure to the point and of the whole, as [current, last, year ago]. */
export function naiveComparison(
  unit: Comparison['unit'],
  { now, timeZone }: { now: string; timeZone: string },
  activities: readonly CountedActivity[],
): (readonly [toPoint: Sums, whole: Sums] | null)[] {
  const [year, month, day] = now.slice(0, 10).split('-').map(Number);
  const time = now.slice(11);
  const today = dayNumber(now.slice(0, 10));
  const two = (n: number) => String(n).padStart(2, '0');
  const monthBefore = month === 1 ? `${year - 1}-12` : `${year}-${two(month - 1)}`;

  /** Whether it is in the span, and before its point, by the digits. */
  const isIn = (wall: string, back: number): readonly [boolean, boolean] => {
    if (unit === 'week') {
      const number = dayNumber(wall.slice(0, 10));
      const then = today - [0, 7, 364][back];
      const isBefore = number < then || (number === then && wall.slice(11) < time);
      return [mondayNumber(number) === mondayNumber(then), isBefore];
    }
    if (unit === 'month') {
      const name = [`${year}-${two(month)}`, monthBefore, `${year - 1}-${two(month)}`][back];
      return [wall.startsWith(name), wall.slice(8) < `${two(day)}T${time}`];
    }
    return [wall.startsWith(String(year - back)), wall.slice(5) < now.slice(5)];
  };
  return (unit === 'year' ? [0, 1] : [0, 1, 2]).map((back) => {
    const inside = activities.map((one) => ({ one, is: isIn(wallClock(one.startMs, timeZone), back) }));
    const of = (keep: (is: readonly [boolean, boolean]) => boolean) =>
      naiveSums(inside.filter(({ is }) => keep(is)).map(({ one }) => one));
    return [of(([isInside, isBefore]) => isInside && isBefore), of(([isInside]) => isInside)];
  });
}

export function naiveSums(activities: readonly CountedActivity[]): Sums {
  const sum = (of: (one: CountedActivity) => number | null) => {
    let total: number | null = activities.length === 0 ? 0 : null;
    for (const one of activities) {
      const value = of(one);
      if (value !== null) total = (total ?? 0) + value;
    }
    return total;
  };
  return {
    activities: activities.length,
    distanceM: sum(({ distanceM }) => distanceM),
    movingS: sum(({ movingS }) => movingS),
    elevationGainM: sum(({ elevationGainM }) => elevationGainM),
    trainingLoad: sum(({ trainingLoad }) => trainingLoad),
  };
}

/** Looks at every day from the first to today, and at every week. */
export function naiveStreaks(days: ReadonlySet<string>, today: string): Omit<Streaks, 'timeZone'> {
  const numbers = [...days].filter((day) => day <= today).map(dayNumber);
  const first = Math.min(...numbers);
  const of = (isActive: (number: number) => boolean, step: number, from: number, to: number) => {
    let run = { length: 0, from: '', to: '' };
    let longest: typeof run | null = null;
    let current: typeof run | null = null;
    for (let number = from; number <= to; number += step) {
      const name = dayName(number);
      if (isActive(number)) run = { length: run.length + 1, from: run.length === 0 ? name : run.from, to: name };
      // The last one is not over yet.
      else if (number !== to) run = { length: 0, from: '', to: '' };
      if (run.length > 0 && run.length >= (longest?.length ?? 0)) longest = run;
      current = run.length > 0 ? run : null;
    }
    return { current, longest };
  };
  const end = dayNumber(today);
  return {
    days: of((number) => numbers.includes(number), 1, first, end),
    weeks: of(
      (monday) => numbers.some((number) => number >= monday && number < monday + 7),
      7,
      mondayNumber(first),
      mondayNumber(end),
    ),
  };
}
