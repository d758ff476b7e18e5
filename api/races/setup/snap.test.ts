import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createCourseLine } from '../../../schemas/course-line.ts';
import type { Course, Place } from '../../../schemas/race.ts';
import { RaceError } from '../../../schemas/race-check.ts';
import { snapCheckpoint } from './snap.ts';

const own = { id: 'x', name: 'X', isStart: false, isFinish: false };
/** Degrees of latitude and longitude from 46° N 14° E, in thousandths. */
const courseOf = (places: readonly (readonly [number, number])[], more: Partial<Course> = {}): Course => ({
  latitudeE7: places.map(([lat]) => Math.round(460_000_000 + lat * 10_000)),
  longitudeE7: places.map(([, lon]) => Math.round(140_000_000 + lon * 10_000)),
  ...{ altitudeDm: null, isClosed: false, laps: 1, ...more },
});
const placeOf = (lat: number, lon: number): Place => ({
  latitudeE7: Math.round(460_000_000 + lat * 10_000),
  longitudeE7: Math.round(140_000_000 + lon * 10_000),
});
const outAndBack = courseOf([
  [0, 0],
  [10, 0],
  [0, 0],
]);
const square = courseOf(
  [
    [0, 0],
    [0, 10],
    [10, 10],
    [10, 0],
  ],
  { isClosed: true, laps: 3 },
);
const rounded = (metres: number) => Math.round(metres * 10) / 10;

describe('a checkpoint is put on the course', () => {
  test('at each pass of its place, out and back', () => {
    const { lengthM } = createCourseLine(outAndBack);
    const { positionM, kind, ends } = snapCheckpoint({ ...own, place: placeOf(4, 0.2) }, outAndBack, '');
    assert.deepEqual(
      { positionM, kind, ends },
      {
        positionM: [rounded(lengthM * 0.2), rounded(lengthM * 0.8)],
        ...{ kind: 'line', ends: null },
      },
    );
  });

  test('where the course crosses its line, in every lap', () => {
    const { lapM, alongM } = createCourseLine(square);
    const ends = [placeOf(5, 9.9), placeOf(5, 10.1)];
    const halfM = (alongM[1] + alongM[2]) / 2;
    const checkpoint = snapCheckpoint({ ...own, ends }, square, '');
    assert.deepEqual(
      checkpoint.positionM,
      [0, 1, 2].map((lap) => rounded(halfM + lap * lapM)),
    );
    assert.deepEqual(checkpoint.ends, ends);
  });

  test('as a circle around its place', () => {
    const place = placeOf(10, 0.5);
    const checkpoint = snapCheckpoint({ ...own, place, radiusM: 80 }, outAndBack, '');
    const { id, name, isStart, isFinish } = own;
    const [halfM] = [createCourseLine(outAndBack).lapM / 2];
    assert.deepEqual(checkpoint, {
      ...{ id, name, isStart, isFinish, kind: 'circle', ends: null, centre: place, radiusM: 80 },
      positionM: [rounded(halfM)],
    });
  });

  test('at the ends where nothing is said, and a finish at the start line only when it ends the race', () => {
    const { lengthM } = createCourseLine(outAndBack);
    const at = (more: object) => snapCheckpoint({ ...own, ...more }, outAndBack, '').positionM;
    assert.deepEqual(at({ isStart: true }), [0]);
    assert.deepEqual(at({ isFinish: true }), [lengthM]);
    assert.deepEqual(at({ isStart: true, place: placeOf(0, 0) }), [0]);
    assert.deepEqual(at({ isFinish: true, place: placeOf(0, 0) }), [lengthM]);
  });

  test('or refused with how far away it is', () => {
    const far = () => snapCheckpoint({ ...own, place: placeOf(5, 5) }, outAndBack, '/checkpoints/0');
    assert.throws(far, (error: RaceError) => {
      assert.equal(error.field, '/checkpoints/0/place');
      assert.match(error.rule, /is 38\d m from the course; 50 m are allowed/);
      return true;
    });
    const nowhere = [{}, { ends: [placeOf(5, 1), placeOf(6, 1)] }, { radiusM: 5 }];
    for (const said of nowhere) assert.throws(() => snapCheckpoint({ ...own, ...said }, outAndBack, ''), RaceError);
    assert.throws(() => snapCheckpoint({ ...own, place: placeOf(0, 0) }, null, ''), RaceError);
  });
});

const step = fc.tuple(fc.integer({ min: -300, max: 300 }), fc.integer({ min: -300, max: 300 }));
const anyCourse = fc
  .record({ steps: fc.array(step, { minLength: 1, maxLength: 12 }), isClosed: fc.boolean() })
  .map(({ steps, isClosed }) => {
    const places: (readonly [number, number])[] = [[0, 0]];
    for (const [lat, lon] of steps) places.push([places.at(-1)![0] + lat / 100, places.at(-1)![1] + lon / 100]);
    return courseOf(places, { isClosed, laps: isClosed ? 2 : 1 });
  })
  .filter((course) => createCourseLine(course).lapM > 1);

test('whatever the course, a place on it is found there, and every pass found is near it', () => {
  fc.assert(
    fc.property(anyCourse, fc.double({ min: 0, max: 1, noNaN: true }), (course, share) => {
      const line = createCourseLine(course);
      const { latitudeE7, longitudeE7 } = line.at(share * line.lapM * 0.999_999);
      const { positionM } = snapCheckpoint({ ...own, place: { latitudeE7, longitudeE7 } }, course, '');
      const offM = (metres: number) => {
        const [a, b] = [
          { eastM: 0, northM: 0 },
          { eastM: 0, northM: 0 },
        ];
        const at = line.at(Math.min(metres, line.lengthM - 1e-6));
        line.toPlane(at.latitudeE7, at.longitudeE7, a);
        line.toPlane(latitudeE7, longitudeE7, b);
        return Math.hypot(a.eastM - b.eastM, a.northM - b.northM);
      };
      assert.ok(Math.min(...positionM.map(offM)) < 0.2);
      for (const [i, metres] of positionM.entries()) {
        assert.ok(offM(metres) < 50.2 && metres >= 0 && metres <= line.lengthM);
        if (i > 0) assert.ok(metres > positionM[i - 1]);
      }
    }),
    { numRuns: 200 },
  );
});
