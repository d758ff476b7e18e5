import { isDeepStrictEqual } from 'node:util';
import type { ActivityRecord } from '../../schemas/activity.ts';
import { type ActivityEdits, isJoinedAt, NO_EDITS, silentSeconds } from '../../schemas/activity-edits.ts';
import type { SampleBatch } from '../../schemas/batch/reader.ts';
import { eventOfCode, type Sport, sportOfCode } from '../../schemas/events.ts';
import type { SettingsAt } from '../../schemas/settings-at.ts';
import { CADENCE, LATITUDE, MISSING, POWER, ROW, SPEED } from './metrics/grid.ts';
import { SecondsWindow } from './metrics/seconds-window.ts';
import type { ActivityOptions } from './options.ts';
import { isTooShort, Session } from './session.ts';
import { type RankedSource, SourceMarks } from './source-marks.ts';
import {
  bestBeats,
  byTime,
  cuts,
  distinct,
  isStop,
  isUntil,
  lastOpenings,
  openingsFirst,
  type Waiting,
  whoBeats,
} from './waiting.ts';

export interface TimelineDeps {
  readonly athlete: string;
  readonly options: ActivityOptions;
  /** What the athlete's settings say now of an activity that starts then. */
  settingsAt(startMs: number, sport: Sport): SettingsAt;
  /** What is found again in the stored samples follows them; what goes on was never edited. */
  readonly edits?: ActivityEdits;
  onEnded(record: ActivityRecord): void;
  /** What ended, or would have been an activity, lacks what came late, or was computed with settings that changed. */
  onIncomplete(span: { fromMs: number; untilMs: number }): void;
}

type Columns = SampleBatch['channels'];
type TimedEvent = Extract<Waiting, { type: 'event' }>;

/** Room before the first sample, for what another device measured at the same time and sends a little later. */
const LEAD_S = 30;
const MAX_WAITING = 4_096;

/**
 * The time of one athlete, second by second, cut into activities.
 *
 * none → open: by a device's `start`, or by the first second with movement. open → none: by the `stop` of every device
 * that started it, by a `start` or `sport` (which open the next one), or when nothing moved for `silenceS`. Every cut
 * is made when its second becomes final, so what comes in which order within the window changes nothing.
 */
export class Timeline {
  readonly deps: TimelineDeps;
  window: SecondsWindow | null = null;
  readonly marks: SourceMarks;
  session: Session | null = null;
  /** Beats and events in the window. */
  waiting: Waiting[] = [];
  newestMs = 0;
  /** After a `stop`, movement opens nothing until it paused for `silenceS`. */
  quietUntilS = 0;

  constructor(deps: TimelineDeps) {
    this.deps = deps;
    this.marks = new SourceMarks(this.capacityS);
  }

  get capacityS(): number {
    return this.deps.options.latenessS + LEAD_S;
  }

  /** Makes room for a sample at `atMs`, by making the oldest seconds final if need be. False when it comes too late. */
  reach(atMs: number, revision: number): boolean {
    const atS = Math.floor(atMs / 1000);
    const { latenessS } = this.deps.options;
    this.window ??= new SecondsWindow(atS - LEAD_S, this.capacityS);
    if (atS < this.window.firstS) return false;
    if (atMs > this.newestMs) {
      this.newestMs = atMs;
      if (atS - latenessS > this.window.firstS) this.advance(atS - latenessS, revision);
    }
    return true;
  }

  /** Takes one value of a sample whose time was reached. */
  put(atMs: number, source: RankedSource, channel: number, value: number): void {
    const isTaken = this.window?.put(atMs, source.rank, channel, value) === 'taken';
    if (isTaken) this.marks.add(Math.floor(atMs / 1000), source, 1 << channel);
  }

  /** Takes all values of one row of a batch whose time was reached; the columns are in the order of the channels. */
  putRow(atMs: number, source: RankedSource, columns: Columns, row: number): void {
    const channels = this.window?.putRow(atMs, source.rank, columns, row) ?? 0;
    if (channels !== 0) this.marks.add(Math.floor(atMs / 1000), source, channels);
  }

  /** Takes a beat, or an event by its codes, whose time was reached. False when too many wait. */
  note(
    kind: 'rr' | 'events',
    atMs: number,
    { device, source, rank }: RankedSource,
    [value, sport]: readonly (number | null)[],
  ): boolean {
    if (value === null) return true;
    if (kind === 'rr') return this.#wait({ type: 'beat', atMs, device, source, rank, value });
    const event = eventOfCode(value);
    return event === null || this.#wait({ type: 'event', atMs, device, event, sport: sportOfCode(sport ?? 0) });
  }

