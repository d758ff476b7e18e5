import type { AthleteProgress, ProgressCrossing, ProgressMotion } from '../../schemas/progress.ts';
import type { Starter } from '../../schemas/race.ts';
import {
  type Crossing,
  findCrossings,
  LAG_MS,
  lapOf,
  type Mark,
  SETTLED_NEWS_MS,
  settleCrossings,
} from './crossings.ts';
import { MAX_NEWS, Motion } from './motion.ts';
import type { RaceGround } from './race-grounds.ts';
import { type Followed, marksToFind, sameMark } from './stored/marks-to-find.ts';
import { type Fix, Track } from './track.ts';
import * as row from './track-rows.ts';

/** Another source counts once the one that did was silent for this long. */
const SOURCE_SILENT_MS = 10_000;
/** Who has finished is followed no more after this: the finish is settled, and late data had its time. */
const AFTER_FINISH_MS = 60_000;
/** A device that is silent for this long, in message time, brings nothing more about what it saw. */
const SILENT_MS = 15_000;
/** So long after a fix that is missing the position may be wrong for it. */
const LATE_REACH_MS = 60_000;

/** Marks that the athlete may have passed before they lay where they lie now: stored samples have to say. */
export interface Awaited {
  readonly marks: ReadonlySet<number>;
  /** Of the message at which the race was changed, or that came too late; what came behind it is found as it comes. */
  readonly seq: number;
  /** A crossing that is known is as good as a found one that differs by less. */
  readonly leastMs: number;
  /** Fixes came too late: how the athlete moved is to be told again with them. */
  readonly isLate: boolean;
}

