import type { Trend } from '../../schemas/athlete-progress.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Slope extends Pick<Trend, 'low' | 'high' | 'direction'> {
  readonly slope: number;
}

/** Of fewer points the interval says little. */
export const MIN_POINTS = 8;
/** Of the normal distribution, 95 % between minus and plus this. */
const Z95 = 1.959_964;

/**
 * How `y` changes with `x`: the median of the slopes of all pairs (Theil 1950, Sen 1968), which one week of illness or
 * one great race does not move, with Sen's 95 % interval: ranks among those slopes by the variance of Kendall's score,
 * less for ties in `y`, rounded outwards. Points have different `x`. Of n points n (n − 1) / 2 slopes are sorted, so
 * the caller bounds n. Throws RangeError for less than two points.
 *
 * The interval takes the points for independent of each other around the line; training comes in blocks, so it is a
 * little too narrow.
 */
export function theilSen(points: readonly Point[]): Slope {
  const n = points.length;
  if (n < 2) throw new RangeError(`a slope needs two points, not ${n}`);
  const slopes = points.flatMap((a, i) => points.slice(i + 1).map((b) => (b.y - a.y) / (b.x - a.x)));
  slopes.sort((a, b) => a - b);
  const ties = [...Map.groupBy(points, ({ y }) => y).values()].map((all) => all.length);
  const scoreVariance = (t: number) => (t * (t - 1) * (2 * t + 5)) / 18;
  const deviation = Math.sqrt(scoreVariance(n) - ties.reduce((sum, t) => sum + scoreVariance(t), 0));
  const half = (Z95 * deviation) / 2;
  const middle = slopes.length / 2;
  const low = slopes[Math.max(0, Math.floor(middle - half) - 1)];
  const high = slopes[Math.min(slopes.length - 1, Math.ceil(middle + half))];
  const direction = low > 0 ? 'rising' : high < 0 ? 'falling' : 'unclear';
  return { slope: medianOfSorted(slopes), low, high, direction };
}

function medianOfSorted(values: readonly number[]): number {
  const half = values.length >> 1;
  return values.length % 2 === 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}
