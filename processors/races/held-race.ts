import type { CrossingFact } from '../../schemas/facts.ts';
import { shardOf } from '../../schemas/identity.ts';
import type { ProgressTick } from '../../schemas/progress.ts';
import type { Race } from '../../schemas/race.ts';
import type { RaceEntry } from '../../schemas/race-entry.ts';
import { type BoardOptions, RaceBoard } from './board/board.ts';
import { type AthleteMemory, type BoardPart, encodeBoardPart, memoryOf, recall, type Waiting } from './board/memory.ts';
import { createTickIntake, type TickIntake } from './board/tick-intake.ts';

/** About four kilobytes each: a part of a checkpoint stays below the megabyte that a value may have. */
const ATHLETES_PER_PART = 128;
/** Facts of a race that CONFIG has not told of yet; it does within moments, or never. */
const MAX_WAITING = 10_000;

/**
 * One race while its board is held: waiting (its facts come before CONFIG has told of it) → shown. It collects what its
 * board is told, and what of it has to be kept.
 */
export class HeldRace {
  readonly id: string;
  readonly intake: TickIntake;
  #board: RaceBoard | null = null;
  readonly #options: Partial<BoardOptions>;
  #waiting: Waiting[] = [];
  #kept: AthleteMemory[] = [];
  readonly #changed = new Set<string>();
  #isWaitingKept = true;
  #hasNews = true;
  /** Names of the parts that the checkpoint has. */
  readonly #parts = new Set<string>();
  #groups = 0;

  constructor(id: string, shards: number, options: Partial<BoardOptions> = {}) {
    this.id = id;
    this.intake = createTickIntake(shards);
    this.#options = options;
  }

  get board(): RaceBoard | null {
    return this.#board;
  }

  /** Takes back a part of the checkpoint. */
  restore(name: string, { athletes, waiting }: BoardPart): void {
    this.#parts.add(name);
    this.#kept.push(...athletes);
    this.#waiting.push(...waiting);
  }

  /** Whether the board may have changed since this was asked last. */
  takeNews(): boolean {
    const hasNews = this.#hasNews;
    this.#hasNews = false;
    return hasNews;
  }

  show(race: Race): void {
    this.#hasNews = true;
    if (this.#board === null) {
      this.#board = new RaceBoard(race, this.#options);
      for (const memory of this.#kept) recall(this.#board, memory);
      for (const { said, seq } of this.#waiting) this.tell(said, seq);
      this.#kept = [];
      this.#waiting = [];
      return;
    }
    this.#board.change(race);
  }

  /** The race is no longer there. */
  hide(): void {
    this.#board = null;
    this.#changed.clear();
  }

  /** Folds in a fact; entries count in the order in which the stream stored them. */
  tell(said: CrossingFact | RaceEntry, seq: number): void {
    const board = this.#board;
    if (board === null) {
      if (this.#waiting.length >= MAX_WAITING) return;
      this.#waiting.push({ said, seq });
      this.#isWaitingKept = false;
      return;
    }
    const bib = said.kind === 'race.crossing' ? said.crossing.bib : said.bib;
    if (!tellBoard(board, bib, said, seq)) return;
    this.#changed.add(bib);
    this.#hasNews = true;
  }

  tick(tick: ProgressTick): void {
    if (this.#board === null || !this.intake.take(tick)) return;
    this.#board.tick(tick);
    this.#hasNews ||= tick.athletes.length > 0;
    for (const { bib } of tick.athletes) this.#changed.add(bib);
  }

  /** Parts of the checkpoint that changed, by name; null for those that are no longer needed. */
  takeDirty(): Map<string, Uint8Array | null> {
    const dirty = new Map<string, Uint8Array | null>();
    const board = this.#board;
    const waitingName = `${partPrefix(this.id)}-waiting`;
    if (board === null) {
      if (this.#kept.length === 0 && this.#waiting.length === 0) this.#removeParts(dirty);
      else if (!this.#isWaitingKept) {
        this.#parts.add(waitingName);
        dirty.set(waitingName, encodeBoardPart({ race: this.id, athletes: [], waiting: this.#waiting }));
        this.#isWaitingKept = true;
      }
      return dirty;
    }
    if (this.#parts.delete(waitingName)) dirty.set(waitingName, null);
    const groups = Math.max(1, Math.ceil(board.race.starters.length / ATHLETES_PER_PART));
    if (groups !== this.#groups) {
      this.#removeParts(dirty);
      for (const { bib } of board.athletes) this.#changed.add(bib);
      this.#groups = groups;
    }
    const wanted = new Map<number, AthleteMemory[]>();
    for (const bib of this.#changed) wanted.set(shardOf(bib, groups), []);
    this.#changed.clear();
    for (const athlete of board.athletes) wanted.get(shardOf(athlete.bib, groups))?.push(memoryOf(athlete));
    for (const [group, athletes] of wanted) {
      const name = `${partPrefix(this.id)}-${groups}-${group}`;
      this.#parts.add(name);
      dirty.set(name, encodeBoardPart({ race: this.id, athletes, waiting: [] }));
    }
    return dirty;
  }

  #removeParts(dirty: Map<string, Uint8Array | null>): void {
    for (const name of this.#parts) dirty.set(name, null);
    this.#parts.clear();
  }
}

/** Race ids may be as long as the name of a part. */
function partPrefix(race: string): string {
  return shardOf(race, 2 ** 32).toString(16);
}

function tellBoard(board: RaceBoard, bib: string, said: CrossingFact | RaceEntry, seq: number): boolean {
  if (said.kind === 'race.crossing') {
    const { checkpoint, pass, source, timeMs, sigmaMs, isWithdrawn } = said.crossing;
    return board.report(bib, { checkpoint, pass, source, timeMs, sigmaMs, revision: said.revision, isWithdrawn });
  }
  const word = said.said;
  switch (word.type) {
    case 'crossing': {
      const { checkpoint, pass, source, timeMs, sigmaMs, isWithdrawn } = word;
      return board.report(bib, { checkpoint, pass, source, timeMs, sigmaMs, revision: seq, isWithdrawn });
    }
    case 'read': {
      const { checkpoint, source, timeMs, sigmaMs } = word;
      return board.read(bib, { id: said.id, checkpoint, source, timeMs, sigmaMs });
    }
    case 'decision':
      return board.judge(bib, { verdict: word.verdict, reason: word.reason, revision: seq });
  }
}
