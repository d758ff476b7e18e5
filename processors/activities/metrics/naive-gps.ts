import { ASSUMED_RADIUS_M, COAST_S, GATE, PROJECT_S, START_SPEED_VARIANCE } from './gps-filter.ts';
import { channel, type NaiveActivity, pauseMarks, rulesOf } from './naive-activity.ts';

/** A believed fix: the way since the one before, in metres, and the speed now. */
export interface NaiveFix {
  readonly wayM: number;
  readonly mps: number;
  /** Standard deviations of the fix and of the speed. */
  readonly sigmaM: number;
  readonly sigmaMps: number;
  /** The move since the believed fix before, north and east; undefined when a new path begins. */
  readonly move: readonly [number, number] | undefined;
}

type Matrix = number[][];

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, j) => row.reduce((total, value, k) => total + value * b[k][j], 0)));
const transposed = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]));
const plus = (a: Matrix, b: Matrix): Matrix => a.map((row, i) => row.map((value, j) => value + b[i][j]));
const minus = (a: Matrix, b: Matrix): Matrix => a.map((row, i) => row.map((value, j) => value - b[i][j]));

/** Metres of a degree of latitude and of longitude, on WGS 84. */
function metresPerDegree(latitude: number): [number, number] {
  const phi = (latitude * Math.PI) / 180;
  const e2 = 0.006_694_379_990_14;
  const curve = 1 - e2 * Math.sin(phi) ** 2;
  const meridian = (6_378_137 * (1 - e2)) / curve ** 1.5;
  const normal = 6_378_137 / Math.sqrt(curve);
  return [(meridian * Math.PI) / 180, (normal * Math.cos(phi) * Math.PI) / 180];
}

interface Estimate {
  readonly second: number;
  readonly lat: number;
  readonly lon: number;
  /** North and east, m/s. */
  readonly v: readonly [number, number];
  /** Of (north, east, its speed north, its speed east). */
  readonly covariance: Matrix;
}

/** The filter of `gps-filter.ts` as the textbook writes it: four states and whole matrices. */
export function naiveFixes(activity: NaiveActivity, paused: readonly boolean[]) {
  const lats = channel(activity, paused, 'latitude');
  const lons = channel(activity, paused, 'longitude');
  const accuracies = channel(activity, paused, 'horizontal_accuracy');
  const pauses = pauseMarks(activity);
  const { accelerationMps2, maxMps } = rulesOf(activity);
  let rejected = 0;
  let jumps = 0;
  let known: Estimate | undefined;
  const fixes = lats.map((latitude, second): NaiveFix | undefined => {
    if (known !== undefined && pauses.some((pause) => pause >= known!.second && pause < second)) known = undefined;
    const longitude = lons[second];
    if (latitude === undefined || longitude === undefined) return undefined;
    const radiusM = accuracies[second] === undefined ? ASSUMED_RADIUS_M : accuracies[second]! / 10;
    const sigmaM = Math.max(1, radiusM / 1.515);
    const noise = sigmaM ** 2;
    const sigmaMps = Math.sqrt(START_SPEED_VARIANCE);
    const fix = { lat: latitude / 1e7, lon: longitude / 1e7 };
    const begin = (v: readonly [number, number]): Estimate => ({
      second,
      ...fix,
      v,
      covariance: [
        [noise, 0, 0, 0],
        [0, noise, 0, 0],
        [0, 0, START_SPEED_VARIANCE, 0],
        [0, 0, 0, START_SPEED_VARIANCE],
      ],
    });
    if (known === undefined) {
      known = begin([0, 0]);
      return { wayM: 0, mps: 0, sigmaM, sigmaMps, move: undefined };
    }
    const [northM, eastM] = metresPerDegree(known.lat);
    const turn = [fix.lon - known.lon, fix.lon - known.lon - 360, fix.lon - known.lon + 360];
    const nearest = turn.reduce((least, one) => (Math.abs(one) < Math.abs(least) ? one : least));
    const to = [(fix.lat - known.lat) * northM, nearest * eastM];
    const dt = second - known.second;
    if (dt > COAST_S) {
      const wayM = Math.hypot(to[0], to[1]);
      const isJump = wayM > maxMps * dt;
      if (isJump) jumps++;
      known = begin(isJump ? [0, 0] : [to[0] / dt, to[1] / dt]);
      const move: [number, number] = isJump ? [0, 0] : [to[0], to[1]];
      return { wayM: isJump ? 0 : wayM, mps: Math.hypot(...known.v), sigmaM, sigmaMps, move };
    }
    const step = [
      [1, 0, dt, 0],
      [0, 1, 0, dt],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ];
    const q = accelerationMps2 ** 2;
    const [qpp, qpv, qvv] = [(q * dt ** 3) / 3, (q * dt ** 2) / 2, q * dt];
    const processNoise = [
      [qpp, 0, qpv, 0],
      [0, qpp, 0, qpv],
      [qpv, 0, qvv, 0],
      [0, qpv, 0, qvv],
    ];
    const predicted = product(step, [[0], [0], [known.v[0]], [known.v[1]]]);
    const covariance = plus(product(product(step, known.covariance), transposed(step)), processNoise);
    const see = [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
    ];
    const innovation = minus([[to[0]], [to[1]]], product(see, predicted));
    const spread = plus(product(product(see, covariance), transposed(see)), [
      [noise, 0],
      [0, noise],
    ]);
    const inverse = [
      [1 / spread[0][0], 0],
      [0, 1 / spread[1][1]],
    ];
    if (product(product(transposed(innovation), inverse), innovation)[0][0] > GATE) {
      rejected++;
      return undefined;
    }
    const gain = product(product(covariance, transposed(see)), inverse);
    const [[north], [east], [vNorth], [vEast]] = plus(predicted, product(gain, innovation));
    const along = [known.v[0] + vNorth, known.v[1] + vEast];
    const length = Math.hypot(along[0], along[1]);
    const projected = length === 0 ? 0 : Math.max(0, (north * along[0] + east * along[1]) / length);
    const lon = known.lon + east / eastM;
    known = {
      second,
      lat: known.lat + north / northM,
      lon: lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon,
      v: [vNorth, vEast],
      covariance: minus(covariance, product(product(gain, see), covariance)),
    };
    return {
      wayM: dt > PROJECT_S ? Math.hypot(north, east) : projected,
      mps: Math.hypot(vNorth, vEast),
      sigmaM,
      sigmaMps: Math.sqrt(known.covariance[2][2]),
      move: [north, east],
    };
  });
  return { fixes, rejected, jumps };
}
