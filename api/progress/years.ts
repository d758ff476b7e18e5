import type { Year } from '../../schemas/athlete-progress.ts';
import type { MonthRow, MostInOne } from './reader.ts';
import { allSums, sumOf } from './sums.ts';

/** At most `count`, the newest first. */
export function yearsOf(rows: readonly MonthRow[], count: number): Year[] {
  const byYear = [...Map.groupBy(rows, ({ month }) => Number(month.slice(0, 4)))];
  return byYear
    .sort(([a], [b]) => b - a)
    .slice(0, count)
    .map(([year, own]) => {
      const byMonth = Map.groupBy(own, ({ month }) => Number(month.slice(5)));
      const daysIn = (all: readonly MonthRow[]) => new Set(all.flatMap(({ days }) => days)).size;
      return {
        year,
        ...allSums(own),
        activeDays: [...byMonth.values()].reduce((sum, all) => sum + daysIn(all), 0),
        months: Array.from({ length: 12 }, (_, i) => sumOf(byMonth.get(i + 1) ?? [])),
        longestDistance: longestOf(own, ({ longestDistance }) => longestDistance),
        longestMoving: longestOf(own, ({ longestMoving }) => longestMoving),
      };
    });
}

/** Rows come in the order of months, so of equal ones in different months the earlier stays. */
function longestOf(rows: readonly MonthRow[], of: (row: MonthRow) => MostInOne | null): Year['longestDistance'] {
  let longest: Year['longestDistance'] = null;
  for (const row of rows) {
    const most = of(row);
    if (most !== null && most.value > (longest?.value ?? 0)) longest = { sport: row.sport, ...most };
  }
  return longest;
}
