import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { StartError } from '../../runtime/service.ts';
import { readCourseFile } from './gpx-course.ts';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slip-course-'));
});
after(() => rm(dir, { recursive: true, force: true }));

async function fileOf(places: readonly (readonly [latitude: number, longitude: number])[]): Promise<string> {
  const points = places.map(([lat, lon]) => `<trkpt lat="${lat}" lon="${lon}"><ele>300.2</ele></trkpt>`).join('');
  const file = join(dir, `${places.length}.gpx`);
  await writeFile(file, `<gpx version="1.1"><trk><trkseg>${points}</trkseg></trk></gpx>`);
  return file;
}

const isForPeople = (pattern: RegExp) => (error: unknown) => error instanceof StartError && pattern.test(error.message);

describe('a course from a GPX file', () => {
  test('is run once from end to end, or in laps where it comes back', async () => {
    const square: [number, number][] = [
      [46, 14],
      [46.01, 14],
      [46.01, 14.01],
      [46.0001, 14.0001],
    ];
    const file = await fileOf(square);
    const points = { latitudeE7: square.map(([lat]) => Math.round(lat * 1e7)), altitudeDm: square.map(() => 3_002) };
    const longitudeE7 = square.map(([, lon]) => Math.round(lon * 1e7));
    assert.deepEqual(await readCourseFile(file, 1), { ...points, longitudeE7, isClosed: false, laps: 1 });
    assert.deepEqual(await readCourseFile(file, 3), { ...points, longitudeE7, isClosed: true, laps: 3 });
  });

  test('is refused in words for people', async () => {
    const straight = await fileOf([
      [46, 14],
      [46.1, 14],
    ]);
    await assert.rejects(readCourseFile(straight, 2), isForPeople(/ends 111\d\d m from where it begins/));
    await assert.rejects(readCourseFile(await fileOf([[46, 14]]), 1), isForPeople(/holds no course/));
    await assert.rejects(readCourseFile(join(dir, 'none.gpx'), 1), isForPeople(/cannot be read/));
  });
});
