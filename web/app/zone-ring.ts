import type { PrivacyZone } from './profile-fields.ts';

const EARTH_RADIUS_M = 6_371_008.8;
const POINTS = 48;
const degrees = (radians: number) => (radians * 180) / Math.PI;

/** The edge of a zone as a closed ring of longitude and latitude, good for circles of a few kilometres. */
export function ringOf({
  latitude,
  longitude,
  radiusM,
}: Pick<PrivacyZone, 'latitude' | 'longitude' | 'radiusM'>): [number, number][] {
  const north = degrees(radiusM / EARTH_RADIUS_M);
  // Nearer to a pole a degree of longitude is shorter; at the pole itself there is none.
  const east = north / Math.max(0.01, Math.cos((latitude * Math.PI) / 180));
  return Array.from({ length: POINTS + 1 }, (_, i) => {
    const angle = (2 * Math.PI * (i % POINTS)) / POINTS;
    return [longitude + east * Math.sin(angle), latitude + north * Math.cos(angle)];
  });
}
