import type { StreakPair, Streaks } from '../../schemas/athlete-progress.ts';
import { daysAfter, daysBetween, mondayOf } from './calendar.ts';

/** Streaks of days and of ISO weeks with activities, from the days that have any, in order. */
export function streaksUpTo(today: string, activeDays: readonly string[]): Omit<Streaks, 'timeZone'> {
  const past = activeDays.filter((day) => day <= today);
  return {
    days: streaksOf(past, today, 1),
    weeks: streaksOf([...new Set(past.map(mondayOf))], mondayOf(today), 7),
  };
}

/** `starts` are the first days of steps of `stepDays` days, in order; `now` is that of the step that goes on. */
function streaksOf(starts: readonly string[], now: string, stepDays: number): StreakPair {
  let run: { from: string; length: number } | null = null;
  let longest: StreakPair['longest'] = null;
  for (const [i, start] of starts.entries()) {
    const isNext: boolean = run !== null && daysBetween(starts[i - 1], start) === stepDays;
    run = isNext ? { from: run!.from, length: run!.length + 1 } : { from: start, length: 1 };
    if (run.length >= (longest?.length ?? 0)) longest = { ...run, to: start };
  }
  const last = starts.at(-1);
  // Nothing yet today is no end: it may still come.
  const isAlive = run !== null && last !== undefined && last >= daysAfter(now, -stepDays);
  return { current: isAlive ? { ...run!, to: last } : null, longest };
}
