import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCourseLine } from '../../schemas/course-line.ts';
import type { Course as CourseSetting } from '../../schemas/race.ts';
import { Candidates, createCourse, MAX_CANDIDATES, RUN_OUT_M } from './course.ts';

const E7_PER_M = 90;

function courseOf(points: readonly (readonly [eastM: number, northM: number])[], more: Partial<CourseSetting> = {}) {
  const setting: CourseSetting = {
    latitudeE7: points.map(([, northM]) => Math.round(northM * E7_PER_M)),
    longitudeE7: points.map(([eastM]) => Math.round(eastM * E7_PER_M)),
    altitudeDm: null,
    isClosed: false,
    laps: 1,
    ...more,
  };
  return createCourse(createCourseLine(setting));
}

function found(
  course: ReturnType<typeof courseOf>,
  eastM: number,
  northM: number,
  maxOffM = 20,
  range?: [number, number],
) {
  const { line } = course;
  const at = { eastM: 0, northM: 0 };
  // Coordinates of the tests begin at 0° N 0° E, the line's own in its middle.
  line.toPlane(Math.round(northM * E7_PER_M), Math.round(eastM * E7_PER_M), at);
  const into = new Candidates();
  course.find(at.eastM, at.northM, range?.[0] ?? -RUN_OUT_M, range?.[1] ?? line.lengthM + RUN_OUT_M, maxOffM, into);
  return Array.from({ length: into.count }, (_, i) => [into.positionM[i], into.offM[i]].map((v) => Math.round(v)));
}

test('a fix beside a straight road has one place on it, to the left or to the right', () => {
  const course = courseOf([
    [0, 0],
    [0, 500],
    [0, 1_000],
  ]);
  assert.deepEqual(found(course, 5, 300), [[299, 5]]);
  assert.deepEqual(found(course, -5, 300), [[299, -5]]);
  assert.deepEqual(found(course, 21, 300), []);
});

test('a road there and back is met twice', () => {
  const course = courseOf([
    [0, 0],
    [0, 1_000],
    [0, 0],
  ]);
  const [[thereM], [backM]] = found(course, 0, 700);
  assert.ok(Math.abs(thereM - 697) < 2 && Math.abs(backM - 1_293) < 3, `${thereM} and ${backM}`);
});

test('where the course crosses itself a fix has both places', () => {
  const course = courseOf([
    [0, 0],
    [0, 400],
    [200, 400],
    [200, 200],
    [-200, 200],
  ]);
  assert.equal(found(course, 1, 201).length, 2);
});

test('every lap of a closed course has its place, and so have the roads before the start and behind the finish', () => {
  const course = courseOf(
    [
      [0, 0],
      [0, 100],
      [100, 100],
      [100, 0],
    ],
    { isClosed: true, laps: 3 },
  );
  const { lapM } = course.line;
  const places = found(course, 0, 50).map(([at]) => at);
  assert.deepEqual(
    places,
    [0, 1, 2, 3].map((lap) => Math.round(50 * 0.9953 + lap * lapM)),
  );
  const open = courseOf([
    [0, 0],
    [0, 100],
  ]);
  assert.deepEqual(found(open, 0, -50), [[-50, 0]]);
  assert.deepEqual(found(open, 0, -50, 20, [-80, -30]), [[-50, 0]]);
  assert.deepEqual(
    found(open, 0, 200).map(([at]) => at),
    [199],
  );
});

test('a range leaves out what lies outside of it', () => {
  const course = courseOf([
    [0, 0],
    [0, 1_000],
    [0, 0],
  ]);
  assert.equal(found(course, 0, 700, 20, [600, 800]).length, 1);
  assert.deepEqual(found(course, 0, 700, 20, [0, 500]), []);
});

const anyPoints = fc
  .array(fc.tuple(fc.integer({ min: -60, max: 60 }), fc.integer({ min: -60, max: 60 })), {
    minLength: 2,
    maxLength: 120,
  })
  .map((steps) => {
    let [eastM, northM] = [0, 0];
    return steps.map(([dx, dy]) => {
      eastM += dx === 0 && dy === 0 ? 1 : dx;
      northM += dy;
      return [eastM, northM] as const;
    });
  });

test('the nearest place is always among the candidates, however many legs are passed over unseen', () => {
  fc.assert(
    fc.property(
      anyPoints,
      fc.integer({ min: 0, max: 99 }),
      fc.integer({ min: -30, max: 30 }),
      (points, percent, offM) => {
        const course = courseOf(points);
        const { line } = course;
        const at = line.at((percent / 100) * line.lengthM);
        const place = { eastM: 0, northM: 0 };
        line.toPlane(at.latitudeE7, at.longitudeE7, place);
        const [x, y] = [place.eastM - at.northward * offM, place.northM + at.eastward * offM];
        const into = new Candidates();
        course.find(x, y, 0, line.lengthM, 40, into);
        const bestM = Math.min(...Array.from({ length: into.count }, (_, i) => Math.abs(into.offM[i])));
        if (into.count < MAX_CANDIDATES) assert.ok(Math.abs(bestM - naiveDistanceM(course, x, y)) < 0.05);
        assert.equal(course.isNear(x, y, 40), true);
      },
    ),
  );
});

function naiveDistanceM({ line }: ReturnType<typeof courseOf>, x: number, y: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let leg = 0; leg < line.legs; leg++) {
    const [ax, ay, bx, by] = [line.eastM[leg], line.northM[leg], line.eastM[leg + 1], line.northM[leg + 1]];
    const share = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2);
    const t = Math.max(0, Math.min(1, share));
    best = Math.min(best, Math.hypot(ax + t * (bx - ax) - x, ay + t * (by - ay) - y));
  }
  return best;
}
