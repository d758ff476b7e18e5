import type { DirtyParts } from '../../runtime/reducer.ts';
import type { Steps } from '../../runtime/steps.ts';
import { shardOf } from '../../schemas/identity.ts';
import type { ProgressTick } from '../../schemas/progress.ts';
import type { Race } from '../../schemas/race.ts';
import type { ActEffect, RaceAct } from '../../schemas/race-act.ts';
import type { RaceWord } from '../../schemas/race-entry.ts';
import { ownerOf } from '../../schemas/review.ts';
import type { BoardAthlete } from './board/athlete.ts';
import { type BoardOptions, RaceBoard } from './board/board.ts';
import {
  type AthleteMemory,
  type BoardPart,
  encodeBoardPart,
  memoryOf,
  type RaceFact,
  recall,
  type Waiting,
} from './board/memory.ts';
import { createTickIntake, type TickIntake } from './board/tick-intake.ts';

/** About eight kilobytes each: a part of a checkpoint stays below the megabyte that a value may have. */
const ATHLETES_PER_PART = 64;
/**
 * Facts of a race that CONFIG has not told of yet (it does within moments, or never), or that came after it was frozen.
 * Those beyond stay in the stream and count for no board; acts are few, and always count.
 */
const MAX_WAITING = 10_000;
/** Up to half a kilobyte each. */
const WAITING_PER_PART = 1_000;

/**
 * One race while its board is held: waiting (its facts come before CONFIG has told of it) → shown ⇄ frozen. It collects
 * what its board is told, and what of it has to be kept. An act freezes a race: from its place in the stream on only
 * acts count, positions are dropped, and the board stands at that moment; whatever else is said waits until it goes on.
 */
export class HeldRace {
  readonly id: string;
  readonly #shards: number;
  #intake: TickIntake;
  #board: RaceBoard | null = null;
  readonly #options: Partial<BoardOptions>;
  #waiting: Waiting[] = [];
  #kept: AthleteMemory[] = [];
  readonly #changed = new Set<string>();
  #isWaitingKept = true;
  #hasNews = true;
  #frozenMs: number | null = null;
  /** Names of the parts that the checkpoint has. */
  readonly #parts = new Set<string>();
  #groups = 0;

  constructor(id: string, shards: number, options: Partial<BoardOptions> = {}) {
    this.id = id;
    this.#shards = shards;
    this.#intake = createTickIntake(shards);
    this.#options = options;
  }

  get intake(): TickIntake {
    return this.#intake;
  }

  /** The moment that the board is shown at. */
  shownAtMs(nowMs: number): number {
    return this.#frozenMs === null ? nowMs : Math.min(nowMs, this.#frozenMs);
  }

  get board(): RaceBoard | null {
    return this.#board;
  }

