import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from '../../../runtime/memory-random.ts';
import { createActivityMetrics } from './activity-metrics.ts';
import { SPORTS, type Sport } from './config.ts';
import { breakPath, CELLS, foldGps, LAT, LON, PATH_M, REJECTED } from './gps-filter.ts';
import { ACCURACY, LATITUDE, LONGITUDE, MISSING, ROW } from './grid.ts';

/** Metres north and east of the start, and the fix that a receiver makes of it: nothing when it sees no sky. */
interface Truth {
  readonly northM: number;
  readonly eastM: number;
}

const START = { lat: 46.0569, lon: 14.5058 };
const NORTH_M = 111_165.3; // of a degree there, on WGS 84
const EAST_M = 77_396.6;

interface Receiver {
  readonly sport: Sport;
  /** Standard deviation of each axis, drawn for each fix. */
  readonly noiseM: number;
  /** Share of the error before that stays: receivers wander, they do not jitter. */
  readonly wander?: number;
  readonly accuracyM: number;
  readonly sees?: (second: number) => boolean;
  readonly offsetM?: (second: number) => number;
  readonly seed?: number;
}

/** The fixes of a receiver whose errors have that standard deviation, in metres from the start. */
function fixesOf(
  track: readonly Truth[],
  { noiseM, wander = 0, seed = 1, offsetM = () => 0, sees = () => true }: Partial<Receiver> & { noiseM: number },
) {
  const random = createRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const fresh = noiseM * Math.sqrt(1 - wander ** 2);
  let [errorNorth, errorEast] = [0, 0];
  return track
    .map(({ northM, eastM }, second) => {
      errorNorth = wander * errorNorth + fresh * normal();
      errorEast = wander * errorEast + fresh * normal();
      return { second, fix: { northM: northM + errorNorth, eastM: eastM + errorEast + offsetM(second) } };
    })
    .filter(({ second }) => sees(second));
}

function fixRow({ northM, eastM }: Truth, accuracyM: number): Int32Array {
  const row = new Int32Array(ROW).fill(MISSING);
  row[LATITUDE] = Math.round((START.lat + northM / NORTH_M) * 1e7);
  row[LONGITUDE] = Math.round((START.lon + eastM / EAST_M) * 1e7);
  row[ACCURACY] = 10 * accuracyM;
  return row;
}

/** Filters what the receiver makes of a track; `rawM` is what joining its fixes would give. */
function filtered(track: readonly Truth[], receiver: Receiver) {
  const cells = new Float64Array(CELLS);
  breakPath(cells, 0);
  let [pathM, rawM, believed, squares] = [0, 0, 0, 0];
  let last: Truth | undefined;
  for (const { second, fix } of fixesOf(track, receiver)) {
    if (last !== undefined) rawM += Math.hypot(fix.northM - last.northM, fix.eastM - last.eastM);
    last = fix;
    if (!foldGps(cells, 0, second, fixRow(fix, receiver.accuracyM), 0, SPORTS[receiver.sport])) continue;
    pathM += cells[PATH_M];
    believed++;
    const { northM, eastM } = track[second];
    squares += ((cells[LAT] - START.lat) * NORTH_M - northM) ** 2 + ((cells[LON] - START.lon) * EAST_M - eastM) ** 2;
  }
  return { pathM, rawM, rejected: cells[REJECTED], rmsM: Math.sqrt(squares / believed) };
}

const straight = (seconds: number, mps: number) =>
  Array.from({ length: seconds + 1 }, (_, i) => ({ northM: i * mps * 0.6, eastM: i * mps * 0.8 }));

const circle = (seconds: number, mps: number, radiusM: number) =>
  Array.from({ length: seconds + 1 }, (_, i) => ({
    northM: radiusM * Math.sin((i * mps) / radiusM),
    eastM: radiusM * (1 - Math.cos((i * mps) / radiusM)),
  }));

