import type { KnownSettings } from '../../runtime/athlete-settings.ts';
import { type DirtyParts, withPart } from '../../runtime/reducer.ts';
import { type Steps, untilDone } from '../../runtime/steps.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import type { SampleBatch, ValueColumn } from '../../schemas/batch/reader.ts';
import { kindOf } from '../../schemas/channels.ts';
import { isWithin, leftOutSpans } from '../../schemas/left-out.ts';
import type { RecomputeAsk } from '../../schemas/recompute-ask.ts';
import { settingsAt } from '../../schemas/settings-at.ts';
import { rankOf } from '../../schemas/source-ranks.ts';
import type { Athlete, KnownSource } from './athlete.ts';
import { decodeUnwritten, encodeUnwritten } from './athlete-codec.ts';
import { AthleteRecords } from './athlete-records.ts';
import type { ActivityOptions } from './options.ts';
import { RecomputeMarks } from './recompute-marks.ts';
import { Timeline } from './timeline.ts';

const MAX_SOURCES = 64;
const UNWRITTEN = 'unwritten';
export const NEVER_HEARD = -1;

/** There is no room for another ended activity; the shard goes on once the store has taken those that wait. */
export class UnwrittenFullError extends Error {
  override name = 'UnwrittenFullError';
}

/** All activities of one shard: a function of its messages. */
export class ShardActivities {
  /** In order of use: those who are active, and those for whom nothing waits any more. */
  readonly active = new Map<string, Athlete>();
  readonly resting = new Map<string, Athlete>();
  readonly marks: RecomputeMarks;
  /** Ended, and not yet known to be stored. */
  unwritten: ActivityRecord[] = [];
  /** Message time of the last message. */
  nowMs = 0;
  /** Samples that came after their second was final. */
  lateSamples = 0;
  /** Of the spans to compute again, those for which nothing has to be waited for any more. */
  dueRecomputes = 0;
  readonly options: ActivityOptions;
  readonly #settings: KnownSettings;
  readonly #records = new AthleteRecords();
  /** Who did something since the last checkpoint. */
  readonly #dirty = new Set<Athlete>();
  /** Whose last device said `stop`, while something may still be on its way. */
  readonly #stopping = new Set<Athlete>();
  /** An activity ended since the last look. */
  #hasEnded = false;
  #isUnwrittenDirty = false;
  #touched: Athlete[] = [];
  #seq = 0;

  /** Throws CheckpointError when `kept` is not what {@link takeDirty} gave. */
  constructor(options: ActivityOptions, settings: KnownSettings, kept: ReadonlyMap<string, Uint8Array>) {
    this.options = options;
    this.#settings = settings;
    this.marks = new RecomputeMarks(options.maxRecomputes, options.silenceS * 1000);
    const athletes = this.#records.restore(kept, (key) => this.#make(key));
    for (const athlete of athletes.sort((a, b) => a.heardMs - b.heardMs)) {
      (athlete.isResting ? this.resting : this.active).set(athlete.key, athlete);
      if (!athlete.isResting && athlete.timeline.stopS() !== null) this.#stopping.add(athlete);
      this.nowMs = athlete.heardMs;
    }
    const unwritten = kept.get(UNWRITTEN);
    if (unwritten === undefined) return;
    const { records, marks } = decodeUnwritten(unwritten);
    this.unwritten = records;
    for (const mark of marks) this.marks.add(mark);
  }

  /** The parts that changed since the last call; null for one that is needed no more. */
  takeDirty(): DirtyParts {
    return untilDone(this.takeDirtyInSteps());
  }

  /** The same in steps: athletes who change meanwhile are kept as they were when this was called. */
  takeDirtyInSteps(): Steps<DirtyParts> {
    const athletes = this.#records.takeDirtyInSteps(this.#dirty);
    this.#dirty.clear();
    const unwritten = this.#isUnwrittenDirty ? encodeUnwritten(this.unwritten, this.marks.all) : undefined;
    this.#isUnwrittenDirty = false;
    return withPart(athletes, UNWRITTEN, unwritten);
  }

  /** Time passed, by a message or a tick: athletes who were not heard of for long are at rest. */
  passTo(nowMs: number, seq: number): void {
    this.nowMs = nowMs;
    this.#seq = seq;
    this.#endStopped(seq);
    const { silenceS, forgetMs, maxAthletes } = this.options;
    const restMs = Math.min(silenceS * 1000, forgetMs);
    for (const athlete of this.active.values()) {
      const isAtRest = nowMs - athlete.heardMs >= restMs;
      if (!isAtRest && this.active.size <= maxAthletes) break;
      this.#records.beforeChange(athlete);
      athlete.timeline.rest(2 * seq);
      athlete.isResting = true;
      this.#stopping.delete(athlete);
      this.active.delete(athlete.key);
      this.resting.set(athlete.key, athlete);
      this.#dirty.add(athlete);
    }
    for (const athlete of this.resting.values()) {
      const isOver = nowMs - athlete.heardMs >= forgetMs;
      if (!isOver && this.active.size + this.resting.size <= maxAthletes) break;
      this.resting.delete(athlete.key);
      this.#dirty.delete(athlete);
      this.#records.drop(athlete.key);
      if (isOver) this.#records.erase();
    }
  }

