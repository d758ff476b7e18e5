import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createCourse } from './course.ts';
import { type Crossing, findCrossings, marksOf } from './crossings.ts';
import { paceOf } from './pace.ts';
import { fixAt, GUN_MS, NORTH_LINE, northRace, trueMs } from './runs-for-tests.ts';
import { type Fix, Track } from './track.ts';
import * as row from './track-rows.ts';

const course = createCourse(NORTH_LINE);
const marks = marksOf(northRace([]).checkpoints);
const newTrack = () => new Track(course, paceOf('run'), GUN_MS);
const SPEED = 4;

function run(fixes: Iterable<Fix>) {
  const track = newTrack();
  const crossings = new Map<number, Crossing>();
  let revision = 0;
  for (const fix of fixes) {
    track.put(fix);
    track.settle();
    findCrossings(track, marks, GUN_MS, crossings, ++revision);
  }
  return { track, crossings };
}

function* fixesOf(fromS: number, toS: number, change: (fix: Fix, second: number) => Fix | null = (fix) => fix) {
  for (let second = fromS; second <= toS; second++) {
    const fix = change(fixAt(GUN_MS + second * 1_000, SPEED), second);
    if (fix !== null) yield fix;
  }
}

const state = ({ rows, count }: Track) => ({
  positionM: Math.round(rows[count * row.CELLS + row.USED_S]),
  speedMps: Math.round(10 * rows[count * row.CELLS + row.V]) / 10,
  isOff: rows[count * row.CELLS + row.IS_OFF] === 1,
});

const timesOf = (crossings: Map<number, Crossing>) =>
  [...crossings.values()].filter(({ isWithdrawn }) => !isWithdrawn).map(({ mark, timeMs }) => ({ mark, timeMs }));

test('a runner with good fixes is where they say, and crosses each line when they do', () => {
  const { track, crossings } = run(fixesOf(-30, 515));
  assert.deepEqual(state(track), { positionM: 2_060, speedMps: 4, isOff: false });
  assert.deepEqual(
    timesOf(crossings).map(({ mark }) => mark),
    [0, 1, 2, 3],
  );
  for (const { mark, timeMs, sigmaMs, isSettled } of crossings.values()) {
    assert.ok(Math.abs(timeMs - trueMs(marks[mark].positionM, SPEED)) < 250, `mark ${mark} at ${timeMs - GUN_MS} ms`);
    assert.ok(sigmaMs > 0 && sigmaMs < 2_000);
    assert.equal(isSettled, true);
  }
});

test('a device that begins to measure in the middle is found where it is', () => {
  const { track, crossings } = run(fixesOf(200, 260));
  assert.deepEqual(state(track), { positionM: 1_040, speedMps: 4, isOff: false });
  assert.deepEqual(timesOf(crossings), []);
});

test('a jump of some seconds moves nobody and crosses nothing', () => {
  const jump = (fix: Fix, second: number) =>
    second >= 60 && second < 63 ? { ...fix, latitudeE7: fix.latitudeE7 + 50_000 } : fix;
  const { track, crossings } = run(fixesOf(-30, 110, jump));
  assert.deepEqual(state(track), { positionM: 440, speedMps: 4, isOff: false });
  assert.deepEqual(
    timesOf(crossings).map(({ mark }) => mark),
    [0],
  );
});

test('across a minute without fixes a crossing is estimated, and says how badly', () => {
  const { crossings } = run(fixesOf(-30, 200, (fix, second) => (second > 100 && second < 160 ? null : fix)));
  const { timeMs, sigmaMs } = crossings.get(1)!;
  assert.ok(Math.abs(timeMs - trueMs(500, SPEED)) < 2_000);
  assert.ok(sigmaMs > 3_000, `${sigmaMs} ms are too proud`);
});

