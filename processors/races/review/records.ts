import type { Sport } from '../../../schemas/events.ts';
import { METRICS_SPORT } from '../../activities/sports.ts';

/** Distance in metres, time in seconds, in the order of distance. */
export type Records = readonly (readonly [distanceM: number, seconds: number])[];

/**
 * The best marks that men ran, on any course: nobody runs a distance in less. Walkers and hikers are held to them too,
 * since nothing forbids them to run.
 */
const ON_FOOT: Records = [
  ...([
    [100, 9.58],
    [200, 19.19],
    [400, 43.03],
    [800, 100.91],
    [1_000, 131.96],
    [1_500, 206],
  ] as const),
  ...([
    [3_000, 437.55],
    [5_000, 755.36],
    [10_000, 1_571],
    [21_097.5, 3_402],
    [42_195, 7_235],
  ] as const),
  [100_000, 21_935],
];
/** Freestyle, long course. */
const SWIMMING: Records = [
  [50, 20.91],
  [100, 46.4],
  [400, 219.96],
  [1_500, 870.67],
];
/** Marks of the track say nothing of a road downhill in a group: these are speeds of descents, then of stages. */
const CYCLING: Records = [
  [1_000, 36],
  [10_000, 450],
  [50_000, 3_000],
  [200_000, 14_000],
];

/** Null for a sport of which no limit is known. */
export function recordsOf(sport: Sport): Records | null {
  const rules = METRICS_SPORT[sport];
  if (rules === 'swim') return SWIMMING;
  if (rules === 'ride') return CYCLING;
  return rules === 'other' ? null : ON_FOOT;
}

/**
 * The least time for a distance, ms: between two records, and beyond the last one, time grows with a power of the
 * distance (Riegel 1981, American Scientist 69:285–290); short of the first one with the distance.
 */
export function recordMs(records: Records, distanceM: number): number {
  const [first] = records;
  if (distanceM <= first[0]) return (1_000 * first[1] * distanceM) / first[0];
  let n = 1;
  while (n < records.length - 1 && records[n][0] < distanceM) n++;
  const [[fromM, fromS], [untilM, untilS]] = [records[n - 1], records[n]];
  const power = Math.log(untilS / fromS) / Math.log(untilM / fromM);
  return 1_000 * fromS * (distanceM / fromM) ** power;
}
