import type { Course, Place } from './race.ts';

/** Points are joined by straight lines on the plane that touches WGS 84 in the middle of the course. */
const EQUATOR_M = 6_378_137;
const E2 = 0.006_694_379_990_14;
const RADIAN = Math.PI / 180;
/** Two points nearer than this are one: a leg without a length has no direction. */
const SAME_POINT_M = 0.01;

export interface OnCourse {
  latitudeE7: number;
  longitudeE7: number;
  /** Null for a course without altitudes. */
  altitudeM: number | null;
  /** Rise over run in the direction of travel; 0 without altitudes. */
  gradient: number;
  /** Unit vector of the direction of travel. */
  eastward: number;
  northward: number;
}

/**
 * The course as a line along which everything is measured: metres from the start of the first lap. Whoever states a
 * position of a race (a checkpoint, an athlete, a gap) means a position on this line.
 *
 * Legs are in metres east and north of {@link CourseLine.toPlane}'s origin. Leg `i` begins at `eastM[i]`, `northM[i]`,
 * `alongM[i]` and ends at the next point; there is one point more than there are legs.
 */
export interface CourseLine {
  readonly legs: number;
  readonly eastM: Float64Array;
  readonly northM: Float64Array;
  readonly alongM: Float64Array;
  /** In metres, or null. */
  readonly altitudeM: Float64Array | null;
  readonly isClosed: boolean;
  readonly laps: number;
  /** Of one lap. */
  readonly lapM: number;
  /** Of all laps. */
  readonly lengthM: number;
  /** Writes metres east and north of the origin into `into`. Any place is allowed; far away the plane is wrong. */
  toPlane(latitudeE7: number, longitudeE7: number, into: { eastM: number; northM: number }): void;
  toPlace(eastM: number, northM: number): Place;
  /** The leg of a position within a lap, 0 ≤ `inLapM` ≤ `lapM`. */
  legAt(inLapM: number): number;
  /** Before the start and behind the finish the line goes on: round a closed course, straight ahead otherwise. */
  at(positionM: number): OnCourse;
}

/** Throws RangeError for fewer than two points. */
export function createCourseLine(course: Course): CourseLine {
  const { latitudeE7, longitudeE7, altitudeDm, isClosed, laps } = course;
  if (latitudeE7.length < 2) throw new RangeError('a course has two points at least');
  const originLat = (Math.min(...ends(latitudeE7)) + Math.max(...ends(latitudeE7))) / 2;
  const originLon = longitudeE7[0];
  const sin = Math.sin((originLat / 1e7) * RADIAN);
  const w2 = 1 - E2 * sin * sin;
  const northPerE7 = ((EQUATOR_M * (1 - E2)) / (w2 * Math.sqrt(w2))) * RADIAN * 1e-7;
  const eastPerE7 = (EQUATOR_M / Math.sqrt(w2)) * Math.sqrt(1 - sin * sin) * RADIAN * 1e-7;

  function toPlane(lat: number, lon: number, into: { eastM: number; northM: number }): void {
    let turn = lon - originLon;
    if (turn > 1_800_000_000) turn -= 3_600_000_000;
    else if (turn < -1_800_000_000) turn += 3_600_000_000;
    into.eastM = turn * eastPerE7;
    into.northM = (lat - originLat) * northPerE7;
  }

  const { eastM, northM, alongM, altitudeM } = layOut();
  const legs = alongM.length - 1;
  const lapM = alongM[legs];
  const lengthM = lapM * laps;

  function layOut() {
    const order = Array.from(latitudeE7.keys());
    if (isClosed) order.push(0);
    const east: number[] = [];
    const north: number[] = [];
    const along: number[] = [];
    const altitude: number[] = [];
    const at = { eastM: 0, northM: 0 };
    for (const i of order) {
      toPlane(latitudeE7[i], longitudeE7[i], at);
      const n = east.length;
      const stepM = n === 0 ? Number.POSITIVE_INFINITY : Math.hypot(at.eastM - east[n - 1], at.northM - north[n - 1]);
      if (stepM < SAME_POINT_M) continue;
      along.push(n === 0 ? 0 : along[n - 1] + stepM);
      east.push(at.eastM);
      north.push(at.northM);
      altitude.push((altitudeDm?.[i] ?? 0) / 10);
    }
    return {
      eastM: Float64Array.from(east),
      northM: Float64Array.from(north),
      alongM: Float64Array.from(along),
      altitudeM: altitudeDm === null ? null : Float64Array.from(altitude),
    };
  }

  function legAt(inLapM: number): number {
    let low = 0;
    let high = legs;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (alongM[middle] <= inLapM) low = middle;
      else high = middle;
    }
    return low;
  }

  function toPlace(east: number, north: number): Place {
    let longitude = Math.round(originLon + east / eastPerE7);
    if (longitude > 1_800_000_000) longitude -= 3_600_000_000;
    else if (longitude < -1_800_000_000) longitude += 3_600_000_000;
    return { latitudeE7: Math.round(originLat + north / northPerE7), longitudeE7: longitude };
  }

  return {
    ...{ legs, eastM, northM, alongM, altitudeM, isClosed, laps, lapM, lengthM, toPlane, toPlace, legAt },
    at(positionM) {
      // The line of a closed course never ends; an open one goes on straight ahead of its first and last leg.
      const inLapM = isClosed ? positionM - lapM * Math.floor(positionM / lapM) : positionM;
      const leg = legAt(inLapM);
      const legM = alongM[leg + 1] - alongM[leg];
      const eastward = (eastM[leg + 1] - eastM[leg]) / legM;
      const northward = (northM[leg + 1] - northM[leg]) / legM;
      const onM = inLapM - alongM[leg];
      const place = toPlace(eastM[leg] + onM * eastward, northM[leg] + onM * northward);
      const gradient = altitudeM === null ? 0 : (altitudeM[leg + 1] - altitudeM[leg]) / legM;
      const isOnLine = inLapM >= 0 && inLapM <= lapM;
      const altitude =
        altitudeM === null ? null : altitudeM[inLapM > lapM ? leg + 1 : leg] + (isOnLine ? onM * gradient : 0);
      return { ...place, altitudeM: altitude, gradient, eastward, northward };
    },
  };
}

/** Least and greatest, without a call of twenty thousand arguments. */
function ends(values: readonly number[]): [number, number] {
  let min = values[0];
  let max = values[0];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}