  /** Folds a batch of any kind in. Throws {@link UnwrittenFullError} and RecomputesFullError. */
  fold(batch: SampleBatch, seq: number): void {
    this.#seq = seq;
    for (let from = 0, to = 0; from < batch.rows; from = to) {
      to = endOfRun(batch, from);
      const device = batch.device.keys[batch.device.index[from]];
      const source = batch.source.keys[batch.source.index[from]];
      const athlete = this.#heard(batch.athlete.keys[batch.athlete.index[from]] || device);
      const known = this.#source(athlete, device, source);
      for (let row = from; row < to; row++) this.#row(athlete, known, batch, row);
    }
    for (const athlete of this.#touched) this.#settle(athlete, seq);
    this.#touched = [];
  }

  /** Somebody asks to find a span again: the stored samples tell once the raw tables have what came before. */
  ask({ athlete, fromMs, untilMs, settingsVersion }: RecomputeAsk, seq: number): void {
    const known = this.active.get(athlete) ?? this.resting.get(athlete);
    const devices = known === undefined ? new Set<string>() : devicesOf(known);
    this.marks.add({ athlete, fromMs, untilMs, lastSeq: seq, devices, askedVersion: settingsVersion });
    this.#isUnwrittenDirty = true;
  }

  /** The activity that goes on; null when there is none. */
  live(key: string): ActivityRecord | null {
    const athlete = this.active.get(key);
    return athlete?.timeline.live(2 * athlete.touchedSeq) ?? null;
  }

  /** Sequence of the last message that changed what goes on; {@link NEVER_HEARD} when nothing is waited for. */
  changedSeq(key: string): number {
    return this.active.get(key)?.changedSeq ?? NEVER_HEARD;
  }

  /** Whether an activity ended since the last call. */
  takeHasEnded(): boolean {
    const hasEnded = this.#hasEnded;
    this.#hasEnded = false;
    return hasEnded;
  }

  liveCount(): number {
    let count = 0;
    for (const { timeline } of this.active.values()) if (timeline.session !== null) count++;
    return count;
  }

  written(records: readonly ActivityRecord[]): void {
    const done = new Set(records);
    this.unwritten = this.unwritten.filter((record) => !done.has(record));
    this.#isUnwrittenDirty = true;
  }

  markSettled(): void {
    this.#isUnwrittenDirty = true;
  }

  #row(athlete: Athlete, known: KnownSource, batch: SampleBatch, row: number): void {
    const { timeline } = athlete;
    const atMs = batch.tsMs[row];
    if (known.leftOut.length > 0 && isWithin(known.leftOut, atMs)) return;
    // A backlog may be of an activity that this process knows nothing of any more: the stored samples tell.
    if (this.nowMs - atMs > this.options.backlogMs) this.#late(athlete, atMs);
    if (atMs > known.newestMs) known.newestMs = atMs;
    if (!timeline.reach(atMs, 2 * this.#seq) || !this.#take(timeline, known, batch, row, atMs)) {
      this.#late(athlete, atMs);
    }
  }

  /** False when it had no room. */
  #take(timeline: Timeline, known: KnownSource, batch: SampleBatch, row: number, atMs: number): boolean {
    const { channels, kind } = batch;
    if (kind !== 'samples') {
      const stored = (column: ValueColumn | null) =>
        column === null || column.nulls[row] !== 0 ? null : column.values[row];
      return timeline.note(kind, atMs, known, channels.map(stored));
    }
    timeline.putRow(atMs, known, channels, row);
    return true;
  }