const within = (actual: number, expected: number, share: number) => {
  const off = Math.abs(actual / expected - 1);
  assert.ok(off <= share, `${actual.toFixed(1)} is ${(100 * off).toFixed(2)} % off ${expected.toFixed(1)}`);
};

/** Worst of five receivers with the same kind of errors, as shares of the true way. */
function worst(track: readonly Truth[], trueM: number, receiver: Receiver) {
  const runs = [1, 2, 3, 4, 5].map((seed) => filtered(track, { ...receiver, seed }));
  const share = (pick: (run: (typeof runs)[number]) => number) =>
    Math.max(...runs.map((run) => Math.abs(pick(run) / trueM - 1)));
  return {
    path: share(({ pathM }) => pathM),
    raw: share(({ rawM }) => rawM),
    rmsM: Math.max(...runs.map(({ rmsM }) => rmsM)),
    rejected: Math.max(...runs.map(({ rejected }) => rejected)),
  };
}

const below = (actual: number, bound: number, what: string) =>
  assert.ok(actual <= bound, `${what} is ${actual.toFixed(4)}, over ${bound}`);

describe('the way along a known track', () => {
  test('without errors is right to 0.05 % straight, and cuts corners of a track by less than 0.5 %', () => {
    const exact = { sport: 'run', noiseM: 0, accuracyM: 5 } as const;
    within(filtered(straight(1_800, 3.5), exact).pathM, 6_300, 0.0005);
    within(filtered(circle(1_800, 3.5, 36.5), exact).pathM, 6_300, 0.005);
  });

  const CASES: [string, Receiver, number, { straight: number; circle: number; rmsM: number }][] = [
    ['a run', { sport: 'run', noiseM: 3, wander: 0.9, accuracyM: 5 }, 3.5, { straight: 0.01, circle: 0.015, rmsM: 6 }],
    [
      'a run with errors that jitter',
      { sport: 'run', noiseM: 3, accuracyM: 5 },
      3.5,
      { straight: 0.01, circle: 0.01, rmsM: 4 },
    ],
    [
      'a run among houses',
      { sport: 'run', noiseM: 8, wander: 0.9, accuracyM: 12 },
      3.5,
      { straight: 0.04, circle: 0.04, rmsM: 14 },
    ],
    ['a ride', { sport: 'ride', noiseM: 3, wander: 0.9, accuracyM: 5 }, 9, { straight: 0.005, circle: 0.02, rmsM: 6 }],
    [
      'a walk',
      { sport: 'walk', noiseM: 3, wander: 0.95, accuracyM: 5 },
      1.3,
      { straight: 0.04, circle: 0.04, rmsM: 6 },
    ],
  ];
  for (const [name, receiver, mps, bounds] of CASES) {
    test(`of ${name} is right to ${100 * bounds.straight} % straight, ${100 * bounds.circle} % round a track`, () => {
      const line = worst(straight(1_800, mps), 1_800 * mps, receiver);
      const round = worst(circle(1_800, mps, 36.5), 1_800 * mps, receiver);
      below(line.path, bounds.straight, 'straight');
      below(round.path, bounds.circle, 'round');
      below(Math.max(line.rmsM, round.rmsM), bounds.rmsM, 'the position');
      assert.ok(line.path < line.raw / 2, 'joining the fixes themselves would be as good');
    });
  }

  test('does not follow six seconds of multipath sixty metres aside, again and again', () => {
    const offsetM = (second: number) => (second % 100 >= 50 && second % 100 < 56 ? 60 : 0);
    const found = worst(straight(600, 3.5), 2_100, { sport: 'run', noiseM: 2, wander: 0.9, accuracyM: 5, offsetM });
    below(found.path, 0.01, 'the way');
    below(found.rmsM, 5, 'the position');
    assert.equal(found.rejected, 36);
    assert.ok(found.raw > 0.3, 'joining the fixes would be far off');
  });

  test('through a tunnel of ninety seconds is the straight line', () => {
    const sees = (second: number) => second < 200 || second > 290;
    const found = worst(straight(600, 3.5), 2_100, { sport: 'run', noiseM: 3, wander: 0.9, accuracyM: 5, sees });
    below(found.path, 0.02, 'the way');
  });

  test('does not count a jump that nobody could make', () => {
    const sees = (second: number) => second < 200 || second > 230;
    const far = straight(400, 3.5).map((at, i) => (i > 210 ? { ...at, eastM: at.eastM + 5_000 } : at));
    const found = filtered(far, { sport: 'run', noiseM: 0, accuracyM: 5, sees });
    within(found.pathM, 370 * 3.5, 0.01);
  });

  test('crosses the antimeridian', () => {
    const cells = new Float64Array(CELLS);
    breakPath(cells, 0);
    let pathM = 0;
    for (let second = 0; second <= 100; second++) {
      const row = new Int32Array(ROW).fill(MISSING);
      const lon = 179.9998 + second * 5e-6;
      row[LATITUDE] = 0;
      row[LONGITUDE] = Math.round((lon > 180 ? lon - 360 : lon) * 1e7);
      foldGps(cells, 0, second, row, 0, SPORTS.run);
      pathM += cells[PATH_M];
    }
    // A degree of the equator has 111,319.5 m.
    within(pathM, 111_319.5 * 5e-4, 0.005);
    assert.ok(cells[LON] < -179.999);
  });
});

