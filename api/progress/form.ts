import type { FormSeries } from '../../schemas/athlete-progress.ts';
import { type DailyForm, dailyForm } from '../../schemas/daily-load.ts';
import { daysAfter, daysBetween } from './calendar.ts';
import type { DayRow } from './reader.ts';

/** Fitness, fatigue and form on the last `count` days up to `today`, from all days before it. */
export function formUpTo(today: string, count: number, rows: readonly DayRow[]): Omit<FormSeries, 'timeZone'> {
  const past = rows.filter(({ day }) => day <= today);
  const first = past.at(0)?.day;
  if (first === undefined) {
    return { start: null, load: [], fitness: [], fatigue: [], form: [], activitiesWithoutLoad: 0 };
  }
  const load = new Array<number>(daysBetween(first, today) + 1).fill(0);
  for (const { day, trainingLoad } of past) load[daysBetween(first, day)] = trainingLoad;
  const shown = Math.min(count, load.length);
  const start = daysAfter(today, 1 - shown);
  const form = dailyForm(load).slice(-shown);
  // Hundredths are more than the model knows, and a third of the answer's length.
  const column = (of: (day: DailyForm) => number) => form.map((day) => Math.round(100 * of(day)) / 100);
  return {
    start,
    load: load.slice(-shown),
    fitness: column(({ fitness }) => fitness),
    fatigue: column(({ fatigue }) => fatigue),
    form: column((day) => day.form),
    activitiesWithoutLoad: past
      .filter(({ day }) => day >= start)
      .reduce((sum, { withoutLoad }) => sum + withoutLoad, 0),
  };
}
