import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCourseLine } from './course-line.ts';
import type { Course } from './race.ts';
import { STRAIGHT_COURSE } from './race-for-tests.ts';

const near = (value: number, wanted: number, by: number) =>
  assert.ok(Math.abs(value - wanted) <= by, `${value} is not within ${by} of ${wanted}`);

/** Points within some kilometres, none on top of the one before. */
const anyCourse = fc
  .record({
    latitude: fc.integer({ min: -700_000_000, max: 700_000_000 }),
    longitude: fc.integer({ min: -1_800_000_000, max: 1_800_000_000 }),
    steps: fc.array(
      fc.record({ north: fc.integer({ min: 2_000, max: 20_000 }), east: fc.integer({ min: -20_000, max: 20_000 }) }),
      { minLength: 2, maxLength: 30 },
    ),
    isClosed: fc.boolean(),
    laps: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ latitude, longitude, steps, isClosed, laps }): Course => {
    const wrap = (value: number) =>
      ((((value + 1_800_000_000) % 3_600_000_000) + 3_600_000_000) % 3_600_000_000) - 1_800_000_000;
    const at = { latitude, longitude };
    const places = steps.map(({ north, east }) => {
      at.latitude += north;
      at.longitude += east;
      return [at.latitude, wrap(at.longitude)] as const;
    });
    return {
      latitudeE7: places.map(([lat]) => lat),
      longitudeE7: places.map(([, lon]) => lon),
      altitudeDm: places.map((_, i) => 10 * i),
      isClosed,
      laps: isClosed ? laps : 1,
    };
  });

test('a degree of latitude at 46° has 111,151 metres of WGS 84, a degree of longitude 77,463', () => {
  const north = createCourseLine({
    ...STRAIGHT_COURSE,
    latitudeE7: [459_950_000, 460_050_000],
    longitudeE7: [0, 0],
    altitudeDm: null,
  });
  near(north.lengthM, 1_111.51, 0.01);
  const east = createCourseLine({
    ...STRAIGHT_COURSE,
    latitudeE7: [460_000_000, 460_000_000],
    longitudeE7: [0, 100_000],
    altitudeDm: null,
  });
  near(east.lengthM, 774.63, 0.01);
});

test('a closed course goes back to its first point, and its line goes round for ever', () => {
  const square: Course = {
    latitudeE7: [0, 9_000, 9_000, 0],
    longitudeE7: [0, 0, 9_000, 9_000],
    altitudeDm: null,
    isClosed: true,
    laps: 3,
  };
  const line = createCourseLine(square);
  near(line.lapM, 2 * 99.52 + 2 * 100.19, 0.05);
  assert.equal(line.lengthM, 3 * line.lapM);
  const { latitudeE7, longitudeE7 } = line.at(50);
  for (const positionM of [50 - line.lapM, 50 + line.lapM, 50 + 7 * line.lapM]) {
    const again = line.at(positionM);
    assert.deepEqual([again.latitudeE7, again.longitudeE7], [latitudeE7, longitudeE7]);
  }
});

test('an open course goes on straight ahead before its start and behind its finish', () => {
  const line = createCourseLine(STRAIGHT_COURSE);
  const [before, behind] = [line.at(-100), line.at(line.lengthM + 100)];
  near(460_000_000 - before.latitudeE7, behind.latitudeE7 - 460_090_000, 1);
  near(460_000_000 - before.latitudeE7, 8_998, 2);
  assert.deepEqual([before.altitudeM, behind.altitudeM], [300, 305]);
});

test('the gradient is the rise over the run of the leg', () => {
  const line = createCourseLine(STRAIGHT_COURSE);
  near(line.at(10).gradient, 10 / 500.1, 0.0002);
  near(line.at(900).gradient, -5 / 500.1, 0.0002);
  near(line.at(250).altitudeM ?? 0, 305, 0.01);
});

test('points on one another are one point', () => {
  const doubled = {
    ...STRAIGHT_COURSE,
    latitudeE7: [460_000_000, 460_000_000, 460_045_000, 460_090_000, 460_090_000],
    longitudeE7: [145_000_000, 145_000_000, 145_000_000, 145_000_000, 145_000_000],
    altitudeDm: [3_000, 3_000, 3_100, 3_050, 3_050],
  };
  const [line, plain] = [createCourseLine(doubled), createCourseLine(STRAIGHT_COURSE)];
  assert.equal(line.legs, 2);
  assert.deepEqual(line.alongM, plain.alongM);
});

test('what is at a position lies on its leg, that far along it, also across the date line', () => {
  fc.assert(
    fc.property(anyCourse, fc.double({ min: 0, max: 1, noNaN: true }), (course, share) => {
      const line = createCourseLine(course);
      const positionM = share * line.lengthM;
      const { latitudeE7, longitudeE7, eastward, northward } = line.at(positionM);
      near(Math.hypot(eastward, northward), 1, 1e-9);
      const at = { eastM: 0, northM: 0 };
      line.toPlane(latitudeE7, longitudeE7, at);
      const inLapM = course.isClosed ? positionM % line.lapM : positionM;
      const leg = line.legAt(inLapM);
      const [eastM, northM] = [at.eastM - line.eastM[leg], at.northM - line.northM[leg]];
      near(eastM * eastward + northM * northward, inLapM - line.alongM[leg], 0.02);
      near(eastM * northward - northM * eastward, 0, 0.02);
    }),
  );
});
