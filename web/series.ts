import type { Streams } from './answers.ts';

/** What the charts and the map draw: rows in order of time, null where nobody measured. */
export interface Series {
  readonly startMs: readonly number[];
  readonly values: Readonly<Record<SeriesName, readonly (number | null)[]>>;
}

/** Of each line the column that it is drawn from; the least and greatest of a bucket keep its extremes. */
const COLUMNS = {
  heartRate: ['heart_rate', 'avg'],
  heartRateMin: ['heart_rate', 'min'],
  heartRateMax: ['heart_rate', 'max'],
  speed: ['speed', 'avg'],
  speedMin: ['speed', 'min'],
  speedMax: ['speed', 'max'],
  altitude: ['altitude', 'avg'],
  power: ['power', 'avg'],
  latitude: ['latitude', 'last'],
  longitude: ['longitude', 'last'],
} as const;
export type SeriesName = keyof typeof COLUMNS;

export const CHANNELS = [...new Set(Object.values(COLUMNS).map(([channel]) => channel))];

const NAMES = Object.keys(COLUMNS) as SeriesName[];

export const EMPTY: Series = {
  startMs: [],
  values: Object.fromEntries(NAMES.map((name) => [name, []])) as unknown as Series['values'],
};

/** The series with newer rows put behind it; rows at or after the first of the new ones are replaced. */
export function append(before: Series, { startMs, channels }: Streams): Series {
  if (startMs.length === 0) return before;
  const kept = before.startMs.findIndex((atMs) => atMs >= startMs[0]);
  const end = kept < 0 ? before.startMs.length : kept;
  const column = (name: SeriesName) => {
    const [channel, fold] = COLUMNS[name];
    const added = channels[channel]?.[fold] ?? startMs.map(() => null);
    return [...before.values[name].slice(0, end), ...added];
  };
  return {
    startMs: [...before.startMs.slice(0, end), ...startMs],
    values: Object.fromEntries(NAMES.map((name) => [name, column(name)])) as unknown as Series['values'],
  };
}

/** Longitude and latitude of every row that has both. */
export function track({ values: { latitude, longitude } }: Series): [number, number][] {
  return latitude.flatMap((lat, i): [number, number][] => {
    const lon = longitude[i];
    return lat === null || lon === null ? [] : [[lon, lat]];
  });
}
