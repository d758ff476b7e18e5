/** Who works on what the stream holds. */
export const CONSUMERS = ['questdb', 'clickhouse', 'holder'] as const;
export type Consumer = (typeof CONSUMERS)[number];

/** One look at how far everybody is; samples since the start. */
export interface Look {
  readonly atMs: number;
  /** In the stream, and acknowledged. */
  readonly accepted: number;
  readonly done: Readonly<Record<Consumer, number>>;
}

export interface Behind {
  /** Seconds of what comes that the consumer has not worked on, at each look. */
  readonly seconds: readonly number[];
  readonly worstS: number;
  /** Of a straight line through them: seconds that it falls behind in each second. */
  readonly slope: number;
  readonly samplesPerS: number;
}

/** Seconds a second. What grows slower adds less than a second in three minutes: looks differ by as much anyway. */
const MAX_SLOPE = 0.005;
const MAX_BEHIND_S = 10;

/** How far behind a consumer was over the looks, when `samplesPerS` come. */
export function behindOf(looks: readonly Look[], consumer: Consumer, samplesPerS: number): Behind {
  const seconds = looks.map(({ accepted, done }) => Math.max(0, accepted - done[consumer]) / samplesPerS);
  const [first, last] = [looks[0], looks[looks.length - 1]];
  const elapsedS = (last.atMs - first.atMs) / 1_000;
  return {
    seconds,
    worstS: Math.max(...seconds),
    slope: slopeOf(
      looks.map(({ atMs }) => atMs / 1_000),
      seconds,
    ),
    samplesPerS: (last.done[consumer] - first.done[consumer]) / elapsedS,
  };
}

/** What the lag does, in a word or two. */
export function wordsOf(behind: Behind): string {
  if (behind.slope > MAX_SLOPE) return 'grows';
  return isGrowing(behind) ? `more than ${MAX_BEHIND_S} s, but does not grow` : 'does not grow';
}

export function isGrowing({ slope, worstS }: Behind): boolean {
  return slope > MAX_SLOPE || worstS > MAX_BEHIND_S;
}

/** Of the least-squares line; 0 through one point. */
export function slopeOf(xs: readonly number[], ys: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const spread = xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
  return spread === 0 ? 0 : xs.reduce((sum, x, i) => sum + (x - meanX) * (ys[i] - meanY), 0) / spread;
}
