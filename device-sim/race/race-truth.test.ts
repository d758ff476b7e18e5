import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCourseLine } from '../../schemas/course-line.ts';
import { createRandom } from '../random.ts';
import { measureRunner, WHITE_3M } from './gps-noise.ts';
import { COURSE_SHAPES, makeRaceCourse } from './race-courses.ts';
import { createRunner } from './race-truth.ts';

const GUN_MS = 1_800_000_000_000;
const PLAN = { gunTimeMs: GUN_MS, waitS: 30, paceMps: 4, minMps: 2.5, fade: 0.1, stopsPerS: 0 };

describe('a made race', () => {
  for (const shape of COURSE_SHAPES) {
    test(`on a course ${shape} is as long as was asked, within a tenth`, () => {
      const { lengthM } = createCourseLine(makeRaceCourse(createRandom('a', shape), shape, 5_000));
      assert.ok(Math.abs(lengthM - 5_000) < 500, `${lengthM} m`);
    });
  }

  test('is the same for the same seed', () => {
    const fixes = () => {
      const random = createRandom('b', 'same');
      const line = createCourseLine(makeRaceCourse(random, 'laps', 3_000));
      return [...measureRunner(random, line, createRunner(random, line, PLAN), WHITE_3M)];
    };
    assert.deepEqual(fixes(), fixes());
  });
});

describe('a runner', () => {
  const random = createRandom('c', 'runner');
  const line = createCourseLine(makeRaceCourse(random, 'point-to-point', 3_000));
  const truth = createRunner(random, line, PLAN);

  test('waits behind the start until the gun, then never stands, and stops behind the finish', () => {
    const { positionM } = truth;
    assert.ok(positionM[0] < 0 && positionM[29] === positionM[0]);
    const [startMs, finishMs] = [truth.crossedMs(0)!, truth.crossedMs(line.lengthM)!];
    assert.ok(startMs > GUN_MS && finishMs > startMs + 600_000 && finishMs < startMs + 1_200_000);
    assert.ok(positionM[positionM.length - 1] > line.lengthM + 20);
    for (let timeMs = startMs + 3_000; timeMs < finishMs - 1_000; timeMs += 1_000) {
      assert.ok(truth.positionAt(timeMs + 1_000) - truth.positionAt(timeMs) >= 2.49);
    }
  });

  test('is at a place when it says that it crossed it', () => {
    for (const positionM of [0, 700, 2_999]) {
      assert.ok(Math.abs(truth.positionAt(truth.crossedMs(positionM)!) - positionM) < 1e-6);
    }
    assert.equal(truth.crossedMs(line.lengthM + 500), null);
  });

  test('is measured with the noise that was asked for', () => {
    const at = { eastM: 0, northM: 0 };
    const errors = [...measureRunner(random, line, truth, WHITE_3M)].map(({ timeMs, latitudeE7, longitudeE7 }) => {
      const place = line.at(truth.positionAt(timeMs));
      line.toPlane(place.latitudeE7, place.longitudeE7, at);
      const { eastM, northM } = at;
      line.toPlane(latitudeE7, longitudeE7, at);
      return (at.eastM - eastM) ** 2 + (at.northM - northM) ** 2;
    });
    const sigmaM = Math.sqrt(errors.reduce((sum, error) => sum + error, 0) / errors.length / 2);
    assert.ok(Math.abs(sigmaM - 3) < 0.3, `${sigmaM} m`);
  });
});
