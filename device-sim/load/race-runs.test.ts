import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCourseLine } from '../../schemas/course-line.ts';
import { madeCourse } from '../race/race-courses.ts';
import { raceRunContents } from './race-runs.ts';

test('the runs of a load begin at the start of the course, go along it, and each is another one', () => {
  const course = madeCourse({ seed: 'a', courseShape: 'laps', courseM: 2_000 });
  const line = createCourseLine(course);
  const runOf = (nth: number) => raceRunContents(course, { seed: 'a', nth, frames: 20, samplesPerFrame: 3 });
  const contents = runOf(0);
  assert.deepEqual(contents, runOf(0));
  assert.notDeepEqual(contents, runOf(1));
  assert.equal(contents.length, 20);
  for (const columns of contents) {
    const names = ['latitude', 'longitude', 'horizontal_accuracy', 'speed', 'heart_rate'];
    assert.deepEqual(
      Object.entries(columns).map(([name, values]) => [name, values.length]),
      names.map((name) => [name, 3]),
    );
  }
  const at = { eastM: 0, northM: 0 };
  const from = { eastM: 0, northM: 0 };
  line.toPlane(line.at(0).latitudeE7, line.at(0).longitudeE7, from);
  const awayM = (frame: number) => {
    const { latitude, longitude } = contents[frame];
    line.toPlane(latitude[0]!, longitude[0]!, at);
    return Math.hypot(at.eastM - from.eastM, at.northM - from.northM);
  };
  assert.ok(awayM(0) < 80 && awayM(15) > awayM(0) + 30, `${awayM(0)} m, then ${awayM(15)} m`);
});
