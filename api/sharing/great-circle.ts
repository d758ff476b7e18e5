/** A place, degrees of WGS 84. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** Mean radius of the earth, m (IUGG). */
const EARTH_M = 6_371_008.8;
const RADIANS = Math.PI / 180;

/** m, along the great circle of a sphere: the haversine formula, exact for near places too. */
export function metresBetween(a: Place, b: Place): number {
  const up = Math.sin(((b.latitude - a.latitude) * RADIANS) / 2);
  const along = Math.sin(((b.longitude - a.longitude) * RADIANS) / 2);
  const h = up * up + Math.cos(a.latitude * RADIANS) * Math.cos(b.latitude * RADIANS) * along * along;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** The place that is so many metres away in a direction, radians from north to east. */
export function placeAt({ latitude, longitude }: Place, bearing: number, distanceM: number): Place {
  const [lat, angle] = [latitude * RADIANS, distanceM / EARTH_M];
  const sine = Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(bearing);
  const there = Math.asin(Math.max(-1, Math.min(1, sine)));
  const east = Math.atan2(
    Math.sin(bearing) * Math.sin(angle) * Math.cos(lat),
    Math.cos(angle) - Math.sin(lat) * Math.sin(there),
  );
  return { latitude: there / RADIANS, longitude: ((longitude + east / RADIANS + 540) % 360) - 180 };
}
