/** Width and height of the drawing, and the free space around, in its own units. */
const SIZE = 1_000;
const MARGIN = 20;

/** Points of polylines in a square of 1,000, north up, in its own proportions; null without a track. */
export function sketchOf(pieces: readonly (readonly (readonly [number, number])[])[]): string[] | null {
  const all = pieces.flat();
  if (all.length === 0) return null;
  const [south, north] = rangeOf(all.map(([latitude]) => latitude));
  const [west, east] = rangeOf(all.map(([, longitude]) => longitude));
  // A degree of longitude is shorter the further one is from the equator.
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const span = Math.max(north - south, (east - west) * narrow, 1e-6);
  const scale = (SIZE - 2 * MARGIN) / span;
  return pieces.map((piece) =>
    piece
      .map(([latitude, longitude]) => {
        const x = SIZE / 2 + (longitude - (west + east) / 2) * narrow * scale;
        const y = SIZE / 2 - (latitude - (south + north) / 2) * scale;
        return `${x.toFixed(1)},${y.toFixed(1)}`;
      })
      .join(' '),
  );
}

function rangeOf(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}
