import type { CourseLine } from '../../schemas/course-line.ts';

/** More places of a course near one fix than these are not told apart. */
export const MAX_CANDIDATES = 16;
const LEGS_PER_BOX = 32;
/** An open course goes on straight ahead so far before its start and behind its finish; a closed one goes round. */
export const RUN_OUT_M = 300;

/** Places on the course that are nearer to a fix than those right before and after them, in the order of the course. */
export class Candidates {
  count = 0;
  readonly positionM = new Float64Array(MAX_CANDIDATES);
  /** Distance of the fix from there; to the left of the direction of travel below 0. */
  readonly offM = new Float64Array(MAX_CANDIDATES);
  /** Unit vector of the direction of travel. */
  readonly eastward = new Float64Array(MAX_CANDIDATES);
  readonly northward = new Float64Array(MAX_CANDIDATES);

  add(positionM: number, offM: number, eastward: number, northward: number): void {
    if (this.count === MAX_CANDIDATES) return;
    this.positionM[this.count] = positionM;
    this.offM[this.count] = offM;
    this.eastward[this.count] = eastward;
    this.northward[this.count++] = northward;
  }
}

/** A course line with what makes looking for places on it cheap. */
export interface Course {
  readonly line: CourseLine;
  /**
   * Fills `into` with the candidates of a place of the plane that lie from `fromM` to `toM` along the course and not
   * farther than `maxOffM` away.
   */
  find(eastM: number, northM: number, fromM: number, toM: number, maxOffM: number, into: Candidates): void;
  /** Whether some leg of the course is not farther away. */
  isNear(eastM: number, northM: number, maxOffM: number): boolean;
}

export function createCourse(line: CourseLine): Course {
  const { legs, eastM: xs, northM: ys, alongM, isClosed, lapM, lengthM } = line;
  const boxes = boxesOf(line);
  const found = new Candidates();

  function isBoxFar(box: number, x: number, y: number, maxOff2: number): boolean {
    const at = 4 * box;
    const dx = Math.max(boxes[at] - x, 0, x - boxes[at + 2]);
    const dy = Math.max(boxes[at + 1] - y, 0, y - boxes[at + 3]);
    return dx * dx + dy * dy > maxOff2;
  }

  function find(x: number, y: number, fromM: number, toM: number, maxOffM: number, into: Candidates): void {
    into.count = 0;
    const maxOff2 = maxOffM * maxOffM;
    const lastM = Math.min(toM, lengthM + RUN_OUT_M);
    const firstM = Math.max(fromM, -RUN_OUT_M);
    let lapStartM = isClosed ? lapM * Math.floor(firstM / lapM) : 0;
    let leg = line.legAt(firstM - lapStartM);
    // The nearest place of a leg is a candidate when it lies inside of it, or at a corner of which it is the nearest
    // place on both legs.
    let isAtEnd = true;
    let end2 = Number.POSITIVE_INFINITY;
    let endX = 0;
    let endY = 0;
    let endM = firstM;
    let endOffM = 0;
    // The first leg of an open course begins long before the start.
    while ((leg === 0 && !isClosed) || lapStartM + alongM[leg] <= lastM) {
      if (leg % LEGS_PER_BOX === 0 && isBoxFar(leg / LEGS_PER_BOX, x, y, maxOff2) && !reachesOut(leg)) {
        isAtEnd = false;
        leg = Math.min(legs, leg + LEGS_PER_BOX);
      } else {
        const startM = lapStartM + alongM[leg];
        const legM = alongM[leg + 1] - alongM[leg];
        const ux = (xs[leg + 1] - xs[leg]) / legM;
        const uy = (ys[leg + 1] - ys[leg]) / legM;
        const dx = x - xs[leg];
        const dy = y - ys[leg];
        const lowM = leg === 0 && !isClosed ? firstM : Math.max(0, firstM - startM);
        const highM = leg === legs - 1 && !isClosed ? lastM - startM : Math.min(legM, lastM - startM);
        const freeM = dx * ux + dy * uy;
        const onM = Math.max(lowM, Math.min(highM, freeM));
        const awayX = dx - onM * ux;
        const awayY = dy - onM * uy;
        const d2 = awayX * awayX + awayY * awayY;
        const isNear = d2 <= maxOff2 && (freeM > lowM || isAtEnd);
        isAtEnd = freeM >= highM;
        if (isAtEnd) {
          end2 = d2;
          endM = startM + onM;
          endOffM = Math.sqrt(d2) * (ux * dy - uy * dx > 0 ? -1 : 1);
          endX = ux;
          endY = uy;
        } else if (isNear) {
          into.add(startM + onM, Math.sqrt(d2) * (ux * dy - uy * dx > 0 ? -1 : 1), ux, uy);
        }
        leg++;
      }
      if (leg < legs) continue;
      if (!isClosed) break;
      leg = 0;
      lapStartM += lapM;
    }
    if (isAtEnd && end2 <= maxOff2) into.add(endM, endOffM, endX, endY);
  }

  /** The first and last leg of an open course are longer than their boxes. */
  function reachesOut(leg: number): boolean {
    return !isClosed && (leg === 0 || leg + LEGS_PER_BOX >= legs);
  }

  return {
    line,
    find,
    isNear(x, y, maxOffM) {
      find(x, y, isClosed ? 0 : -RUN_OUT_M, isClosed ? lapM : lengthM + RUN_OUT_M, maxOffM, found);
      return found.count > 0;
    },
  };
}

/** West, south, east and north end of every {@link LEGS_PER_BOX} legs. */
function boxesOf({ legs, eastM, northM }: CourseLine): Float64Array {
  const count = Math.ceil(legs / LEGS_PER_BOX);
  const boxes = new Float64Array(4 * count);
  for (let box = 0; box < count; box++) {
    const from = box * LEGS_PER_BOX;
    const to = Math.min(legs, from + LEGS_PER_BOX) + 1;
    const [x, y] = [eastM.subarray(from, to), northM.subarray(from, to)];
    boxes.set([Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)], 4 * box);
  }
  return boxes;
}
