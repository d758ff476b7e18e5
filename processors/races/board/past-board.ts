import type { BoardView } from '../../../schemas/board.ts';
import { createCourseLine } from '../../../schemas/course-line.ts';
import type { BoardAthlete, Seen } from './athlete.ts';
import { RaceBoard } from './board.ts';
import type { PassingLine } from './passing-line.ts';
import { Trail } from './trail.ts';

/** Places are found to so much, gaps to a millisecond then. */
const PLACE_M = 0.001;
/** A few milliseconds of work. */
const ATHLETES_AT_ONCE = 250;

/**
 * The board of a moment that is over, as it is known now: corrected crossings count from the moment that they are of,
 * who was silent or sent late was where we know by now, and who is disqualified has no rank in any moment. Nothing but
 * the board of today is needed for it: when everybody passed which mark of the course, and every crossing that counts.
 *
 * What a board forgets is not told: that somebody was off course or silent for a while. A person's word that somebody
 * gave up holds from when they were heard of last.
 *
 * It takes some ten times as long as a board of now, so it pauses in between: who watches the race is told meanwhile.
 */
export async function pastView(board: RaceBoard, atMs: number, pause: () => Promise<void>): Promise<BoardView> {
  const { race, options } = board;
  const past = new RaceBoard(race, options);
  const lapM = race.course === null ? Number.POSITIVE_INFINITY : createCourseLine(race.course).lapM;
  const laps = race.course?.laps ?? 1;
  const lapAt = (placeM: number) => Math.max(1, Math.min(laps, Math.floor(placeM / lapM) + 1));
  let done = 0;
  for (const athlete of board.athletes) {
    const own = past.athlete(athlete.bib);
    if (own !== null) rewind(athlete, atMs, own, lapAt);
    if (++done % ATHLETES_AT_ONCE === 0) await pause();
  }
  return past.view(atMs);
}

function rewind(athlete: BoardAthlete, atMs: number, own: BoardAthlete, lapAt: (placeM: number) => number): void {
  const { heardMs, decision, crossings, gunTimeMs, bib } = athlete;
  const isOver = heardMs <= atMs;
  const verdict = decision?.verdict ?? 'none';
  if (decision !== null && (isOver || verdict !== 'dnf')) own.judge(decision);
  for (const { timeMs, positionM: _, status: __, ...crossing } of crossings) {
    if (timeMs <= atMs) own.report({ ...crossing, timeMs, isWithdrawn: false });
  }
  if (isOver) return own.recall(athlete.trail, athlete.seen);
  // Whoever was heard of later is no longer missed, wherever they were.
  if (atMs < gunTimeMs) return;
  const { placeM, placeMs } = placeBy(athlete, atMs);
  const seen: Seen = {
    ...{ bib, atMs, positionM: placeM, sigmaM: 0, isOffCourse: false, lap: lapAt(placeM) },
    speedMps: speedAt(athlete, placeM),
  };
  own.recall(new PastTrail(athlete, placeM, placeMs), seen);
}

/** The farthest place that somebody had come to, and when they came there; NaN when nothing is known of it. */
function placeBy(athlete: BoardAthlete, atMs: number): { placeM: number; placeMs: number } {
  const { line } = athlete;
  const places = knownPlaces(athlete);
  const isPassed = (placeM: number) => line.timeAt(placeM) <= atMs;
  let low = places.reduce((a, b) => (isPassed(b) && !(b <= a) ? b : a), Number.NaN);
  let high = places.reduce((a, b) => (b > low && b < a ? b : a), Number.POSITIVE_INFINITY);
  const last = { placeM: low, placeMs: line.timeAt(low) };
  if (Number.isNaN(low) || high === Number.POSITIVE_INFINITY) return last;
  while (high - low > PLACE_M) {
    const middle = (low + high) / 2;
    const timeMs = line.timeAt(middle);
    // Of this part of the way nothing is known.
    if (Number.isNaN(timeMs)) return last;
    if (timeMs <= atMs) low = middle;
    else high = middle;
  }
  return { placeM: low, placeMs: atMs };
}

/** Their crossings, and where a trail begins and ends: of the way between two every time is known, or none. */
function knownPlaces({ line, trail }: BoardAthlete): number[] {
  const { times, lastMark, grid, reachedM } = trail;
  let first = 0;
  while (first <= lastMark && Number.isNaN(times[first])) first++;
  const ends = [...(first <= lastMark ? [first * grid.spacingM] : []), ...(Number.isNaN(reachedM) ? [] : [reachedM])];
  return [...line.anchors.map(({ positionM }) => positionM), ...ends];
}

/** Between the marks around a place; 0 where somebody stands, or where that is not known. */
function speedAt({ line, trail }: BoardAthlete, placeM: number): number {
  const halfM = trail.grid.spacingM / 2;
  const [fromM, untilM] = [Math.max(0, placeM - halfM), Math.min(line.farthestM, placeM + halfM)];
  const speedMps = (1_000 * (untilM - fromM)) / (line.timeAt(untilM) - line.timeAt(fromM));
  return placeM < line.farthestM && speedMps > 0 && Number.isFinite(speedMps) ? speedMps : 0;
}

const NO_TIMES = new Float32Array(0);

/** The way up to a place, with the times that the whole of it gives: nothing is kept of it but its end. */
class PastTrail extends Trail {
  readonly #line: PassingLine;

  constructor({ line, trail }: BoardAthlete, reachedM: number, reachedMs: number) {
    super(trail.grid, trail.originMs, NO_TIMES);
    this.#line = line;
    this.reachedM = reachedM;
    this.reachedMs = reachedMs;
  }

  override timeAt(positionM: number): number {
    if (positionM === this.reachedM) return this.reachedMs;
    return positionM < this.reachedM ? this.#line.timeAt(positionM) : Number.NaN;
  }
}
