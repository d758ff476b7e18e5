import type { DirtyParts } from '../../runtime/reducer.ts';
import type { Steps } from '../../runtime/steps.ts';
import type { SampleBatch, ValueColumn } from '../../schemas/batch/reader.ts';
import { CHANNELS, channelIndex } from '../../schemas/channels.ts';
import type { AthleteProgress } from '../../schemas/progress.ts';
import type { Crossing } from './crossings.ts';
import { KeptRunners } from './kept-runners.ts';
import { BEFORE_GUN_MS, type RaceGrounds, type Start } from './race-grounds.ts';
import { type FoundOfRunner, Runner } from './runner.ts';
import { decodeRunners } from './runner-codec.ts';

const LATITUDE = channelIndex('latitude');
const LONGITUDE = channelIndex('longitude');
const ACCURACY = channelIndex('horizontal_accuracy');
const SPEED = channelIndex('speed');
const HEART_RATE = channelIndex('heart_rate');
const CADENCE = channelIndex('cadence');
const CADENCE_SCALE = CHANNELS[CADENCE].scale;
const ASSUMED_RADIUS_M = 5;
/** A radius that holds 68 % is so many standard deviations of an axis. */
const RADIUS_SIGMAS = 1.515;
const MIN_STATED_M = 1;
/** Late data comes in bursts, and each look at stored samples reads all of a runner. */
const LATE_QUIET_MS = 10_000;
/** Thirty megabytes. */
const MAX_UNTOLD_SPANS = 200_000;

export interface RaceCounts {
  fixes: number;
  /** Came after their place in the window had gone. */
  late: number;
}

/** A crossing as it was when it became news. */
export interface CrossingNews {
  readonly race: string;
  readonly raceVersion: number;
  readonly bib: string;
  readonly athlete: string;
  readonly checkpoint: string;
  readonly pass: number;
  readonly crossing: Crossing;
}

/** All runners of one shard: a function of its messages, and of CONFIG when they came. */
export class ShardRaces {
  readonly runners = new Map<string, Runner>();
  /** What a fact is due for, by entity: only the newest of each. */
  readonly news = new Map<string, CrossingNews>();
  nowMs = 0;
  readonly #grounds: RaceGrounds;
  readonly #counts: RaceCounts;
  /** Of each runner, that wait to be told. */
  readonly #mostSpans: number | undefined;
  readonly #unsettled = new Set<Runner>();
  /** Message time before which none of them is silent: they may be thousands, and messages come by the hundred. */
  #settleFromMs = Number.POSITIVE_INFINITY;
  /** Those of whom stored samples have to say something. */
  readonly awaiting = new Set<Runner>();
  /** Whose fixes came too late, and when the last did; once it is quiet, stored samples have to say what follows. */
  readonly #late = new Map<Runner, number>();
  /** Of the motion of all runners, untold. */
  #spans = 0;
  /** Of who is in a race now; looked up anew once CONFIG has changed. */
  #runnerOf = new Map<Start, Runner>();
  readonly #kept = new KeptRunners();
  #touched = new Set<Runner>();
  /** Who is to be told of with the next tick. */
  readonly #changed = new Set<Runner>();
  #groundsVersion = -1;

  /** Throws RangeError when `kept` is not what {@link takeDirty} gave. */
  constructor(
    grounds: RaceGrounds,
    counts: RaceCounts,
    kept: ReadonlyMap<string, Uint8Array>,
    { mostSpans }: { readonly mostSpans?: number } = {},
  ) {
    this.#mostSpans = mostSpans;
    this.#grounds = grounds;
    this.#counts = counts;
    for (const bytes of kept.values()) {
      for (const runner of decodeRunners(bytes, grounds)) {
        this.runners.set(runner.key, runner);
        this.#spans += runner.motion.news.length;
        if (runner.isUnsettled) this.#addUnsettled(runner);
        if (runner.awaited !== null) this.awaiting.add(runner);
        this.#note(runner);
      }
    }
  }

  /** A race that was changed while all devices are silent is looked at with the next tick, too. */
  get wantsTick(): boolean {
    const isChanged = this.runners.size > 0 && this.#grounds.version !== this.#groundsVersion;
    return isChanged || this.#unsettled.size > 0 || this.awaiting.size > 0 || this.#late.size > 0;
  }

  /**
   * The parts that changed since the last call, in steps; null for one that is needed no more. Runners who change
   * meanwhile are kept as they were when this was called. (What was told of them is not kept.)
   */
  takeDirtyInSteps(): Steps<DirtyParts> {
    return this.#kept.takeDirtyInSteps(this.runners.values());
  }

