import type { EmitContext } from '../../../runtime/reducer.ts';
import type { ActivityRecord } from '../../../schemas/activity.ts';
import { hasRecords } from '../../../schemas/record.ts';
import { type LiveSession, liveEffortsOf } from './live-efforts.ts';
import { type Changes, type ClaimOptions, liveCandidates, RecordBook } from './record-book.ts';
import type { RecordStore, StoredClaim } from './record-store.ts';

export interface RecordOptions extends ClaimOptions {
  /** An activity that goes on is looked at so often, in message time: efforts are found in runs of seconds, … */
  readonly lookEveryMs: number;
  /** … and so often when nothing in it got better: its evidence may have got worse. */
  readonly lookAgainMs: number;
  /** Books of athletes that one shard keeps in memory; those used longest ago are read again when they are needed. */
  readonly maxBooks: number;
  /** Athletes that one query asks about. Of live ones no more than that many are read in a round: others wait. */
  readonly maxAthletesPerRead: number;
}

export const DEFAULT_RECORD_OPTIONS: RecordOptions = {
  settleMs: 2_000,
  lookEveryMs: 3_000,
  refineMs: 15_000,
  lookAgainMs: 10_000,
  maxBooks: 10_000,
  maxAthletesPerRead: 200,
};

export interface RecordDeps {
  readonly store: RecordStore;
  readonly options: RecordOptions;
  readonly minActivityS: number;
  /** Tells everybody about claims that are stored; may repeat. */
  publish(claims: readonly StoredClaim[], signal: AbortSignal): Promise<void>;
}

/** A look at an activity that goes on. */
interface Look {
  lookedMs: number;
  mark: number;
  /** When its marks were last compared with the book. */
  comparedMs: number;
}

/** Someone who is heard of, and what goes on; by their key. */
export interface LiveAthlete {
  readonly key: string;
  readonly timeline: { readonly session: LiveSession | null };
}

interface Kept {
  readonly seq: number;
  readonly unsure: readonly string[];
}

/** The golden section: however many activities begin, their looks are spread evenly. */
const PHASE = (Math.sqrt(5) - 1) / 2;
const NEVER_MS = Number.NEGATIVE_INFINITY;

/**
 * The records of a shard's athletes, published while their activities go on and kept true to what is stored.
 *
 * A claim is stored first and published then. In the end the records are the best efforts without marks of all
 * activities that hold, whatever came in which order: what gets better is compared with what was published; what got
 * worse, is marked now, or is gone makes all of the athlete's activities count again.
 *
 * After a crash messages are folded in again whose claims are stored already. An athlete whose book is ahead of the
 * messages is let be until they have caught up; activities that end meanwhile make it `unsure`, and then all of its
 * activities count. Claims that may be stored without being published, which are those since the last checkpoint, are
 * published when a book is read; a fact that comes twice has the same id.
 */
export class ShardRecords {
  readonly #deps: RecordDeps;
  readonly #looks = new WeakMap<LiveSession, Look>();
  /** In the order of their use. */
  readonly #books = new Map<string, RecordBook>();
  readonly #unsure: Set<string>;
  /** Stored, and perhaps not published. */
  #unpublished: StoredClaim[] = [];
  /** Claims up to here, this message not included, were published before this term of holding. */
  readonly #publishedSeq: number;
  #seq = 0;
  #isDirty = false;
  /** Activities that were looked at. */
  #begun = 0;

  constructor(deps: RecordDeps, kept: Uint8Array | undefined) {
    this.#deps = deps;
    const { seq, unsure } = kept === undefined ? { seq: 0, unsure: [] } : decode(kept);
    this.#publishedSeq = seq;
    this.#unsure = new Set(unsure);
  }

