import { type CourseLine, createCourseLine } from '../../../schemas/course-line.ts';
import type { Checkpoint, Course, Place } from '../../../schemas/race.ts';
import { RaceError } from '../../../schemas/race-check.ts';

/** How an organiser says where a checkpoint is: by distance, by a place beside the course, or by a line across it. */
export interface StatedCheckpoint extends Pick<Checkpoint, 'id' | 'name' | 'isStart' | 'isFinish'> {
  /** Metres from the start of the first lap, once for each pass. */
  readonly positionM?: readonly number[] | undefined;
  readonly place?: Place | undefined;
  /** Of a circle around the place. */
  readonly radiusM?: number | undefined;
  readonly ends?: readonly Place[] | undefined;
}

/** A place may be so far beside the course and still mean it. */
export const MAX_SNAP_M = 50;
/** The course has left a place, and comes to it again, once it was so much farther away in between. */
const LEAVES_M = 15;
/** A finish that the course passes on its first metres, too, is not passed there. */
const HEAD_START_M = 100;
const SAME_PLACE_M = 0.5;

/**
 * The checkpoint on the course: its passes are where the course comes nearest to its place, or crosses its line. One
 * that says nothing of where it is is at the start or the finish. Throws {@link RaceError} for one that is not on the
 * course; `field` is its JSON pointer.
 */
export function snapCheckpoint(stated: StatedCheckpoint, course: Course | null, field: string): Checkpoint {
  const { id, name, isStart, isFinish, place, ends, radiusM } = stated;
  const isCircle = radiusM !== undefined;
  const form = {
    ...{ id, name, isStart, isFinish, kind: isCircle ? ('circle' as const) : ('line' as const) },
    ends: ends === undefined ? null : ([ends[0], ends[1]] as [Place, Place]),
    centre: isCircle ? (place ?? null) : null,
    radiusM: radiusM ?? null,
  };
  if (isCircle && (place === undefined || ends !== undefined)) {
    throw new RaceError(field, 'has a radius: it needs a place, and no ends');
  }
  if (stated.positionM !== undefined) return { ...form, positionM: [...stated.positionM] };
  if (course === null) throw new RaceError(field, 'needs a course to be put on, or the metres of its passes');
  const line = createCourseLine(course);
  const all = passesOf(stated, line, field);
  const passes = isStart ? all.slice(0, 1) : isFinish ? withoutHeadStart(all, line) : all;
  const { lengthM } = line;
  return { ...form, positionM: passes.map((at) => (lengthM - at < SAME_PLACE_M ? lengthM : Math.round(at * 10) / 10)) };
}

function passesOf(
  { place, ends, radiusM, isStart, isFinish }: StatedCheckpoint,
  line: CourseLine,
  field: string,
): number[] {
  if (ends !== undefined) {
    const found = everyLap(crossingsOf(line, ends[0], ends[1]), line);
    if (found.length === 0) throw new RaceError(`${field}/ends`, 'are of a line that the course does not cross');
    return found;
  }
  if (place !== undefined) {
    const { inLapM, nearestM } = nearPlaces(line, place, radiusM ?? MAX_SNAP_M);
    if (inLapM.length > 0) return everyLap(inLapM, line);
    const rule = `is ${Math.round(nearestM)} m from the course; ${radiusM ?? MAX_SNAP_M} m are allowed`;
    throw new RaceError(`${field}/place`, rule);
  }
  if (isStart) return [0];
  if (isFinish) return [line.lengthM];
  throw new RaceError(field, 'has to say where it is: positionM, place or ends');
}

function withoutHeadStart(passes: readonly number[], { lengthM }: CourseLine): number[] {
  const later = passes.filter((metres) => metres > Math.min(HEAD_START_M, lengthM / 2));
  return later.length > 0 ? later : [...passes];
}

/** Where the lap comes nearest to a place, each time that it comes as near as `maxM`; and how near it comes at all. */
function nearPlaces(line: CourseLine, place: Place, maxM: number): { inLapM: number[]; nearestM: number } {
  const at = { eastM: 0, northM: 0 };
  line.toPlane(place.latitudeE7, place.longitudeE7, at);
  const inLapM: number[] = [];
  let nearestM = Number.POSITIVE_INFINITY;
  // Approaching: `turn` is the nearest so far. Leaving: it is the farthest since, and the lap may come back.
  let isApproaching = true;
  let turn = { offM: Number.POSITIVE_INFINITY, metres: 0 };
  const take = (metres: number, offM: number) => {
    nearestM = Math.min(nearestM, offM);
    if (isApproaching ? offM < turn.offM : offM > turn.offM) turn = { offM, metres };
    if (Math.abs(offM - turn.offM) <= LEAVES_M) return;
    if (isApproaching && turn.offM <= maxM) inLapM.push(turn.metres);
    isApproaching = !isApproaching;
    turn = { offM, metres };
  };
  for (let leg = 0; leg < line.legs; leg++) {
    const [fromE, fromN] = [line.eastM[leg], line.northM[leg]];
    const [legE, legN] = [line.eastM[leg + 1] - fromE, line.northM[leg + 1] - fromN];
    const legM = line.alongM[leg + 1] - line.alongM[leg];
    const share = ((at.eastM - fromE) * legE + (at.northM - fromN) * legN) / (legM * legM);
    for (const part of share > 0 && share < 1 ? [0, share, 1] : [0, 1]) {
      const offM = Math.hypot(fromE + part * legE - at.eastM, fromN + part * legN - at.northM);
      take(line.alongM[leg] + part * legM, offM);
    }
  }
  if (isApproaching && turn.offM <= maxM) inLapM.push(turn.metres);
  return { inLapM, nearestM };
}

/** Where the lap crosses the straight line between two places. */
function crossingsOf(line: CourseLine, one: Place, other: Place): number[] {
  const a = { eastM: 0, northM: 0 };
  const b = { eastM: 0, northM: 0 };
  line.toPlane(one.latitudeE7, one.longitudeE7, a);
  line.toPlane(other.latitudeE7, other.longitudeE7, b);
  const [gateE, gateN] = [b.eastM - a.eastM, b.northM - a.northM];
  const found: number[] = [];
  for (let leg = 0; leg < line.legs; leg++) {
    const [fromE, fromN] = [line.eastM[leg] - a.eastM, line.northM[leg] - a.northM];
    const [legE, legN] = [line.eastM[leg + 1] - line.eastM[leg], line.northM[leg + 1] - line.northM[leg]];
    const cross = legE * gateN - legN * gateE;
    if (cross === 0) continue;
    const onLeg = (gateE * fromN - gateN * fromE) / cross;
    const onGate = (legE * fromN - legN * fromE) / cross;
    if (onLeg < 0 || onLeg > 1 || onGate < 0 || onGate > 1) continue;
    found.push(line.alongM[leg] + onLeg * (line.alongM[leg + 1] - line.alongM[leg]));
  }
  return found;
}

/** The same places in every lap; where a lap ends the next begins, which is one place. */
function everyLap(inLapM: readonly number[], { laps, lapM }: CourseLine): number[] {
  const all = Array.from({ length: laps }, (_, lap) => inLapM.map((metres) => lap * lapM + metres)).flat();
  const passes: number[] = [];
  for (const metres of all.sort((a, b) => a - b)) {
    if (metres - (passes.at(-1) ?? Number.NEGATIVE_INFINITY) > SAME_PLACE_M) passes.push(metres);
  }
  return passes;
}