  /** Time passed, by a message or a tick. */
  passTo(nowMs: number, revision: number): void {
    this.nowMs = nowMs;
    if (this.#grounds.version !== this.#groundsVersion) this.#rebind(revision);
    for (const [runner, lateMs] of this.#late) {
      if (nowMs - lateMs < LATE_QUIET_MS) continue;
      this.#late.delete(runner);
      this.awaiting.add(runner);
    }
    if (nowMs >= this.#settleFromMs) this.#settleSilent(nowMs, revision);
  }

  fold(batch: SampleBatch, revision: number): void {
    const { channels, rows, device, source, athlete } = batch;
    const [latitude, longitude] = [channels[LATITUDE], channels[LONGITUDE]];
    const [heartRate, cadence] = [channels[HEART_RATE], channels[CADENCE]];
    const hasPlaces = latitude !== null && longitude !== null;
    if (batch.kind !== 'samples' || !(hasPlaces || heartRate !== null || cadence !== null)) return;
    let starts: readonly Start[] = [];
    let name = '';
    for (let n = 0; n < rows; n++) {
      const isSame =
        n > 0 &&
        athlete.index[n] === athlete.index[n - 1] &&
        device.index[n] === device.index[n - 1] &&
        source.index[n] === source.index[n - 1];
      if (!isSame) {
        const key = device.keys[device.index[n]];
        starts = this.#grounds.of(athlete.keys[athlete.index[n]], key);
        name = starts.length === 0 ? '' : `${key}/${source.keys[source.index[n]]}`;
      }
      if (starts.length === 0) continue;
      if (hasPlaces && latitude.nulls[n] === 0 && longitude.nulls[n] === 0) {
        for (const start of starts) this.#put(start, name, batch, n, [latitude, longitude], revision);
      }
      const [heart, steps] = [valueAt(heartRate, n), valueAt(cadence, n)];
      if (heart !== null || steps !== null) this.#feel(starts, batch.tsMs[n], heart, steps);
    }
    for (const runner of this.#touched) this.#settle(runner, revision);
    this.#touched.clear();
  }

  /** Takes what stored samples say of a runner who awaits it. */
  takeFound(runner: Runner, found: FoundOfRunner, revision: number): void {
    this.awaiting.delete(runner);
    this.#kept.beforeChange(runner);
    const spans = runner.motion.news.length;
    const changed = runner.takeFound(found, revision);
    this.#spans += runner.motion.news.length - spans;
    this.#tell(runner, changed);
  }

  /** Athletes of a race who changed since the last call, or all of them; both are then no news any more. */
  takeProgress(race: string, isFull: boolean): AthleteProgress[] {
    const told: AthleteProgress[] = [];
    const more: Runner[] = [];
    for (const runner of isFull ? this.runners.values() : this.#changed) {
      if (runner.ground.race.id !== race) continue;
      const progress = runner.progress(isFull);
      this.#changed.delete(runner);
      runner.isChanged = false;
      runner.changedMarks.clear();
      this.#spans -= runner.motion.news.length;
      runner.motion.dropTold();
      this.#spans += runner.motion.news.length;
      if (runner.motion.news.length > 0) more.push(runner);
      if (progress !== null) told.push(progress);
    }
    for (const runner of more) this.#changed.add(runner);
    return told;
  }

  /** Races that somebody here is in. */
  races(): Set<string> {
    const races = new Set<string>();
    for (const { ground } of this.runners.values()) races.add(ground.race.id);
    return races;
  }

  /** Those of them of which something is to be told. */
  changedRaces(): Set<string> {
    const races = new Set<string>();
    for (const { ground } of this.#changed) races.add(ground.race.id);
    return races;
  }

  #note(runner: Runner): void {
    if (runner.isChanged) this.#changed.add(runner);
  }

  #settleSilent(nowMs: number, revision: number): void {
    this.#settleFromMs = Number.POSITIVE_INFINITY;
    for (const runner of this.#unsettled) {
      if (nowMs >= runner.silentFromMs) this.#kept.beforeChange(runner);
      const settled = runner.passTo(nowMs, revision);
      if (settled.length > 0) {
        this.#tell(runner, settled);
        if (!runner.isUnsettled) this.#unsettled.delete(runner);
      }
      if (this.#unsettled.has(runner)) this.#addUnsettled(runner);
    }
  }

  #addUnsettled(runner: Runner): void {
    this.#unsettled.add(runner);
    if (runner.silentFromMs < this.#settleFromMs) this.#settleFromMs = runner.silentFromMs;
  }

  #put(
    start: Start,
    name: string,
    { channels, tsMs }: SampleBatch,
    n: number,
    [latitude, longitude]: readonly [ValueColumn, ValueColumn],
    revision: number,
  ): void {
    const { ground, starter } = start;
    const atMs = tsMs[n];
    const { closesMs } = ground.race;
    if (atMs < ground.gunTimeMs(starter) - BEFORE_GUN_MS || (closesMs !== null && atMs > closesMs)) return;
    let runner = this.#find(start);
    if (runner === undefined) {
      runner = new Runner(ground, starter, this.#mostSpans);
      this.runners.set(runner.key, runner);
      this.#runnerOf.set(start, runner);
    }
    if (!this.#touched.has(runner)) this.#kept.beforeChange(runner);
    this.#touched.add(runner);
    const [accuracy, speed] = [channels[ACCURACY], channels[SPEED]];
    const radiusM = accuracy === null || accuracy.nulls[n] !== 0 ? ASSUMED_RADIUS_M : accuracy.values[n] / 10;
    const fix = {
      atMs,
      latitudeE7: latitude.values[n],
      longitudeE7: longitude.values[n],
      statedM: Math.max(MIN_STATED_M, radiusM / RADIUS_SIGMAS),
      speedMps: speed === null || speed.nulls[n] !== 0 ? -1 : speed.values[n] / 1_000,
    };
    this.#counts.fixes++;
    if (runner.track.isBehind) this.#settle(runner, revision);
    if (!runner.put(name, fix)) this.#noteLate(runner, atMs, revision);
  }

  /** Of whoever was seen already: a body alone is nowhere on the course. */
  #feel(starts: readonly Start[], atMs: number, heartRate: number | null, cadence: number | null): void {
    for (const start of starts) {
      const runner = this.#find(start);
      if (runner === undefined) continue;
      if (!this.#touched.has(runner)) this.#kept.beforeChange(runner);
      runner.motion.feel(atMs, heartRate, cadence === null ? null : cadence / CADENCE_SCALE);
    }
  }

  /** By the start itself: its key is a text that would be made, and looked through, for each row. */
  #find(start: Start): Runner | undefined {
    let runner = this.#runnerOf.get(start);
    if (runner === undefined) {
      runner = this.runners.get(`${start.ground.race.id}/${start.starter.bib}`);
      if (runner !== undefined) this.#runnerOf.set(start, runner);
    }
    return runner;
  }

  #noteLate(runner: Runner, lateMs: number, revision: number): void {
    this.#counts.late++;
    runner.awaitLate(lateMs, revision);
    this.#late.set(runner, this.nowMs);
  }

  #settle(runner: Runner, revision: number): void {
    const spans = runner.motion.news.length;
    const changed = runner.settle(this.nowMs, revision);
    this.#spans += runner.motion.news.length - spans;
    if (runner.silentFromMs < this.#settleFromMs && this.#unsettled.has(runner)) this.#addUnsettled(runner);
    // While nobody takes them, as before a holder has caught up, memory does not grow with what is told.
    if (this.#spans > MAX_UNTOLD_SPANS) {
      this.#spans -= runner.motion.news.length;
      runner.motion.dropAll();
    }
    this.#tell(runner, changed);
    if (changed.length === 0) return;
    if (runner.isUnsettled) this.#addUnsettled(runner);
    else this.#unsettled.delete(runner);
  }

  /** A fact is due for the first and the settled time, for what late data changed, and for what is taken back. */
  #tell(runner: Runner, changed: readonly number[]): void {
    this.#note(runner);
    if (changed.length === 0) return;
    for (const mark of changed) {
      const crossing = runner.crossings.get(mark);
      if (crossing === undefined) continue;
      const isDue = crossing.isSettled || crossing.isWithdrawn || !crossing.isTold;
      if (!isDue) continue;
      crossing.isTold = true;
      this.#due(runner, crossing);
    }
  }

  #due({ ground, starter, key }: Runner, crossing: Crossing): void {
    const { checkpoint, pass } = ground.marks[crossing.mark];
    const { id: race, version: raceVersion } = ground.race;
    const { bib, athlete } = starter;
    this.news.set(`${key}/${checkpoint}/${pass}`, {
      ...{ race, raceVersion, bib, athlete, checkpoint, pass },
      crossing: { ...crossing },
    });
  }

