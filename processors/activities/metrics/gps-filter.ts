import { ACCURACY, LATITUDE, LONGITUDE, MISSING } from './grid.ts';

/**
 * Position and velocity from fixes, by a causal Kalman filter (Kalman 1960; Bar-Shalom, Li & Kirubarajan 2001, ch. 6).
 *
 * Model: constant velocity with white acceleration of the sport's standard deviation, on the plane that touches WGS 84
 * at the estimate. Both axes have the same noise, so one 2 × 2 covariance serves both. A fix has the noise that its
 * accuracy says (a radius of 68 % is 1.515 standard deviations of an axis), or {@link ASSUMED_RADIUS_M} when it says
 * nothing, and never less than one metre: errors of neighbouring fixes are alike, and a receiver's estimate is proud.
 *
 * Gate: a fix whose innovation is improbable (χ² of two axes, 1 in 10,000) is rejected and changes nothing. Uncertainty
 * then grows with time, so an honest change of course is believed a few seconds later. After {@link COAST_S} without a
 * believed fix (tunnel, jump for good) prediction means nothing: the filter starts again at the fix.
 *
 * Path: the way between two believed estimates, projected on the mean of their velocities: noise across the direction
 * of travel would only ever add. Over more than {@link PROJECT_S} it is the straight line, which is what a tunnel gets;
 * faster than the sport allows it is a jump and counts nothing.
 *
 * Standing: a receiver at rest wanders, so its speed alone does not say that somebody moves. Who stands begins to move
 * when the speed is three of its own standard deviations, or the position is four of a fix's away from where standing
 * began; who moves stands when the speed is below a third of one of its own. The sport's thresholds apply besides.
 */
export const VERSION = 1;

export const LAT = 0;
export const LON = 1;
export const V_NORTH = 2;
export const V_EAST = 3;
export const PP = 4;
export const PV = 5;
export const VV = 6;
export const AT = 7;
export const FIXES = 8;
export const REJECTED = 9;
export const JUMPS = 10;
export const ACCURACY_SUM = 11;
export const ACCURACY_N = 12;
export const PATH_M = 13;
export const SIGMA_M = 14;
export const AWAY_NORTH = 15;
export const AWAY_EAST = 16;
export const CELLS = 17;

export const ASSUMED_RADIUS_M = 5;
export const COAST_S = 20;
export const PROJECT_S = 5;
export const GATE = 18.42;
export const START_SPEED_VARIANCE = 9;
export const POOR_RADIUS_M = 20;
export const GO_SPEED_SIGMAS = 3;
export const GO_AWAY_SIGMAS = 4;
export const STOP_SPEED_SIGMAS = 0.3;
const RADIUS_TO_SIGMA = 1 / 1.515;
const RADIAN = Math.PI / 180;
const EQUATOR_M = 6_378_137;
const E2 = 0.006_694_379_990_14;

export interface FilterRules {
  readonly accelerationMps2: number;
  readonly maxMps: number;
}

/** At the beginning and after a pause: the next fix starts a new path, and what lies between is not counted. */
export function breakPath(cells: Float64Array, at: number): void {
  cells[at + AT] = -1;
}

/**
 * Takes the second's fix. Returns whether it was believed; `PATH_M` is then the way since the believed fix before, 0
 * for the first one of a path.
 */