  /** What a checkpoint keeps; undefined when it has it already. */
  takeDirty(): Uint8Array | undefined {
    if (!this.#isDirty) return undefined;
    this.#isDirty = false;
    return Buffer.from(JSON.stringify({ seq: this.#seq, unsure: [...this.#unsure] } satisfies Kept));
  }

  /**
   * Takes activities that ended, were revised or withdrawn, and are stored. Throws what the store and `publish` throw;
   * it is then to be called again.
   */
  async sawEnded(ended: readonly ActivityRecord[], active: Active, nowMs: number, context: EmitContext) {
    const byAthlete = Map.groupBy(newestOfEach(ended), ({ athlete }) => athlete);
    const work = new Map<string, Changes>();
    for (const [athlete, records] of byAthlete) {
      work.set(athlete, this.#changes(athlete, records, active, context));
    }
    await this.#settle(work, nowMs, context);
  }

  /** Activities of an athlete were computed again by somebody else: with the next look all of them count. */
  ask(athlete: string): void {
    if (this.#unsure.has(athlete)) return;
    this.#unsure.add(athlete);
    this.#isDirty = true;
  }

  /** Looks at the activities that go on, at each one only when something in it got better, or now and then. */
  async lookAtLive(active: Active, nowMs: number, context: EmitContext): Promise<void> {
    const work = new Map<string, Changes>();
    let toRead = this.#deps.options.maxAthletesPerRead;
    for (const athlete of active.values()) {
      const { session } = athlete.timeline;
      if (session === null || !hasRecords(session.start.sport)) continue;
      if (!this.#isDue(session, athlete.key, nowMs)) continue;
      if (!this.#books.has(athlete.key) && toRead-- <= 0) this.#looks.delete(session);
      else work.set(athlete.key, this.#changes(athlete.key, [], active, context));
    }
    // An unsure athlete may have no activity that goes on.
    for (const key of this.#unsure) {
      if (!work.has(key)) work.set(key, this.#changes(key, [], active, context));
    }
    await this.#settle(work, nowMs, context);
  }

  /** Whether something got better since the last look, or was left open by it. Looks, when it is time to. */
  #isDue(session: LiveSession, key: string, nowMs: number): boolean {
    const { lookEveryMs, lookAgainMs } = this.#deps.options;
    const known = this.#looks.get(session);
    const last = known ?? { lookedMs: NEVER_MS, mark: 0, comparedMs: NEVER_MS };
    if (nowMs - last.lookedMs < lookEveryMs) return false;
    const mark = session.metrics.bestsMark();
    const isDue =
      mark !== last.mark || nowMs - last.comparedMs >= lookAgainMs || this.#books.get(key)?.hasUnsettled === true;
    last.lookedMs = nowMs;
    last.mark = mark;
    if (known === undefined) {
      // Who set off together is looked at in different rounds: nothing is folded in during one.
      last.lookedMs -= (PHASE * this.#begun++ * lookEveryMs) % lookEveryMs;
      this.#looks.set(session, last);
    }
    if (isDue) last.comparedMs = nowMs;
    return isDue && mark > 0;
  }

  #changes(key: string, ended: readonly ActivityRecord[], active: Active, { seq }: EmitContext): Changes {
    const session = active.get(key)?.timeline.session ?? null;
    const live = session && liveEffortsOf(session, 2 * seq, this.#deps.minActivityS);
    return { ended, live, liveNow: liveCandidates(key, live) };
  }

  async #settle(work: ReadonlyMap<string, Changes>, nowMs: number, context: EmitContext): Promise<void> {
    this.#seq = context.seq;
    await this.#publishRest(context);
    const { maxAthletesPerRead, maxBooks } = this.#deps.options;
    const all = [...work];
    for (let from = 0; from < all.length; from += maxAthletesPerRead) {
      context.signal.throwIfAborted();
      await this.#settleSome(new Map(all.slice(from, from + maxAthletesPerRead)), nowMs, context);
    }
    for (const key of this.#books.keys()) {
      if (this.#books.size <= maxBooks) break;
      this.#books.delete(key);
    }
  }

  async #settleSome(work: ReadonlyMap<string, Changes>, nowMs: number, context: EmitContext): Promise<void> {
    const { store, options } = this.#deps;
    await this.#read(work);
    const due = [...work].filter(([key]) => !this.#isAhead(key, work, context));
    const unknown = due.filter(([key, changes]) => this.#needsAll(key, changes));
    const live = unknown.flatMap(([, changes]) => (changes.live === null ? [] : [changes.live.activity]));
    const keys = new Set(unknown.map(([key]) => key));
    const stored = keys.size === 0 ? [] : await store.best([...keys], live);
    const storedOf = Map.groupBy(stored, ({ athlete }) => athlete);
    const written: { book: RecordBook; claims: StoredClaim[]; changes: Changes }[] = [];
    for (const [key, changes] of due) {
      const book = this.#books.get(key)!;
      const known = keys.has(key) ? (storedOf.get(key) ?? []) : null;
      const candidates = book.candidates(changes, known, nowMs, options);
      const { epoch, seq } = context;
      const claims = candidates === null ? [] : book.claims(candidates);
      if (claims.length + changes.ended.length === 0) continue;
      written.push({ book, claims: claims.map((claim) => ({ ...claim, epoch, seq, knownAtMs: nowMs })), changes });
    }
    await this.#write(written, nowMs, context);
    for (const [key, { live }] of unknown) {
      this.#books.get(key)!.sawAll(live);
      if (this.#unsure.delete(key)) this.#isDirty = true;
    }
  }

  async #write(
    written: readonly { book: RecordBook; claims: StoredClaim[]; changes: Changes }[],
    nowMs: number,
    context: EmitContext,
  ): Promise<void> {
    const all = written.flatMap(({ claims }) => claims);
    if (all.length > 0) {
      context.signal.throwIfAborted();
      this.#isDirty = true;
      // Whether it was stored is not known when it fails: the books are read again then.
      for (const { book } of written) this.#books.delete(book.athlete);
      await this.#deps.store.write(all);
      for (const { book } of written) this.#use(book);
      this.#unpublished.push(...all);
    }
    for (const { book, claims, changes } of written) {
      const live = changes.live?.activity;
      for (const claim of claims) {
        if (claim.activity === live) book.claimedMs = nowMs;
        book.wrote(claim, claim.activity !== live);
      }
      book.sawEnded(changes.ended);
    }
    await this.#publishRest(context);
  }

  async #publishRest({ signal }: EmitContext): Promise<void> {
    if (this.#unpublished.length === 0) return;
    signal.throwIfAborted();
    await this.#deps.publish(this.#unpublished, signal);
    this.#unpublished = [];
  }

  /** Reads the books that are missing, and uses the others. */
  async #read(work: ReadonlyMap<string, Changes>): Promise<void> {
    const { store } = this.#deps;
    const missing: string[] = [];
    for (const key of work.keys()) {
      const book = this.#books.get(key);
      if (book === undefined) missing.push(key);
      else this.#use(book);
    }
    if (missing.length === 0) return;
    const newest = await store.newest(missing);
    const byAthlete = Map.groupBy(newest, ({ athlete }) => athlete);
    const recent = new Set(newest.filter(({ seq }) => seq >= this.#publishedSeq).map(({ athlete }) => athlete));
    if (recent.size > 0) this.#unpublished.push(...(await store.since([...recent], this.#publishedSeq)));
    for (const key of missing) this.#use(new RecordBook(key, byAthlete.get(key) ?? []));
  }

  /** Set anew so that the order of the map is that of the last use. */
  #use(book: RecordBook): void {
    this.#books.delete(book.athlete);
    this.#books.set(book.athlete, book);
  }

  /** Its claims follow from messages that were not folded in again yet. */
  #isAhead(key: string, work: ReadonlyMap<string, Changes>, { seq }: EmitContext): boolean {
    const { live, ended } = work.get(key)!;
    if (!this.#books.get(key)!.isAhead(seq, live)) return false;
    if (ended.length > 0) this.ask(key);
    return true;
  }

  #needsAll(key: string, changes: Changes): boolean {
    const book = this.#books.get(key)!;
    return this.#unsure.has(key) || !book.isWhole || book.isDisproved(changes);
  }
}

/** One activity may have been published twice since the last round. */
function newestOfEach(ended: readonly ActivityRecord[]): ActivityRecord[] {
  const newest = new Map<string, ActivityRecord>();
  for (const record of ended) {
    if (record.revision >= (newest.get(record.id)?.revision ?? 0)) newest.set(record.id, record);
  }
  return [...newest.values()];
}

type Active = ReadonlyMap<string, LiveAthlete>;

/** Throws SyntaxError when the bytes are not what `takeDirty` gave. */
function decode(kept: Uint8Array): Kept {
  return JSON.parse(Buffer.from(kept).toString('utf8')) as Kept;
}
