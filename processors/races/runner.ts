import type { AthleteProgress, ProgressCrossing } from '../../schemas/progress.ts';
import type { Starter } from '../../schemas/race.ts';
import { type Crossing, findCrossings, lapOf, settleCrossings } from './crossings.ts';
import { Motion } from './motion.ts';
import type { RaceGround } from './race-grounds.ts';
import { type Fix, Track } from './track.ts';
import * as row from './track-rows.ts';

/** Another source counts once the one that did was silent for this long. */
const SOURCE_SILENT_MS = 10_000;
/** Who has finished is followed no more after this: the finish is settled, and late data had its time. */
const AFTER_FINISH_MS = 60_000;
/** A device that is silent for this long, in message time, brings nothing more about what it saw. */
const SILENT_MS = 15_000;

/** Written and read at once. */
const plane = { eastM: 0, northM: 0 };

/** One starter of one race while it goes on. */
export class Runner {
  readonly key: string;
  ground: RaceGround;
  starter: Starter;
  track: Track;
  /** By mark. */
  crossings = new Map<number, Crossing>();
  /** Whose fixes count: several receivers of one athlete have errors of their own. */
  source = '';
  /** Message time of the last message with fixes that count. */
  heardMs = 0;
  isDone = false;
  motion = new Motion();
  /** Since the last tick. */
  isChanged = false;
  readonly changedMarks = new Set<number>();

  constructor(ground: RaceGround, starter: Starter) {
    this.ground = ground;
    this.starter = starter;
    this.key = `${ground.race.id}/${starter.bib}`;
    this.track = this.#newTrack();
  }

  get gunTimeMs(): number {
    return this.ground.gunTimeMs(this.starter);
  }

  /** False when it came too late to be of use. */
  put(source: string, fix: Fix): boolean {
    if (this.isDone) return true;
    if (source !== this.source) {
      if (this.source !== '' && fix.atMs - this.track.newestMs < SOURCE_SILENT_MS) return true;
      this.source = source;
    }
    return this.track.put(fix);
  }

  /** Brings everything up to date with what was put; returns the marks whose crossing is news. */
  settle(nowMs: number, revision: number): readonly number[] {
    if (!this.track.settle()) return [];
    this.heardMs = nowMs;
    this.isChanged = true;
    const { marks } = this.ground;
    const changed = findCrossings(this.track, marks, this.gunTimeMs, this.crossings, revision);
    for (const mark of changed) this.changedMarks.add(mark);
    const end = marks.findIndex(({ isEnd }) => isEnd);
    const finish = this.crossings.get(end);
    if (finish?.isSettled && !finish.isWithdrawn && this.track.newestMs - finish.timeMs >= AFTER_FINISH_MS) {
      this.isDone = true;
    }
    return changed;
  }

  /** Whether something waits for fixes that may not come. */
  get isUnsettled(): boolean {
    for (const { isSettled } of this.crossings.values()) if (!isSettled) return true;
    return false;
  }

  /** Message time passed: a silent device brings no better crossing. */
  passTo(nowMs: number, revision: number): readonly number[] {
    if (nowMs - this.heardMs < SILENT_MS) return [];
    const settled = settleCrossings(this.crossings, Number.POSITIVE_INFINITY, revision);
    for (const mark of settled) this.changedMarks.add(mark);
    if (settled.length > 0) this.isChanged = true;
    return settled;
  }

  /**
   * The race was changed. Crossings of checkpoints that are where they were stay; of others nothing is known until they
   * are crossed again, and positions begin anew on another course. Returns the crossings that are given up.
   */
  rebind(ground: RaceGround, starter: Starter): Crossing[] {
    const before = this.ground.marks;
    const isSameCourse = ground.courseKey === this.ground.courseKey;
    const kept = new Map<number, Crossing>();
    const lost: Crossing[] = [];
    for (const crossing of this.crossings.values()) {
      const { checkpoint, pass, positionM } = before[crossing.mark];
      const mark = ground.marks.findIndex((one) => one.checkpoint === checkpoint && one.pass === pass);
      if (isSameCourse && mark >= 0 && ground.marks[mark].positionM === positionM)
        kept.set(mark, { ...crossing, mark });
      else lost.push(crossing);
    }
    const gunMs = this.gunTimeMs;
    this.ground = ground;
    this.starter = starter;
    this.crossings = kept;
    this.changedMarks.clear();
    for (const mark of kept.keys()) this.changedMarks.add(mark);
    this.isChanged = true;
    // The plane of another course has another origin.
    if (!isSameCourse) this.motion = new Motion();
    if (!isSameCourse || gunMs !== this.gunTimeMs) this.track = this.#newTrack();
    return lost;
  }

  /** Null as long as nothing is known of where they are. */
  progress(isFull: boolean): AthleteProgress | null {
    const at = this.track.count * row.CELLS;
    const { rows } = this.track;
    if (Number.isNaN(rows[at + row.S])) return null;
    const marks = isFull ? this.crossings.keys() : this.changedMarks;
    const positionM = rows[at + row.USED_S];
    return {
      bib: this.starter.bib,
      atMs: rows[at + row.USED_MS],
      positionM: rounded(positionM, 10),
      sigmaM: rounded(Math.sqrt(rows[at + row.SS]), 10),
      speedMps: rounded(Math.max(0, rows[at + row.V]), 100),
      isOffCourse: rows[at + row.IS_OFF] === 1,
      lap: lapOf(this.ground.course, positionM),
      crossings: Array.from(marks, (mark) => this.#told(mark)).filter((one) => one !== null),
      ...(this.motion.told !== null && (isFull || this.motion.isNews) ? { motion: this.motion.told } : {}),
    };
  }

  #told(mark: number): ProgressCrossing | null {
    const crossing = this.crossings.get(mark);
    if (crossing === undefined) return null;
    const { checkpoint, pass } = this.ground.marks[mark];
    const { timeMs, sigmaMs, revision, isWithdrawn } = crossing;
    return { checkpoint, pass, timeMs, sigmaMs, source: 'gps', revision, isWithdrawn };
  }

  #newTrack(): Track {
    const { course, pace } = this.ground;
    return new Track(course, pace, this.gunTimeMs, (rows, at) => {
      course.line.toPlane(rows[at + row.LATITUDE], rows[at + row.LONGITUDE], plane);
      this.motion.pass({
        ...{ atMs: rows[at + row.AT_MS], eastM: plane.eastM, northM: plane.northM },
        ...{ positionM: rows[at + row.USED_S], isOffCourse: rows[at + row.IS_OFF] === 1 },
      });
    });
  }
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