export function foldGps(
  cells: Float64Array,
  at: number,
  index: number,
  row: Int32Array,
  from: number,
  { accelerationMps2, maxMps }: FilterRules,
): boolean {
  const latitude = row[from + LATITUDE];
  const longitude = row[from + LONGITUDE];
  if (latitude === MISSING || longitude === MISSING) return false;
  const accuracy = row[from + ACCURACY];
  cells[at + FIXES]++;
  let radiusM = ASSUMED_RADIUS_M;
  if (accuracy !== MISSING) {
    radiusM = accuracy / 10;
    cells[at + ACCURACY_SUM] += radiusM;
    cells[at + ACCURACY_N]++;
  }
  const sigmaM = Math.max(1, radiusM * RADIUS_TO_SIGMA);
  const noise = sigmaM * sigmaM;
  const lat = latitude / 1e7;
  const lon = longitude / 1e7;
  cells[at + PATH_M] = 0;
  cells[at + SIGMA_M] = sigmaM;
  if (cells[at + AT] < 0) {
    cells[at + AWAY_NORTH] = 0;
    cells[at + AWAY_EAST] = 0;
    start(cells, at, index, lat, lon, noise, 0, 0);
    return true;
  }
  const dt = index - cells[at + AT];
  const sin = Math.sin(cells[at + LAT] * RADIAN);
  const w2 = 1 - E2 * sin * sin;
  const w = Math.sqrt(w2);
  const northM = ((EQUATOR_M * (1 - E2)) / (w2 * w)) * RADIAN;
  const eastM = (EQUATOR_M / w) * Math.sqrt(1 - sin * sin) * RADIAN;
  let turn = lon - cells[at + LON];
  if (turn > 180) turn -= 360;
  else if (turn < -180) turn += 360;
  const toNorthM = (lat - cells[at + LAT]) * northM;
  const toEastM = turn * eastM;
  if (dt > COAST_S) {
    const wayM = Math.sqrt(toNorthM * toNorthM + toEastM * toEastM);
    if (wayM > maxMps * dt) {
      cells[at + JUMPS]++;
      start(cells, at, index, lat, lon, noise, 0, 0);
    } else {
      start(cells, at, index, lat, lon, noise, toNorthM / dt, toEastM / dt);
      cells[at + PATH_M] = wayM;
      cells[at + AWAY_NORTH] += toNorthM;
      cells[at + AWAY_EAST] += toEastM;
    }
    return true;
  }
  const vNorth = cells[at + V_NORTH];
  const vEast = cells[at + V_EAST];
  const a2 = accelerationMps2 * accelerationMps2;
  const dt2 = dt * dt;
  const pp = cells[at + PP] + 2 * dt * cells[at + PV] + dt2 * cells[at + VV] + (a2 * dt2 * dt) / 3;
  const pv = cells[at + PV] + dt * cells[at + VV] + (a2 * dt2) / 2;
  const vv = cells[at + VV] + a2 * dt;
  const innovationNorth = toNorthM - vNorth * dt;
  const innovationEast = toEastM - vEast * dt;
  const spread = pp + noise;
  if (innovationNorth * innovationNorth + innovationEast * innovationEast > GATE * spread) {
    cells[at + REJECTED]++;
    return false;
  }
  const gainP = pp / spread;
  const gainV = pv / spread;
  const movedNorth = vNorth * dt + gainP * innovationNorth;
  const movedEast = vEast * dt + gainP * innovationEast;
  const newNorth = vNorth + gainV * innovationNorth;
  const newEast = vEast + gainV * innovationEast;
  cells[at + LAT] += movedNorth / northM;
  cells[at + LON] = wrapped(cells[at + LON] + movedEast / eastM);
  cells[at + V_NORTH] = newNorth;
  cells[at + V_EAST] = newEast;
  cells[at + PP] = (1 - gainP) * pp;
  cells[at + PV] = (1 - gainP) * pv;
  cells[at + VV] = vv - gainV * pv;
  cells[at + AT] = index;
  cells[at + AWAY_NORTH] += movedNorth;
  cells[at + AWAY_EAST] += movedEast;
  cells[at + PATH_M] = wayM(movedNorth, movedEast, vNorth + newNorth, vEast + newEast, dt);
  return true;
}

function wayM(north: number, east: number, alongNorth: number, alongEast: number, dt: number): number {
  if (dt > PROJECT_S) return Math.sqrt(north * north + east * east);
  const along = Math.sqrt(alongNorth * alongNorth + alongEast * alongEast);
  return along === 0 ? 0 : Math.max(0, (north * alongNorth + east * alongEast) / along);
}

function wrapped(lon: number): number {
  return lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon;
}

function start(
  cells: Float64Array,
  at: number,
  index: number,
  lat: number,
  lon: number,
  noise: number,
  vNorth: number,
  vEast: number,
): void {
  cells[at + LAT] = lat;
  cells[at + LON] = lon;
  cells[at + V_NORTH] = vNorth;
  cells[at + V_EAST] = vEast;
  cells[at + PP] = noise;
  cells[at + PV] = 0;
  cells[at + VV] = START_SPEED_VARIANCE;
  cells[at + AT] = index;
}

/** Called before a fix while the athlete moves: if standing begins with it, it began at the fix before. */
export function beginStanding(cells: Float64Array, at: number): void {
  cells[at + AWAY_NORTH] = 0;
  cells[at + AWAY_EAST] = 0;
}

/** How far the believed fix is from where standing began, in metres; 0 when that may as well be wandering. */
export function farAwayM(cells: Float64Array, at: number): number {
  const awayM = Math.sqrt(cells[at + AWAY_NORTH] ** 2 + cells[at + AWAY_EAST] ** 2);
  return awayM >= GO_AWAY_SIGMAS * cells[at + SIGMA_M] ? awayM : 0;
}

/** The speed after a believed fix; 0 when it may as well be the receiver that wanders. */
export function movingSpeedMps(cells: Float64Array, at: number, isMoving: boolean): number {
  const mps = Math.sqrt(cells[at + V_NORTH] ** 2 + cells[at + V_EAST] ** 2);
  const sigmaMps = Math.sqrt(cells[at + VV]);
  if (isMoving) return mps < STOP_SPEED_SIGMAS * sigmaMps ? 0 : mps;
  return mps >= GO_SPEED_SIGMAS * sigmaMps || farAwayM(cells, at) > 0 ? mps : 0;
}
