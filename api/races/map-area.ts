import type { CourseLine } from '../../schemas/course-line.ts';

/** A part of the map, degrees; its east may lie beyond 180 where it crosses the antimeridian. */
export interface MapArea {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

/** An area of the grid, in 1e-7 degrees: south, west, north, east. */
export type AreaKey = `area:${number},${number},${number},${number}`;

const E7 = 1e7;
/** Areas are no smaller, about a hundred metres, so that who looks at the same place shares one. */
const LEAST_SPAN_E7 = 10_000;
const CELLS = 4;
const MAX_LONGITUDE = 540;

/** Null when it is none: the corners the wrong way round, or no place on earth. */
export function readMapArea(said: unknown): MapArea | null {
  if (typeof said !== 'object' || said === null) return null;
  const { south, west, north, east } = said as Record<keyof MapArea, unknown>;
  if (![south, west, north, east].every((degrees) => typeof degrees === 'number' && Number.isFinite(degrees))) {
    return null;
  }
  const area = { south, west, north, east } as MapArea;
  const isOnEarth = area.south >= -90 && area.north <= 90 && Math.max(-area.west, area.east) <= MAX_LONGITUDE;
  return isOnEarth && area.south < area.north && area.west < area.east ? area : null;
}

/**
 * The area of a grid that holds all of what somebody looks at: its cells are a power of two of 1e-7 degrees, a quarter
 * to a half of the longer side, so that nearly the same part of the map is the very same view. Each `coarser` step
 * doubles the cells.
 */
export function areaKeyOf({ south, west, north, east }: MapArea, coarser = 0): AreaKey {
  // The same place has one name, however often the map was turned round.
  const turns = Math.floor((west + 180) / 360) * 360;
  const [southE7, northE7, westE7, eastE7] = [south, north, west - turns, east - turns].map((degrees) => degrees * E7);
  const spanE7 = Math.max(LEAST_SPAN_E7, northE7 - southE7, eastE7 - westE7);
  const cellE7 = 2 ** (Math.ceil(Math.log2(spanE7 / CELLS)) + coarser);
  const down = (value: number) => Math.floor(value / cellE7) * cellE7;
  const up = (value: number) => Math.ceil(value / cellE7) * cellE7;
  return `area:${down(southE7)},${down(westE7)},${up(northE7)},${up(eastE7)}`;
}

export function isAreaKey(key: string): key is AreaKey {
  return key.startsWith('area:');
}

/** South, west, north and east of an area, in 1e-7 degrees. */
export function cornersOf(key: AreaKey): [southE7: number, westE7: number, northE7: number, eastE7: number] {
  return key.slice('area:'.length).split(',').map(Number) as [number, number, number, number];
}

/** From and until where along one lap, m. */
export type Stretch = readonly [fromM: number, untilM: number];

/** No map of a race shows a quarter of the earth; then it shows all of it. */
const EVERYWHERE_E7 = 900_000_000;

/** The stretches of one lap of a course that lie in an area, in their order. */
export function stretchesIn(line: CourseLine, key: AreaKey): Stretch[] {
  const [southE7, westE7, northE7, eastE7] = cornersOf(key);
  if (eastE7 - westE7 > EVERYWHERE_E7) return [[0, line.lapM]];
  const [least, most] = [
    { eastM: 0, northM: 0 },
    { eastM: 0, northM: 0 },
  ];
  line.toPlane(southE7, westE7, least);
  line.toPlane(northE7, eastE7, most);
  const { eastM, northM, alongM } = line;
  const stretches: [number, number][] = [];
  for (let leg = 0; leg < line.legs; leg++) {
    const inEast = inside(eastM[leg], eastM[leg + 1], least.eastM, most.eastM);
    const inNorth = inside(northM[leg], northM[leg + 1], least.northM, most.northM);
    const [from, until] = [Math.max(0, inEast[0], inNorth[0]), Math.min(1, inEast[1], inNorth[1])];
    if (from > until) continue;
    const legM = alongM[leg + 1] - alongM[leg];
    const [fromM, untilM] = [alongM[leg] + from * legM, alongM[leg] + until * legM];
    const before = stretches.at(-1);
    if (before !== undefined && before[1] >= fromM) before[1] = untilM;
    else stretches.push([fromM, untilM]);
  }
  return stretches;
}

/** Between which shares of a straight way it lies within two bounds of one axis (Liang and Barsky 1984). */
function inside(from: number, until: number, least: number, most: number): [number, number] {
  const along = until - from;
  if (along === 0) return from >= least && from <= most ? [0, 1] : [1, 0];
  const [a, b] = [(least - from) / along, (most - from) / along];
  return a < b ? [a, b] : [b, a];
}
