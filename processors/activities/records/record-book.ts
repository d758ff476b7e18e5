import type { ActivityRecord } from '../../../schemas/activity.ts';
import {
  compareEfforts,
  hasRecords,
  type RecordClaim,
  type RecordEvidence,
  type RecordKey,
  type RecordKind,
} from '../../../schemas/record.ts';
import { type ActivityEffort, effortsOf } from '../activity-efforts.ts';
import type { LiveEfforts } from './live-efforts.ts';
import type { Candidate, NewestClaim, StoredClaim } from './record-store.ts';

/** When an effort of an activity that goes on is claimed. */
export interface ClaimOptions {
  /** An effort that gets better and better is claimed once it has not for so long, in event time … */
  readonly settleMs: number;
  /** … or when nothing of the athlete was claimed for so long, in message time. */
  readonly refineMs: number;
}

/** What happened to the activities of one athlete since the book was looked at. */
export interface Changes {
  /** Ended, revised or withdrawn, and stored. */
  readonly ended: readonly ActivityRecord[];
  readonly live: LiveEfforts | null;
  /** What of `live` may hold a record, by its key: {@link liveCandidates}. */
  readonly liveNow: ReadonlyMap<string, Candidate>;
}

/** The same evidence computed twice, live and from the stored samples, may differ by rounding. */
const SAME = 1e-9;

/** The records of one athlete as they were published, and what follows for them when activities change. */
export class RecordBook {
  readonly athlete: string;
  readonly #newest = new Map<string, NewestClaim>();
  /** False while activities may be older than records are: nothing was ever claimed. */
  isWhole: boolean;
  /** No claim was made on later messages. */
  seq = 0;
  /** Message time of the last claim from an activity that goes on. */
  claimedMs = Number.NEGATIVE_INFINITY;
  /** Some effort of the activity that goes on was better when it was looked at, and is not claimed yet. */
  hasUnsettled = false;

  constructor(athlete: string, newest: readonly NewestClaim[]) {
    this.athlete = athlete;
    this.isWhole = newest.length > 0;
    for (const claim of newest) this.#keep(claim);
  }

  get held(): NewestClaim[] {
    return [...this.#newest.values()].filter(({ status }) => status === 'set');
  }

  /**
   * Whether something is claimed that follows from messages after `seq`: it was written before a crash, or it was found
   * among stored activities, of which one ends later than the messages that are being folded in again have come.
   */
  isAhead(seq: number, live: LiveEfforts | null): boolean {
    if (this.seq > seq) return true;
    return (
      live !== null && this.held.some((one) => one.activity === live.activity && one.activityRevision > live.revision)
    );
  }

  /** Takes what was written. */
  wrote({ status, ...claim }: StoredClaim, isFinished: boolean): void {
    this.#keep({ ...claim, status, lastRevision: claim.revision, isFinished });
  }

  #keep(claim: NewestClaim): void {
    this.#newest.set(keyOf(claim), claim);
    this.seq = Math.max(this.seq, claim.seq);
  }

  /**
   * Whether a record that holds rests on something that is no longer so. All activities are looked at again then: what
   * was second best is not known here.
   */
  isDisproved({ ended, live, liveNow }: Changes): boolean {
    const now = new Map<string, Map<string, Candidate>>();
    for (const record of ended) now.set(record.id, byKey(endedCandidates(record, live)));
    for (const [key, held] of this.#newest) {
      if (held.status !== 'set') continue;
      const isLive = held.activity === live?.activity;
      const efforts = isLive && held.kind !== 'longest' ? liveNow : now.get(held.activity);
      if (efforts === undefined ? !isLive && !held.isFinished : isWorse(efforts.get(key), held)) return true;
    }
    return false;
  }

  /** Told that these activities were stored as they are, so that what rests on them is known to. */
  sawEnded(ended: readonly ActivityRecord[]): void {
    if (ended.length === 0) return;
    const finished = new Map(ended.map(({ id, status }) => [id, status === 'finished']));
    for (const claim of this.held) {
      const isFinished = finished.get(claim.activity);
      if (isFinished !== undefined) this.#newest.set(keyOf(claim), { ...claim, isFinished });
    }
  }

  /** Told that all that is stored was looked at, and that what follows was taken. */
  sawAll(live: LiveEfforts | null): void {
    this.isWhole = true;
    for (const claim of this.held) {
      if (claim.activity !== live?.activity) this.#newest.set(keyOf(claim), { ...claim, isFinished: true });
    }
  }

  /**
   * What may hold a record now. Without `stored`, which is of all activities that ended, what holds stands; null when
   * nothing is better than that.
   */
  candidates(changes: Changes, stored: readonly Candidate[] | null, nowMs: number, options: ClaimOptions) {
    const { ended, live, liveNow } = changes;
    const others = stored ?? ended.flatMap((record) => endedCandidates(record, live));
    const ofLive = live === null ? [] : this.#toClaim(live, liveNow, stored !== null, nowMs, options);
    if (stored !== null) return [...others, ...ofLive];
    return others.length + ofLive.length === 0 ? null : [...this.held, ...others, ...ofLive];
  }

