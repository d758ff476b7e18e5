import { number, say } from './say.ts';
import { linePath, type Point } from './trail.ts';

const [WIDTH, HEIGHT] = [300, 36];

/** The last minutes of one number as a line; its words say between what it was. */
export function Sparkline({ points, untilMs, kind }: { points: readonly Point[]; untilMs: number; kind: string }) {
  const path = linePath(points, untilMs, WIDTH, HEIGHT);
  const values = points.map(({ value }) => value);
  const words =
    path === '' ? '' : say('chart', { low: number(Math.min(...values)), high: number(Math.max(...values)) });
  return (
    <svg
      class={`line ${kind}`}
      viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={words}
      aria-hidden={path === ''}
    >
      <path d={`M0 ${HEIGHT}H${WIDTH}`} class="ground" />
      <path d={path} />
    </svg>
  );
}