test('who stands before a line, and whose receiver errs beyond it for a while, crosses it when they go on', () => {
  const standing = (second: number, wanderM: number): Fix => {
    const { latitudeE7, longitudeE7 } = NORTH_LINE.at(496 + wanderM);
    return { atMs: GUN_MS + second * 1_000, latitudeE7, longitudeE7, statedM: 3, speedMps: 0 };
  };
  const before = [...fixesOf(-30, 124)];
  const there = Array.from({ length: 60 }, (_, i) => standing(125 + i, i < 4 ? 6 : -2));
  const onwards = [...fixesOf(124, 200)].map((fix) => ({ ...fix, atMs: fix.atMs + 61_000 }));
  const { crossings } = run([...before, ...there, ...onwards]);
  const { timeMs, isWithdrawn, isSettled } = crossings.get(1)!;
  assert.deepEqual({ isWithdrawn, isSettled }, { isWithdrawn: false, isSettled: true });
  assert.ok(Math.abs(timeMs - (trueMs(500, SPEED) + 61_000)) < 1_500, `${timeMs - GUN_MS} ms`);
});

describe('who leaves the course', () => {
  // From 300 m on 200 m to the east of it, and back on it at 1,800 m.
  const cut = (fix: Fix, second: number) =>
    second >= 75 && second < 450 ? { ...fix, longitudeE7: fix.longitudeE7 + 26_000 } : fix;

  test('is off course after ten seconds, and where they left it', () => {
    const { track } = run(fixesOf(-30, 100, cut));
    assert.deepEqual({ ...state(track), speedMps: 0 }, { positionM: 296, speedMps: 0, isOff: true });
  });

  test('is on it again once they have come back for a while, without the checkpoints that they left out', () => {
    const { track, crossings } = run(fixesOf(-30, 470, cut));
    assert.deepEqual(state(track), { positionM: 1_880, speedMps: 4, isOff: false });
    assert.deepEqual(
      timesOf(crossings).map(({ mark }) => mark),
      [0],
    );
  });
});

test('within the window the order of arrival changes nothing', () => {
  const fixes = [...fixesOf(-30, 160)].map((fix, i) => ({
    ...fix,
    latitudeE7: fix.latitudeE7 + 200 * ((i * 37) % 9) - 800,
  }));
  const wanted = run(fixes);
  fc.assert(
    fc.property(fc.array(fc.nat(6), { minLength: fixes.length, maxLength: fixes.length }), (delays) => {
      const arriving = fixes.map((fix, i) => ({ fix, at: i + delays[i] })).toSorted((a, b) => a.at - b.at);
      const { track, crossings } = run(arriving.map(({ fix }) => fix));
      const at = track.count * row.CELLS;
      for (const cell of [row.S, row.V]) {
        assert.ok(Math.abs(track.rows[at + cell] - wanted.track.rows[at + cell]) < 0.01, `cell ${cell}`);
      }
      for (const [mark, { timeMs }] of wanted.crossings) {
        const other = crossings.get(mark);
        assert.ok(other && Math.abs(other.timeMs - timeMs) <= 250, `mark ${mark}`);
      }
    }),
    { numRuns: 60 },
  );
});

test('a fix from before the window is refused, one that is there already is not', () => {
  const { track } = run(fixesOf(0, 60));
  assert.equal(track.put(fixAt(GUN_MS + 10_000, SPEED)), false);
  assert.equal(track.put(fixAt(GUN_MS + 55_000, SPEED)), true);
  assert.equal(track.settle(), false);
});

test('a track that was kept and restored goes on as if nothing had been', () => {
  const { track } = run(fixesOf(-30, 97));
  const again = newTrack();
  again.restore(track.encode());
  for (const fix of fixesOf(98, 130)) {
    for (const one of [track, again]) {
      one.put(fix);
      one.settle();
    }
  }
  assert.deepEqual(again.rows, track.rows);
  assert.throws(() => newTrack().restore(new Float64Array(7)), RangeError);
});