  /** CONFIG changed: what is no longer a live race is forgotten, what changed goes on with what still holds. */
  #rebind(revision: number): void {
    this.#groundsVersion = this.#grounds.version;
    this.#runnerOf = new Map();
    for (const runner of [...this.runners.values()]) {
      const { ground: before, starter } = runner;
      const start = this.#grounds.find(before.race.id, starter.bib);
      if (start?.ground === before) continue;
      this.#kept.beforeChange(runner);
      this.#spans -= runner.motion.news.length;
      if (start === null) {
        this.runners.delete(runner.key);
        this.#unsettled.delete(runner);
        this.#late.delete(runner);
        this.awaiting.delete(runner);
        this.#changed.delete(runner);
        continue;
      }
      const marks = before.marks;
      const lost = runner.rebind(start.ground, start.starter, revision);
      this.#spans += runner.motion.news.length;
      if (runner.awaited === null) this.awaiting.delete(runner);
      else this.awaiting.add(runner);
      for (const crossing of lost) {
        const { checkpoint, pass } = marks[crossing.mark];
        const { id: race, version: raceVersion } = start.ground.race;
        const { bib, athlete } = start.starter;
        const withdrawn = { ...crossing, isWithdrawn: true, isSettled: true, revision };
        const news = { race, raceVersion, bib, athlete, checkpoint, pass, crossing: withdrawn };
        this.news.set(`${runner.key}/${checkpoint}/${pass}`, news);
      }
      this.#note(runner);
    }
  }
}

function valueAt(column: ValueColumn | null, n: number): number | null {
  return column === null || column.nulls[n] !== 0 ? null : column.values[n];
}