describe('an athlete who has positions only', () => {
  const noises = [
    { noiseM: 3, wander: 0.9, accuracyM: 5 },
    { noiseM: 3, wander: 0, accuracyM: 5 },
    { noiseM: 2, wander: 0.95, accuracyM: 3 },
    { noiseM: 8, wander: 0.95, accuracyM: 12 },
  ];

  function measured(sport: Sport, track: readonly Truth[], { noiseM, wander, accuracyM }: (typeof noises)[number]) {
    const metrics = createActivityMetrics({ sport, startS: 0, altitudeSource: 'gps', profile: {} });
    for (const { second, fix } of fixesOf(track, { noiseM, wander, seed: 3 })) {
      metrics.fold(second, fixRow(fix, accuracyM), 0);
    }
    const { distance_m, moving_s } = metrics.snapshot();
    return { distanceM: distance_m.value!, movingS: moving_s.value! };
  }

  for (const sport of ['run', 'ride', 'hike', 'walk'] as const) {
    test(`and stands for a quarter of an hour (${sport}) covers less than 30 m, in less than 25 s`, () => {
      for (const noise of noises) {
        const { distanceM, movingS } = measured(sport, straight(900, 0), noise);
        assert.ok(distanceM < 30 && movingS < 25, `${distanceM} m in ${movingS} s with ${JSON.stringify(noise)}`);
      }
    });
  }

  test('and runs, stands and runs again loses less than 20 m a start', () => {
    const [there] = straight(600, 3.2).slice(-1);
    const track = [
      ...straight(600, 3.2),
      ...Array.from({ length: 300 }, () => there),
      ...straight(600, 3.2).map(({ northM, eastM }) => ({ northM: there.northM + northM, eastM: there.eastM + eastM })),
    ];
    for (const noise of noises.slice(0, 3)) {
      const { distanceM, movingS } = measured('run', track, noise);
      assert.ok(Math.abs(distanceM - 3_840) < 40, `${distanceM} m with ${JSON.stringify(noise)}`);
      assert.ok(Math.abs(movingS - 1_200) < 25, `${movingS} s with ${JSON.stringify(noise)}`);
    }
  });

  test('and walks slowly is seen to walk', () => {
    for (const noise of noises.slice(0, 3)) {
      const { distanceM, movingS } = measured('walk', straight(1_800, 1.2), noise);
      assert.ok(Math.abs(distanceM / 2_160 - 1) < 0.08, `${distanceM} m with ${JSON.stringify(noise)}`);
      assert.ok(movingS > 1_620, `${movingS} s with ${JSON.stringify(noise)}`);
    }
  });
});