/** What stored samples show of a runner; null of what cannot be read, or is more than is told again. */
export interface FoundOfRunner {
  readonly crossings: ReadonlyMap<number, Crossing> | null;
  readonly motions: readonly ProgressMotion[] | null;
}

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
  motion: Motion;
  awaited: Awaited | null = null;
  /** Since the last tick. */
  isChanged = false;
  readonly changedMarks = new Set<number>();

  /** Of so many spans of motion at most it is remembered that they are to be told. */
  constructor(ground: RaceGround, starter: Starter, mostSpans?: number) {
    this.motion = new Motion(mostSpans);
    this.ground = ground;
    this.starter = starter;
    this.key = `${ground.race.id}/${starter.bib}`;
    this.track = this.#newTrack();
  }

  get gunTimeMs(): number {
    return this.ground.gunTimeMs(this.starter);
  }

  get #followed(): Followed {
    const { marks, courseKey } = this.ground;
    return { marks, courseKey, gunTimeMs: this.gunTimeMs };
  }

  /** The farthest place that is known; NaN when none is. */
  get #reachedM(): number {
    let reachedM = this.track.rows[this.track.count * row.CELLS + row.S];
    for (const { mark, isWithdrawn } of this.crossings.values()) {
      const { positionM } = this.ground.marks[mark];
      if (!isWithdrawn && !(positionM <= reachedM)) reachedM = positionM;
    }
    return reachedM;
  }

  /** False when it came too late to be of use. */
  put(source: string, fix: Fix): boolean {
    if (this.isDone) return fix.atMs > this.track.oldestMs;
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

  /**
   * A fix of then came too late for the window, in the message `seq`: what was crossed about then, or should have been,
   * has to be looked for in stored samples, and so has how the athlete moved.
   */
  awaitLate(lateMs: number, seq: number): void {
    const { marks } = this.ground;
    const reachedM = this.#reachedM;
    const isAbout = (n: number) => {
      const crossing = this.crossings.get(n);
      if (crossing === undefined || crossing.isWithdrawn) return marks[n].positionM <= reachedM;
      return crossing.timeMs > lateMs - LAG_MS && crossing.timeMs < lateMs + LATE_REACH_MS;
    };
    const about = [...marks.keys()].filter(isAbout);
    const waiting = this.awaited ?? { marks: [], leastMs: SETTLED_NEWS_MS };
    this.awaited = { marks: new Set([...waiting.marks, ...about]), seq, leastMs: waiting.leastMs, isLate: true };
  }

  /** Whether something waits for fixes that may not come. */
  get isUnsettled(): boolean {
    for (const { isSettled } of this.crossings.values()) if (!isSettled) return true;
    return false;
  }

  /** Message time from which on a device that says nothing more is silent. */
  get silentFromMs(): number {
    return this.heardMs + SILENT_MS;
  }

  /** Message time passed: a silent device brings no better crossing. */
  passTo(nowMs: number, revision: number): readonly number[] {
    if (nowMs < this.silentFromMs) return [];
    const settled = settleCrossings(this.crossings, Number.POSITIVE_INFINITY, revision);
    for (const mark of settled) this.changedMarks.add(mark);
    if (settled.length > 0) this.isChanged = true;
    return settled;
  }

  /**
   * The race was changed, at the message `seq`. Crossings of checkpoints that are where they were stay; of others
   * nothing is known until they are crossed again, or found in stored samples ({@link awaited}), and positions begin
   * anew on another course. Returns the crossings that are given up.
   */
  rebind(ground: RaceGround, starter: Starter, seq: number): Crossing[] {
    const [before, reachedM, known, waiting] = [this.#followed, this.#reachedM, this.crossings, this.awaited];
    const isSameCourse = ground.courseKey === before.courseKey;
    this.ground = ground;
    this.starter = starter;
    const now = this.#followed;
    const lost: Crossing[] = [];
    this.crossings = new Map();
    for (const crossing of known.values()) {
      const same = isSameCourse ? sameMark(now.marks, before.marks[crossing.mark]) : null;
      if (same === null) lost.push(crossing);
      else this.crossings.set(now.marks.indexOf(same), { ...crossing, mark: now.marks.indexOf(same) });
    }
    const crossedMs = (mark: Mark) => {
      const crossing = known.get(before.marks.indexOf(mark));
      return crossing === undefined || crossing.isWithdrawn ? null : crossing.timeMs;
    };
    const marks = new Set(marksToFind(before, now, { reachedM, crossedMs }));
    for (const mark of waiting?.marks ?? []) {
      const same = isSameCourse ? sameMark(now.marks, before.marks[mark]) : null;
      if (same !== null) marks.add(now.marks.indexOf(same));
    }
    const isLate = waiting?.isLate ?? false;
    this.awaited = marks.size === 0 && !isLate ? null : { marks, seq, leastMs: 0, isLate };
    if (marks.size > 0) this.isDone = false;
    this.changedMarks.clear();
    for (const mark of this.crossings.keys()) this.changedMarks.add(mark);
    this.isChanged = true;
    // The plane of another course has another origin.
    if (!isSameCourse) this.motion = new Motion();
    if (!isSameCourse || before.gunTimeMs !== now.gunTimeMs) this.#renewTrack(isSameCourse, before.gunTimeMs);
    return lost;
  }

  /** Where somebody is who has run behind both guns is known, whichever of them holds. */
  #renewTrack(isSameCourse: boolean, gunBeforeMs: number): void {
    const before = this.track;
    this.track = this.#newTrack();
    if (isSameCourse && before.newestMs > Math.max(gunBeforeMs, this.gunTimeMs)) this.track.restore(before.encode());
  }

  /**
   * Takes what stored samples say of the marks that are awaited, null when they cannot be read; returns those whose
   * crossing is news.
   */
  takeFound({ crossings: found, motions }: FoundOfRunner, revision: number): number[] {
    const { marks, seq, leastMs, isLate } = this.awaited ?? { marks: [], seq: 0, leastMs: 0, isLate: false };
    this.awaited = null;
    if (isLate && motions !== null) {
      this.motion.tellAgain(motions);
      this.isChanged = true;
    }
    const changed: number[] = [];
    for (const mark of found === null ? [] : marks) {
      const known = this.crossings.get(mark);
      const isKnown = known !== undefined && !known.isWithdrawn;
      const one = found?.get(mark);
      const isSame = isKnown && one !== undefined && Math.abs(one.timeMs - known.timeMs) <= leastMs;
      if (isKnown ? known.revision > seq || isSame : one === undefined) continue;
      if (one !== undefined) this.crossings.set(mark, { ...one, revision, isTold: false });
      else if (known !== undefined)
        this.crossings.set(mark, { ...known, revision, isSettled: true, isWithdrawn: true });
      this.changedMarks.add(mark);
      changed.push(mark);
    }
    if (changed.length > 0) this.isChanged = true;
    return changed;
  }

  /** Null as long as nothing is known of where they are. */
  progress(isFull: boolean): AthleteProgress | null {
    const at = this.track.count * row.CELLS;
    const { rows } = this.track;
    if (Number.isNaN(rows[at + row.S])) return null;
    const marks = isFull ? this.crossings.keys() : this.changedMarks;
    const positionM = rows[at + row.USED_S];
    const { told, news, round } = this.motion;
    const motions = isFull && news.length === 0 && told !== null ? [told] : news.slice(0, MAX_NEWS);
    return {
      bib: this.starter.bib,
      atMs: rows[at + row.USED_MS],
      positionM: rounded(positionM, 10),
      sigmaM: rounded(Math.sqrt(rows[at + row.SS]), 10),
      speedMps: rounded(Math.max(0, rows[at + row.V]), 100),
      isOffCourse: rows[at + row.IS_OFF] === 1,
      lap: lapOf(this.ground.course, positionM),
      crossings: Array.from(marks, (mark) => this.#told(mark)).filter((one) => one !== null),
      ...(motions.length > 0 ? { motions } : {}),
      ...(round > 0 ? { motionRound: round } : {}),
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
