import { type AllSums, MEASURES, type SportSums, type Sums } from '../../schemas/athlete-progress.ts';
import type { SportRow } from './reader.ts';

const NOTHING: Sums = { activities: 0, distanceM: 0, movingS: 0, elevationGainM: 0, trainingLoad: 0 };

/** Of no rows every sum is 0; what no row measured is null. */
export function sumOf(rows: readonly Sums[]): Sums {
  if (rows.length === 0) return NOTHING;
  const sums = MEASURES.map((measure) => {
    const known = rows.map((row) => row[measure]).filter((value) => value !== null);
    return [measure, known.length === 0 ? null : known.reduce((all, one) => all + one, 0)];
  });
  return Object.fromEntries(sums);
}

/** All of the rows, and by sport; a sport may come several times. */
export function allSums(rows: readonly SportRow[]): AllSums {
  const bySport = [...Map.groupBy(rows, ({ sport }) => sport)].map(([sport, own]): SportSums => {
    return { sport, ...sumOf(own) };
  });
  bySport.sort((a, b) => b.activities - a.activities || (a.sport < b.sport ? -1 : 1));
  return { all: sumOf(rows), bySport };
}
