/** A name at a place of the map, px from the map's upper left corner, and how large it is on the screen. */
export interface MapLabel {
  readonly xPx: number;
  readonly yPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** From a place to the middle of its name. */
export type LabelOffset = readonly [xPx: number, yPx: number];

/** Right and left of a place first, then the corners, then above and below, where a name often lies on the course. */
const SIDES: readonly (readonly [x: number, y: number])[] = [
  [1, 0],
  [-1, 0],
  [1, -1],
  [-1, -1],
  [1, 1],
  [-1, 1],
  [0, -1],
  [0, 1],
];

/**
 * Where each name stands beside its place so that no two touch: towards the middle of the map if there is room, else on
 * the next side that has some. Null is a name without room, which is not shown until the map is zoomed in; those before
 * it in the order have theirs. Names of places that are on the map stay on it.
 */
export function placeLabels(
  labels: readonly MapLabel[],
  map: { readonly widthPx: number; readonly heightPx: number },
): (LabelOffset | null)[] {
  const taken: { label: MapLabel; offset: LabelOffset }[] = [];
  return labels.map((label) => {
    const { xPx, yPx, widthPx, heightPx } = label;
    const towardsMiddle = xPx > map.widthPx / 2 ? -1 : 1;
    const isInside = xPx >= 0 && xPx <= map.widthPx && yPx >= 0 && yPx <= map.heightPx;
    for (const [x, y] of SIDES) {
      const offset = [(x * towardsMiddle * widthPx) / 2, y * heightPx] as const;
      const [left, top] = [xPx + offset[0] - widthPx / 2, yPx + offset[1] - heightPx / 2];
      const staysOn = left >= 0 && top >= 0 && left + widthPx <= map.widthPx && top + heightPx <= map.heightPx;
      if ((isInside && !staysOn) || taken.some((other) => touches(label, offset, other.label, other.offset))) continue;
      taken.push({ label, offset });
      return offset;
    }
    return null;
  });
}

function touches(a: MapLabel, [ax, ay]: LabelOffset, b: MapLabel, [bx, by]: LabelOffset): boolean {
  const [besidePx, abovePx] = [Math.abs(a.xPx + ax - b.xPx - bx), Math.abs(a.yPx + ay - b.yPx - by)];
  return besidePx < (a.widthPx + b.widthPx) / 2 && abovePx < (a.heightPx + b.heightPx) / 2;
}
