import { readGpxCourse } from '../../../files/gpx/read-course.ts';
import { createCourseLine } from '../../../schemas/course-line.ts';
import { type Course, MAX_COURSE_POINTS, type RaceSetting } from '../../../schemas/race.ts';
import { RaceError } from '../../../schemas/race-check.ts';
import { snapCheckpoint } from './snap.ts';

/** The ends of a closed course may be so far apart; the last point is then joined to the first. */
const MAX_GAP_M = 100;

export interface CourseShape {
  readonly laps: number;
  readonly isClosed: boolean;
}

/**
 * The course of a GPX file. Of more points than a course may have, those nearest to the one before are left out. Throws
 * RefusedFileError for a file without one, {@link RaceError} for a closed course whose ends are far apart.
 */
export function courseOf(gpx: Uint8Array, { laps, isClosed }: CourseShape): Course {
  const { latitude, longitude, altitudeM } = readGpxCourse(gpx);
  const e7 = (degrees: number) => Math.round(degrees * 1e7);
  const whole: Course = {
    latitudeE7: latitude.map(e7),
    longitudeE7: longitude.map(e7),
    altitudeDm: altitudeM?.map((metres) => Math.round(metres * 10)) ?? null,
    ...{ isClosed: false, laps: 1 },
  };
  const course = thinned(whole);
  if (!isClosed) return { ...course, laps };
  const line = createCourseLine(course);
  const gapM = Math.hypot(line.eastM[line.legs] - line.eastM[0], line.northM[line.legs] - line.northM[0]);
  if (gapM > MAX_GAP_M) throw new RaceError('/course', `is not closed: its ends are ${Math.round(gapM)} m apart`);
  return { ...course, isClosed, laps };
}

function thinned(course: Course): Course {
  let thin = course;
  for (let leastM = 1; thin.latitudeE7.length > MAX_COURSE_POINTS; leastM *= 2) {
    const line = createCourseLine(course);
    const at = { eastM: 0, northM: 0 };
    let before = { eastM: Number.POSITIVE_INFINITY, northM: 0 };
    const kept = [...course.latitudeE7.keys()].filter((i) => {
      line.toPlane(course.latitudeE7[i], course.longitudeE7[i], at);
      const isLast = i === course.latitudeE7.length - 1;
      if (!isLast && Math.hypot(at.eastM - before.eastM, at.northM - before.northM) < leastM) return false;
      before = { ...at };
      return true;
    });
    thin = {
      ...course,
      latitudeE7: kept.map((i) => course.latitudeE7[i]),
      longitudeE7: kept.map((i) => course.longitudeE7[i]),
      altitudeDm: course.altitudeDm === null ? null : kept.map((i) => course.altitudeDm![i]),
    };
  }
  return thin;
}

/**
 * The race on another course: checkpoints that have a line or a circle are put on it anew, the finish of the old one
 * becomes that of the new one, and the others keep their metres. Throws {@link RaceError} for one that is then nowhere.
 */
export function onCourse<Setting extends Pick<RaceSetting, 'course' | 'checkpoints'>>(
  own: Setting,
  course: Course,
): Setting {
  const oldM = own.course === null ? null : createCourseLine(own.course).lengthM;
  const checkpoints = own.checkpoints.map((checkpoint, i) => {
    const { id, name, isStart, isFinish, ends, centre, radiusM, positionM } = checkpoint;
    const isOldEnd = oldM !== null && positionM.length === 1 && Math.abs(positionM[0] - oldM) < 1;
    const stated = { id, name, isStart, isFinish };
    const field = `/checkpoints/${i}`;
    if (ends !== null) return snapCheckpoint({ ...stated, ends }, course, field);
    if (centre !== null && radiusM !== null)
      return snapCheckpoint({ ...stated, place: centre, radiusM }, course, field);
    return isFinish && isOldEnd ? snapCheckpoint(stated, course, field) : checkpoint;
  });
  return { ...own, course, checkpoints };
}
