export interface Point {
  readonly atMs: number;
  readonly value: number;
}

/** What is shown of the past. */
export const SHOWN_MS = 300_000;
const MAX_POINTS = 400;
/** Between two answers there are two seconds; where nothing was heard for this long the line has a gap. */
const GAP_MS = 12_000;

/** The values of the last five minutes, at most `MAX_POINTS`. */
export class Trail {
  points: readonly Point[] = [];

  add(atMs: number, value: number): void {
    const fresh = this.points.filter((point) => point.atMs > atMs - SHOWN_MS && point.atMs < atMs);
    this.points = [...fresh, { atMs, value }].slice(-MAX_POINTS);
  }
}

/**
 * The line of a small chart as an SVG path in a box of `width` × `height`: the last five minutes before `untilMs` from
 * left to right, 0 at the bottom, the greatest value at the top. '' without two points that are near to each other.
 */
export function linePath(points: readonly Point[], untilMs: number, width: number, height: number): string {
  const most = Math.max(...points.map(({ value }) => value), Number.MIN_VALUE);
  const place = ({ atMs, value }: Point) => {
    const x = width * (1 - (untilMs - atMs) / SHOWN_MS);
    return `${x.toFixed(2)} ${(height * (1 - value / most)).toFixed(2)}`;
  };
  let path = '';
  const shown = points.filter(({ atMs }) => atMs >= untilMs - SHOWN_MS && atMs <= untilMs);
  shown.forEach((point, i) => {
    const before = shown[i - 1];
    const isNear = before !== undefined && point.atMs - before.atMs <= GAP_MS;
    if (isNear && shown[i - 2] !== undefined && before.atMs - shown[i - 2].atMs <= GAP_MS) path += `L${place(point)}`;
    else if (isNear) path += `M${place(before)}L${place(point)}`;
  });
  return path;
}
