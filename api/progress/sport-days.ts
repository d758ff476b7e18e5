import { MEASURES, type Sums } from '../../schemas/athlete-progress.ts';
import type { Sport } from '../../schemas/events.ts';
import type { DayRow, MonthRow, MostInOne, SportRow, WeekRow } from './reader.ts';

/** What an athlete did on one day in one sport: weeks, months and days are sums of these. */
export interface SportDay extends SportRow {
  /** YYYY-MM-DD, of the day and of the Monday before it. */
  readonly day: string;
  readonly monday: string;
  readonly withoutLoad: number;
  readonly longestDistance: MostInOne | null;
  readonly longestMoving: MostInOne | null;
}

/** By week and sport. `days` are in order of day and sport, as they are of everything here. */
export function weeksOf(days: readonly SportDay[], sport: Sport | null): WeekRow[] {
  const own = sport === null ? days : days.filter((one) => one.sport === sport);
  return grouped(own, ({ monday }) => monday).map(([monday, row]) => ({ monday, ...row }));
}

export function monthsOf(days: readonly SportDay[]): MonthRow[] {
  return grouped(days, ({ day }) => day.slice(0, 7)).map(([month, row, own]) => ({
    ...{ month, ...row, days: own.map(({ day }) => Number(day.slice(8))) },
    longestDistance: mostOf(own.map(({ longestDistance }) => longestDistance)),
    longestMoving: mostOf(own.map(({ longestMoving }) => longestMoving)),
  }));
}

export function daysOf(days: readonly SportDay[]): DayRow[] {
  return [...Map.groupBy(days, ({ day }) => day)].map(([day, own]) => {
    const { activities, trainingLoad } = sumOf(own);
    const withoutLoad = own.reduce((sum, one) => sum + one.withoutLoad, 0);
    return { day, activities, withoutLoad, trainingLoad: trainingLoad ?? 0 };
  });
}

/** In the order of what they are grouped by, then of sport. */
function grouped(days: readonly SportDay[], keyOf: (day: SportDay) => string) {
  return [...Map.groupBy(days, keyOf)].flatMap(([key, all]) =>
    [...Map.groupBy(all, ({ sport }) => sport)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([sport, own]) => [key, { sport, ...sumOf(own) }, own] as const),
  );
}

/** What none of them measured stays unknown. */
export function sumOf(rows: readonly Sums[]): Sums {
  const sums = { activities: 0, ...UNKNOWN };
  for (const row of rows) {
    for (const measure of MEASURES) {
      const value = row[measure];
      if (value !== null) sums[measure] = (sums[measure] ?? 0) + value;
    }
  }
  return sums;
}

const UNKNOWN: Record<Exclude<keyof Sums, 'activities'>, number | null> = {
  ...{ distanceM: null, movingS: null, elevationGainM: null, trainingLoad: null },
};

/** Of equal ones the earlier. */
function mostOf(all: readonly (MostInOne | null)[]): MostInOne | null {
  return all.reduce((most, one) => (one !== null && (most === null || one.value > most.value) ? one : most), null);
}