  /** Takes back a part of the checkpoint. */
  restore(name: string, { athletes, waiting, frozenMs }: BoardPart): void {
    this.#parts.add(name);
    this.#kept.push(...athletes);
    this.#waiting.push(...waiting);
    this.#frozenMs ??= frozenMs ?? null;
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
      this.#board.review.restart(this.#board.athletes);
      this.#kept = [];
      this.#tellWaiting();
      return;
    }
    this.#board.change(race);
  }

  /** The board that another version of the race would have with the same evidence, or with what `mend` makes of it. */
  imagine(race: Race, mend: (memory: AthleteMemory) => AthleteMemory): RaceBoard {
    const imagined = new RaceBoard(race, this.#options);
    for (const athlete of this.#board?.athletes ?? []) recall(imagined, mend(memoryOf(athlete)));
    return imagined;
  }

  /** The race is no longer there. */
  hide(): void {
    this.#board = null;
    this.#changed.clear();
  }

  /** Folds in a fact; entries count in the order in which the stream stored them. */
  tell(said: RaceFact, seq: number): void {
    const board = this.#board;
    const isAct = said.kind === 'race.act';
    if (board === null || (this.#frozenMs !== null && !isAct)) {
      if (!isAct && this.#waiting.length >= MAX_WAITING) return;
      this.#waiting.push({ said, seq });
      this.#isWaitingKept = false;
      return;
    }
    if (isAct) return this.#act(board, said, seq);
    const bib = said.kind === 'race.crossing' ? said.crossing.bib : said.bib;
    if (tellBoard(board, bib, said, seq)) this.#note(bib);
  }

  tick(tick: ProgressTick): void {
    if (this.#board === null || this.#frozenMs !== null || !this.intake.take(tick)) return;
    this.#board.tick(tick);
    this.#hasNews ||= tick.athletes.length > 0;
    for (const { bib } of tick.athletes) this.#changed.add(bib);
  }

  /**
   * Parts of the checkpoint that changed, by name, in steps; null for those that are no longer needed. What is told
   * meanwhile may be in some of them: positions have no place in the stream, and a fact of an athlete changes nothing
   * when it is told again. What waits, and whether the race is frozen, is as it was when this was called.
   */
  takeDirtyInSteps(): Steps<DirtyParts> {
    const dirty: DirtyParts = new Map();
    const board = this.#board;
    if (board === null) {
      const isEmpty = this.#kept.length === 0 && this.#waiting.length === 0 && this.#frozenMs === null;
      if (isEmpty) this.#removeParts(dirty);
      else this.#keepWaiting(dirty);
      return this.#takeGroups(dirty, new Map());
    }
    const groups = Math.max(1, Math.ceil(board.race.starters.length / ATHLETES_PER_PART));
    if (groups !== this.#groups) {
      this.#removeParts(dirty);
      for (const { bib } of board.athletes) this.#changed.add(bib);
      this.#groups = groups;
      this.#isWaitingKept = false;
    }
    this.#keepWaiting(dirty);
    for (const bib of board.review.takeChanged()) this.#changed.add(bib);
    const wanted = new Map<string, BoardAthlete[]>();
    const nameOf = (bib: string) => `${partPrefix(this.id)}-${groups}-${shardOf(bib, groups)}`;
    for (const bib of this.#changed) wanted.set(nameOf(bib), []);
    this.#changed.clear();
    for (const athlete of board.athletes) wanted.get(nameOf(athlete.bib))?.push(athlete);
    return this.#takeGroups(dirty, wanted);
  }

  *#takeGroups(dirty: DirtyParts, wanted: ReadonlyMap<string, readonly BoardAthlete[]>): Steps<DirtyParts> {
    for (const name of wanted.keys()) this.#parts.add(name);
    for (const [name, athletes] of wanted) {
      dirty.set(name, encodeBoardPart({ race: this.id, athletes: athletes.map(memoryOf), waiting: [] }));
      yield;
    }
    return dirty;
  }

  #note(bib: string): void {
    this.#changed.add(bib);
    this.#hasNews = true;
  }

  #act(board: RaceBoard, { effects, saidMs }: RaceAct, seq: number): void {
    for (const effect of effects) {
      if ('state' in effect) this.#setFrozen(effect.state === 'live' ? null : (this.#frozenMs ?? saidMs));
      else if ('finding' in effect) this.#decide(board, effect);
      else if (applyWord(board, effect.bib, effect.said, String(seq), seq)) this.#note(effect.bib);
    }
  }

  /** It is no news for those who watch: only the queue of the review shows it. */
  #decide(board: RaceBoard, { finding, decided }: Extract<ActEffect, { finding: string }>): void {
    if (board.decide(finding, decided)) this.#changed.add(ownerOf(finding));
  }

  #setFrozen(frozenMs: number | null): void {
    if (frozenMs === this.#frozenMs) return;
    this.#frozenMs = frozenMs;
    this.#isWaitingKept = false;
    this.#hasNews = true;
    if (frozenMs !== null) return;
    // What was dropped meanwhile has to be asked for.
    this.#intake = createTickIntake(this.#shards);
    this.#tellWaiting();
  }

  /** Those that cannot count yet wait again, in their order. */
  #tellWaiting(): void {
    // Parts of a checkpoint come in any order.
    const waiting = this.#waiting.sort((a, b) => a.seq - b.seq);
    this.#waiting = [];
    for (const { said, seq } of waiting) this.tell(said, seq);
  }

  #keepWaiting(dirty: DirtyParts): void {
    if (this.#isWaitingKept) return;
    this.#isWaitingKept = true;
    const isNeeded = this.#frozenMs !== null || this.#waiting.length > 0;
    const parts = isNeeded ? Math.max(1, Math.ceil(this.#waiting.length / WAITING_PER_PART)) : 0;
    for (let part = 0; part < parts; part++) {
      const waiting = this.#waiting.slice(part * WAITING_PER_PART, (part + 1) * WAITING_PER_PART);
      const name = waitingPart(this.id, part);
      this.#parts.add(name);
      dirty.set(name, encodeBoardPart({ race: this.id, athletes: [], waiting, frozenMs: this.#frozenMs }));
    }
    for (let part = parts; this.#parts.delete(waitingPart(this.id, part)); part++) {
      dirty.set(waitingPart(this.id, part), null);
    }
  }

  #removeParts(dirty: DirtyParts): void {
    for (const name of this.#parts) dirty.set(name, null);
    this.#parts.clear();
  }
}

/** Race ids may be as long as the name of a part. */
function partPrefix(race: string): string {
  return shardOf(race, 2 ** 32).toString(16);
}

function waitingPart(race: string, part: number): string {
  return `${partPrefix(race)}-waiting-${part}`;
}

function tellBoard(board: RaceBoard, bib: string, said: Exclude<RaceFact, RaceAct>, seq: number): boolean {
  if (said.kind === 'race.entry') return applyWord(board, bib, said.said, said.id, seq);
  const { checkpoint, pass, source, timeMs, sigmaMs, isWithdrawn } = said.crossing;
  return board.report(bib, { checkpoint, pass, source, timeMs, sigmaMs, revision: said.revision, isWithdrawn });
}

function applyWord(board: RaceBoard, bib: string, word: RaceWord, id: string, seq: number): boolean {
  switch (word.type) {
    case 'crossing': {
      const { type: _, ...report } = word;
      return board.report(bib, { ...report, revision: seq });
    }
    case 'read': {
      const { checkpoint, source, timeMs, sigmaMs } = word;
      return board.read(bib, { id, checkpoint, source, timeMs, sigmaMs });
    }
    case 'decision':
      return board.judge(bib, { verdict: word.verdict, reason: word.reason, revision: seq });
  }
}