  /** Too late for what goes on: it is found again in the stored samples. */
  #late(athlete: Athlete, atMs: number): void {
    this.lateSamples++;
    const { session } = athlete.timeline;
    if (session && atMs >= (session.start.startS - this.options.silenceS) * 1000) {
      session.isIncomplete = true;
      session.isPublished = false;
      return;
    }
    this.#mark(athlete, atMs, atMs + 1);
  }

  #mark(athlete: Athlete, fromMs: number, untilMs: number): void {
    this.marks.add({ athlete: athlete.key, fromMs, untilMs, lastSeq: this.#seq, devices: devicesOf(athlete) });
    this.#isUnwrittenDirty = true;
  }

  #heard(key: string): Athlete {
    const athlete = this.active.get(key) ?? this.resting.get(key) ?? this.#make(key);
    if (athlete.touchedSeq === this.#seq) return athlete;
    this.#records.beforeChange(athlete);
    athlete.touchedSeq = this.#seq;
    athlete.changedSeq = this.#seq;
    athlete.heardMs = this.nowMs;
    athlete.isResting = false;
    // Set anew so that the order of the map is that of the last use.
    this.resting.delete(key);
    this.active.delete(key);
    this.active.set(key, athlete);
    this.#touched.push(athlete);
    this.#dirty.add(athlete);
    if (athlete.settingsRevision !== this.#settings.revisionOf(key)) this.#rankAgain(athlete);
    return athlete;
  }

  /** Seconds that are not final yet may hold values by both orders: such an activity is computed again. */
  #rankAgain(athlete: Athlete): void {
    const { key, timeline, sources } = athlete;
    athlete.settingsRevision = this.#settings.revisionOf(key);
    const { preferredSources, leftOut } = this.#settings.of(key);
    let hasChanged = false;
    for (const known of sources.values()) {
      const rank = rankOf(known.device, known.source, preferredSources);
      const spans = leftOutSpans(leftOut, known.device, known.source);
      hasChanged ||= rank !== known.rank || JSON.stringify(spans) !== JSON.stringify(known.leftOut);
      known.leftOut = spans;
      known.rank = rank;
    }
    if (!hasChanged || timeline.window === null) return;
    this.#mark(athlete, timeline.window.firstS * 1000, timeline.newestMs + 1);
    if (timeline.session === null) return;
    timeline.session.isIncomplete = true;
    timeline.session.isPublished = false;
  }

  #source(athlete: Athlete, device: string, source: string): KnownSource {
    const key = `${device}/${source}`;
    let known = athlete.sources.get(key);
    if (known === undefined) {
      const { preferredSources, leftOut } = this.#settings.of(athlete.key);
      const rank = rankOf(device, source, preferredSources);
      known = {
        device,
        source,
        rank,
        leftOut: leftOutSpans(leftOut, device, source),
        newestMs: 0,
        heardMs: this.nowMs,
      };
      if (athlete.sources.size >= MAX_SOURCES) athlete.sources.delete(athlete.sources.keys().next().value as string);
      athlete.sources.set(key, known);
      this.marks.postpone(athlete.key, this.#seq, [device]);
    }
    known.heardMs = this.nowMs;
    return known;
  }

  /** Makes final what every source that is still heard of has passed. */
  #settle(athlete: Athlete, seq: number): void {
    const { timeline, sources } = athlete;
    const { graceS, sourceIdleMs } = this.options;
    let passedMs = timeline.newestMs;
    for (const { source, heardMs, newestMs } of sources.values()) {
      // Nothing is to be waited for between two events.
      if (newestMs >= passedMs || kindOf(source) === 'events') continue;
      if (this.nowMs - heardMs < sourceIdleMs) passedMs = newestMs;
    }
    const passedS = Math.floor(passedMs / 1000);
    timeline.advance(passedS - graceS, 2 * seq);
    const stopS = timeline.stopS();
    if (stopS === null) this.#stopping.delete(athlete);
    else if (passedS < stopS - 1) this.#stopping.add(athlete);
    else timeline.advance(stopS + 1, 2 * seq);
  }

  /** Nothing more came for a while after a `stop`: the activity is over, whatever its sources have not reached. */
  #endStopped(seq: number): void {
    for (const athlete of this.#stopping) {
      if (this.nowMs - athlete.heardMs < this.options.graceS * 1000) continue;
      this.#stopping.delete(athlete);
      const stopS = athlete.timeline.stopS();
      if (stopS === null) continue;
      this.#records.beforeChange(athlete);
      athlete.timeline.advance(stopS + 1, 2 * seq);
      athlete.changedSeq = seq;
      this.#dirty.add(athlete);
    }
  }

  #make(key: string): Athlete {
    const timeline = new Timeline({
      athlete: key,
      options: this.options,
      settingsAt: (startMs, sport) => settingsAt(this.#settings.of(key), startMs, sport),
      onEnded: (record) => this.#ended(athlete, record),
      onIncomplete: ({ fromMs, untilMs }) => this.#mark(athlete, fromMs, untilMs),
    });
    const athlete: Athlete = {
      key,
      timeline,
      sources: new Map(),
      heardMs: this.nowMs,
      isResting: false,
      touchedSeq: NEVER_HEARD,
      settingsRevision: null,
      changedSeq: NEVER_HEARD,
    };
    return athlete;
  }

  #ended(athlete: Athlete, record: ActivityRecord): void {
    if (this.unwritten.length >= this.options.maxUnwritten) {
      throw new UnwrittenFullError(`${this.options.maxUnwritten} activities wait to be written already`);
    }
    this.unwritten.push(record);
    this.#hasEnded = true;
    this.marks.postpone(athlete.key, this.#seq, devicesOf(athlete));
    this.#isUnwrittenDirty = true;
  }
}

function devicesOf({ sources }: Athlete): Set<string> {
  return new Set([...sources.values()].map(({ device }) => device));
}

function endOfRun({ rows, device, source, athlete }: SampleBatch, from: number): number {
  let to = from + 1;
  while (
    to < rows &&
    device.index[to] === device.index[from] &&
    source.index[to] === source.index[from] &&
    athlete.index[to] === athlete.index[from]
  ) {
    to++;
  }
  return to;
}