  #wait(one: Waiting): boolean {
    if (this.waiting.length >= MAX_WAITING) return false;
    this.waiting.push(one);
    return true;
  }

  /**
   * The second of a `stop` that waits and ends the activity: every device has stopped then, and nothing begins after
   * it. Null without one.
   */
  stopS(): number | null {
    const { session } = this;
    if (session === null || !this.waiting.some(isStop)) return null;
    const starters = new Set(session.starters);
    let last: Waiting | null = null;
    for (const one of this.waiting.filter(cuts).sort(byTime)) {
      last = one;
      if (isStop(one)) starters.delete(one.device);
      else starters.add(one.device);
    }
    return last !== null && isStop(last) && starters.size === 0 ? Math.floor(last.atMs / 1000) : null;
  }

  /** Since when something goes on, or may turn out to; Infinity once all that came is final and no activity is open. */
  openSinceMs(): number {
    const { session, window, waiting } = this;
    if (session) return session.start.startS * 1000;
    return window !== null && (waiting.length > 0 || window.hasValues())
      ? window.firstS * 1000
      : Number.POSITIVE_INFINITY;
  }

  /** Makes every second before `untilS` final. */
  advance(untilS: number, revision: number): void {
    const { window } = this;
    if (window === null || untilS <= window.firstS) return;
    const foldUntil = (limitS: number) =>
      window.takeUntil(limitS, (atS, rows, from) => this.#second(atS, rows, from, revision));
    // Most seconds have no beat and no event, and this runs for every athlete all the time.
    const due = this.waiting.length === 0 ? this.waiting : this.#due(untilS * 1000);
    if (due.length > 0) this.#happen(due, (limitS) => foldUntil(Math.min(untilS, limitS)), revision);
    foldUntil(untilS);
    this.#endIfSilent(untilS, revision);
  }

  /** Beats and events in their order, each second folded before or after them. */
  #happen(due: readonly Waiting[], foldUntil: (limitS: number) => void, revision: number): void {
    const beating = whoBeats(due);
    const lastOpening = lastOpenings(due);
    for (const one of openingsFirst(bestBeats(due), lastOpening)) {
      const atS = Math.floor(one.atMs / 1000);
      // A second belongs to the last activity that opens in it; everything else comes after its second.
      foldUntil(isUntil(one, lastOpening) ? atS : atS + 1);
      this.#endIfSilent(atS, revision);
      if (one.type === 'event') this.#event(one, atS, revision);
      else if (this.session) this.session.beat(one, beating);
    }
  }

  /** The activity as it is now, with what is not final yet; null when there is none. */
  live(revision: number): ActivityRecord | null {
    const { session, window } = this;
    if (session === null || window === null) return null;
    let { aliveS } = session;
    const metrics = session.metrics.snapshotWith(() => {
      window.forEach((atS, rows, from) => {
        if (atS < session.start.startS) return;
        session.metrics.fold(atS, rows, from);
        if (session.starters.size > 0 || moves(rows, from)) aliveS = Math.max(aliveS, atS);
      });
    });
    // It lasts until what its metrics count: who reads its samples then misses none that a number stands on.
    return { ...session.record('live', revision, metrics), endMs: (aliveS + 1) * 1000 };
  }

  /** Nothing was heard for long: all that came is final. What goes on here after all makes a later revision of it. */
  rest(revision: number): void {
    this.advance(Math.floor(this.newestMs / 1000) + 1, revision);
    if (this.session) this.#publish(this.session, revision);
  }

  end(revision: number): void {
    const { session } = this;
    this.session = null;
    if (session) this.#publish(session, revision);
  }

  /** Ends what goes on in this second, all before it being final, and begins another of the same kind. */
  split(atS: number, revision: number): void {
    this.advance(atS, revision);
    const { session } = this;
    if (session === null || session.start.startS >= atS) return;
    const { sport, origin } = session.start;
    this.end(revision);
    const next = this.#open(atS, sport, origin, '');
    for (const starter of session.starters) next.join(starter);
  }

  /** From behind this second on what goes on is paused, or goes on again. */
  pause(event: 'pause' | 'resume', atS: number, revision: number): void {
    this.advance(atS + 1, revision);
    const { session } = this;
    if (session === null || session.start.startS > atS) return;
    session.metrics.foldEvent(event, atS);
    session.isPublished = false;
  }

  #endIfSilent(atS: number, revision: number): void {
    if (this.session === null) return;
    const { edits = NO_EDITS, options } = this.deps;
    if (silentSeconds(edits, this.session.aliveS, atS) > options.silenceS) this.end(revision);
  }

  /** What ends or begins where two activities are joined does neither. */
  #isBridged(session: Session, { event, device, atMs }: TimedEvent): boolean {
    const atS = Math.floor(atMs / 1000);
    const { edits = NO_EDITS } = this.deps;
    if (edits.joinsS.length === 0 || !isJoinedAt(edits, atS)) return false;
    if (event === 'stop') {
      session.leave(device);
      session.aliveS = Math.max(session.aliveS, atS);
    } else if (event === 'start' || event === 'sport') session.join(device);
    else return false;
    session.devices.add(device);
    return true;
  }

  #publish(session: Session, revision: number): void {
    if (session.isPublished) return;
    session.isPublished = true;
    const { startS } = session.start;
    if (session.isIncomplete || this.#hasOldProfile(session))
      this.deps.onIncomplete({ fromMs: startS * 1000, untilMs: (session.aliveS + 1) * 1000 });
    if (isTooShort(session, this.deps.options.minActivityS)) return;
    this.deps.onEnded(session.record('finished', revision, session.metrics.snapshot()));
  }

  /** Takes what is before `untilMs` out of the list, in an order that does not depend on that of arrival. */
  #due(untilMs: number): Waiting[] {
    const due = this.waiting.filter(({ atMs }) => atMs < untilMs);
    if (due.length === 0) return due;
    this.waiting = this.waiting.filter(({ atMs }) => atMs >= untilMs);
    return distinct(due.sort(byTime));
  }

  #second(atS: number, rows: Int32Array, from: number, revision: number): void {
    const { silenceS, tailS } = this.deps.options;
    const measured = this.marks.take(atS);
    const isMoving = moves(rows, from);
    this.#endIfSilent(atS, revision);
    if (this.session === null) {
      if (!isMoving) return;
      const isQuiet = atS <= this.quietUntilS;
      if (isQuiet) this.quietUntilS = atS + silenceS;
      if (isQuiet) return;
      this.#open(atS, 'other', 'stream', '');
    }
    const session = this.session!;
    if (isMoving || session.starters.size > 0) session.aliveS = atS;
    else if (atS - session.aliveS > tailS) return;
    session.fold(atS, rows, from, measured);
  }

  #event(one: TimedEvent, atS: number, revision: number): void {
    const { event, device, sport } = one;
    const { session } = this;
    if (session !== null && this.#isBridged(session, one)) return;
    switch (event) {
      case 'start':
        // A second device of the athlete joins; one that starts twice was not heard to stop.
        if (session && session.starters.size > 0 && !session.starters.has(device)) return session.join(device);
        if (session?.start.startS === atS && session.starters.size > 0) return;
        this.#cut(atS, revision);
        return this.#open(atS, sport ?? 'other', 'device', '').join(device);
      case 'stop':
        if (session === null || !session.leave(device)) return;
        // It may have measured nothing, and whoever computes this again has to hear of its stop.
        session.devices.add(device);
        session.stop(atS);
        this.quietUntilS = atS + this.deps.options.silenceS;
        this.#endBy(atS, revision);
        return;
      case 'sport': {
        const starters = session && session.starters.size > 0 ? session.starters : [device];
        const next = this.#open(atS, sport ?? 'other', 'device', this.#cut(atS, revision));
        for (const starter of starters) next.join(starter);
        next.devices.add(device);
        return;
      }
      default:
        session?.note(event, device, atS);
    }
  }

  /**
   * Ends the activity in this second. What began in the same second has no length: it is none, and another that begins
   * in that second would have the same id.
   */
  #endBy(atS: number, revision: number): void {
    if (this.session?.start.startS !== atS) this.end(revision);
    else this.session = null;
  }

  /** Ends the activity before the one that begins in this second, and answers the id of the one that is followed. */
  #cut(atS: number, revision: number): string {
    const { session } = this;
    this.#endBy(atS, revision);
    if (session === null) return '';
    const isNone = session.start.startS === atS || isTooShort(session, this.deps.options.minActivityS);
    return isNone ? session.start.follows : session.id;
  }

  #open(startS: number, sport: Sport, origin: 'device' | 'stream', follows: string): Session {
    const { athlete } = this.deps;
    const { version: settingsVersion, profile } = this.deps.settingsAt(startS * 1000, sport);
    this.session = new Session({ athlete, startS, sport, origin, follows, settingsVersion, profile });
    return this.session;
  }

  /** An activity that goes on keeps the profile that it began with, whatever is stated meanwhile. */
  #hasOldProfile({ start }: Session): boolean {
    const now = this.deps.settingsAt(start.startS * 1000, start.sport);
    return now.version !== start.settingsVersion && !isDeepStrictEqual(now.profile, start.profile);
  }
}

function moves(rows: Int32Array, from: number): boolean {
  if (from + ROW > rows.length) throw new RangeError('the row is not whole');
  return (
    rows[from + SPEED] > 0 ||
    rows[from + POWER] > 0 ||
    rows[from + CADENCE] > 0 ||
    // A position without a speed: whoever stands still at home is not sending positions.
    (rows[from + LATITUDE] !== MISSING && rows[from + SPEED] === MISSING)
  );
}