  /** Efforts of the activity that goes on which are better than what holds, settled; the others only if asked for. */
  #toClaim(
    live: LiveEfforts,
    liveNow: ReadonlyMap<string, Candidate>,
    wantsOthers: boolean,
    nowMs: number,
    options: ClaimOptions,
  ): Candidate[] {
    this.hasUnsettled = false;
    const mayRefine = nowMs - this.claimedMs >= options.refineMs;
    const found: Candidate[] = [];
    for (const [key, effort] of liveNow) {
      const held = this.#newest.get(key);
      const isBetter =
        held === undefined || held.status === 'withdrawn' || compareEfforts(effort.kind, effort, held) < 0;
      if (!isBetter) {
        if (wantsOthers) found.push(effort);
      } else if (mayRefine || live.finalMs - effort.endMs >= options.settleMs) found.push(effort);
      else {
        this.hasUnsettled = true;
        // Until it has settled, what the activity holds already still holds.
        if (wantsOthers && held?.status === 'set' && held.activity === live.activity) found.push(held);
      }
    }
    return found;
  }

  /** The claims that make the best of `candidates` hold, in the order of their revisions. */
  claims(candidates: readonly Candidate[]): RecordClaim[] {
    const best = new Map<string, Candidate>();
    for (const one of candidates) {
      const before = best.get(keyOf(one));
      if (before === undefined || compareEfforts(one.kind, one, before) < 0) best.set(keyOf(one), one);
    }
    const claims: RecordClaim[] = [];
    for (const held of this.held) {
      if (best.has(keyOf(held))) continue;
      claims.push({ ...claimOf(held), status: 'withdrawn', revision: held.lastRevision + 1, replaces: null });
    }
    for (const [key, one] of best) {
      const newest = this.#newest.get(key);
      const held = newest?.status === 'set' ? newest : null;
      if (held !== null && isSame(one, held)) continue;
      let revision = (newest?.lastRevision ?? 0) + 1;
      const isBeaten = held !== null && compareEfforts(held.kind, one, held) < 0;
      if (held !== null && !isBeaten) {
        claims.push({ ...claimOf(held), status: 'withdrawn', revision: revision++, replaces: null });
      }
      const replaces = isBeaten ? { value: held.value, activity: held.activity, startMs: held.startMs } : null;
      claims.push({ ...claimOf(one), status: 'set', revision, replaces });
    }
    return claims;
  }
}

function keyOf({ sport, kind, name }: RecordKey): string {
  return `${sport} ${kind} ${name}`;
}

function byKey(candidates: readonly Candidate[]): Map<string, Candidate> {
  return new Map(candidates.map((one) => [keyOf(one), one]));
}

/** What a claim says, without what the store adds. */
function claimOf(one: Candidate): Candidate {
  const { athlete, sport, kind, name, value, activity, activityRevision, startMs, endMs, interpolated } = one;
  return { athlete, sport, kind, name, value, activity, activityRevision, startMs, endMs, interpolated };
}

/** Of an activity that goes on after it was stored, the live efforts are newer. */
function endedCandidates(record: ActivityRecord, live: LiveEfforts | null): Candidate[] {
  if (record.status !== 'finished' || !hasRecords(record.sport)) return [];
  const efforts = effortsOf(record).filter(({ kind }) => kind === 'longest' || record.id !== live?.activity);
  return candidatesOf(record.athlete, { ...record, activity: record.id, efforts });
}

/** By their keys; looked at more than once, and made once for each look. */
export function liveCandidates(athlete: string, live: LiveEfforts | null): ReadonlyMap<string, Candidate> {
  return live !== null && hasRecords(live.sport) ? byKey(candidatesOf(athlete, live)) : NONE;
}

const NONE: ReadonlyMap<string, Candidate> = new Map();

type Source = Pick<LiveEfforts, 'activity' | 'sport' | 'revision'> & { readonly efforts: readonly ActivityEffort[] };

/** What is marked is not claimed. */
function candidatesOf(athlete: string, { activity, sport, revision, efforts }: Source): Candidate[] {
  const found: Candidate[] = [];
  for (const { kind, marks, name, value, startMs, endMs, interpolated } of efforts) {
    if (!isRecordKind(kind) || marks.length > 0) continue;
    const evidence = { value, activity, activityRevision: revision, startMs, endMs, interpolated };
    found.push({ athlete, sport, kind, name, ...evidence });
  }
  return found;
}

function isRecordKind(kind: ActivityEffort['kind']): kind is RecordKind {
  return kind !== 'pace';
}

function isWorse(now: Candidate | undefined, held: RecordEvidence & RecordKey): boolean {
  return now === undefined || (!isSame(now, held) && compareEfforts(held.kind, now, held) > 0);
}

function isSame(a: RecordEvidence, b: RecordEvidence): boolean {
  const isNear = Math.abs(a.value - b.value) <= SAME * Math.max(Math.abs(a.value), Math.abs(b.value));
  return a.activity === b.activity && isNear && Math.abs(a.startMs - b.startMs) <= 1;
}
