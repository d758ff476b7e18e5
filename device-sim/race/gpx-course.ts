import { readFile } from 'node:fs/promises';
import { readGpxCourse } from '../../files/gpx/read-course.ts';
import { RefusedFileError } from '../../files/reasons.ts';
import { StartError } from '../../runtime/service.ts';
import { type Course, MAX_COURSE_POINTS } from '../../schemas/race.ts';

/** Ends that are as near as this are joined when there are laps. */
const MAX_GAP_M = 100;
const METRES_PER_DEGREE = 111_200;

/**
 * The course of a GPX file, run `laps` times. Throws StartError for a file that cannot be read, or holds no course, or
 * one that ends somewhere else than it begins when there is more than one lap.
 */
export async function readCourseFile(file: string, laps: number): Promise<Course> {
  const { latitude, longitude, altitudeM } = await readTrace(file);
  // Of a very fine recording every so many points are as good.
  const step = Math.ceil(latitude.length / MAX_COURSE_POINTS);
  const kept = <T>(values: readonly T[]) => values.filter((_, i) => i % step === 0);
  const last = latitude.length - 1;
  const northM = (latitude[last] - latitude[0]) * METRES_PER_DEGREE;
  const eastM = (longitude[last] - longitude[0]) * METRES_PER_DEGREE * Math.cos((latitude[0] * Math.PI) / 180);
  const gapM = Math.hypot(northM, eastM);
  if (laps > 1 && gapM > MAX_GAP_M) {
    throw new StartError(`${file} ends ${Math.round(gapM)} m from where it begins: it can be run once, not in laps`);
  }
  return {
    latitudeE7: kept(latitude).map((degrees) => Math.round(degrees * 1e7)),
    longitudeE7: kept(longitude).map((degrees) => Math.round(degrees * 1e7)),
    altitudeDm: altitudeM === null ? null : kept(altitudeM).map((metres) => Math.round(metres * 10)),
    isClosed: laps > 1,
    laps,
  };
}

async function readTrace(file: string): Promise<ReturnType<typeof readGpxCourse>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new StartError(`--course ${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  try {
    return readGpxCourse(bytes);
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    throw new StartError(`--course ${file} holds no course: ${error.message}`);
  }
}
