import { type Bus, BusTimeoutError, NoRespondersError, type Subscription } from '../../runtime/bus.ts';
import type { Clock, Timer } from '../../runtime/clock.ts';
import { type KeyValue, KvUnavailableError } from '../../runtime/kv/kv.ts';
import type { Logger } from '../../runtime/log.ts';
import type { BoardCrossing } from '../../schemas/board.ts';
import {
  type BoardMessage,
  type BoardQuestion,
  encodeBoardAsk,
  type GapsAnswer,
  MAX_SPLITS_ASKED,
  type ReviewsAnswer,
  readBoardMessage,
  readGapsAnswer,
  readPreviewAnswer,
  readReviewsAnswer,
  readSplitsAnswer,
  readWayAnswer,
  type WayAnswer,
} from '../../schemas/board-message.ts';
import { keys, type Names } from '../../schemas/names.ts';
import type { PreviewAnswer, PreviewQuestion } from '../../schemas/race-preview.ts';
import { type Board, BoardState } from './board-state.ts';
import { createPastBoards } from './past-boards.ts';

/** The boards of races, followed while somebody wants them. */
export interface BoardSource {
  /** Calls `tell` with each whole board from now on, the one that is known at once. Returns what ends it. */
  follow(race: string, tell: (board: Board) => void): () => void;
  /** The newest board; waits a moment for it. Null when nobody knows one. */
  read(race: string): Promise<Board | null>;
  /** The board of a moment that is over, as it is known now. Null when nobody can tell. */
  past(race: string, atMs: number): Promise<Board | null>;
  /** Gaps to one athlete, from the race's holder. Null when nobody holds it. */
  gaps(race: string, bib: string): Promise<GapsAnswer | null>;
  /** What one athlete did so far, from the race's holder. Null when nobody holds it. */
  way(race: string, bib: string): Promise<WayAnswer | null>;
  /**
   * When each of the athletes crossed what, in the order of the course, from the race's holder. Null when nobody holds
   * it.
   */
  splits(race: string, bibs: readonly string[]): Promise<ReadonlyMap<string, readonly BoardCrossing[]> | null>;
  /** What the review has found, from the race's holder. Null when nobody holds it. */
  reviews(race: string): Promise<ReviewsAnswer | null>;
  /** What a change would do, or how far the race's holder is with finding out. Null when nobody holds it. */
  preview(race: string, question: PreviewQuestion): Promise<PreviewAnswer | null>;
  followedRaces(): number;
  stop(): void;
}

export interface BoardSourceDeps {
  readonly bus: Bus;
  /** The bucket BOARDS. */
  readonly kv: KeyValue;
  readonly names: Names;
  readonly clock: Clock;
  readonly log: Logger;
}

const ASK_TIMEOUT_MS = 1_000;
/** Others may be asking for other moments, and of twenty thousand athletes each takes a second. */
const PAST_TIMEOUT_MS = 10_000;
const ASK_AGAIN_MS = 500;
/** How long a first board may take, before whoever asks is told that there is none. */
const FIRST_BOARD_MS = 1_500;
/** A board stays followed for so long after the last one who wanted it: requests come again. */
const LINGER_MS = 30_000;
const MAX_PARTS = 50;
const NOTHING = new Uint8Array();

interface Followed {
  readonly state: BoardState;
  readonly subscription: Subscription;
  readonly tellers: Set<(board: Board) => void>;
  /** Resolves with whether a holder promised everything when it was asked first. */
  readonly isAnswered: Promise<boolean>;
  asking: Timer | null;
  lingering: Timer | null;
}

/**
 * Each race that is wanted has one subscription, however many want it. What is missing is asked for until it comes;
 * while nobody answers, the last board from the bucket stands in, and its age says so.
 */
export function createBoardSource({ bus, kv, names, clock, log }: BoardSourceDeps): BoardSource {
  const all = new Map<string, Followed>();

  function open(race: string): Followed {
    const state = new BoardState();
    const tellers = new Set<(board: Board) => void>();
    const tell = () => {
      for (const teller of tellers) teller(state.board!);
    };
    const subscription = bus.subscribe(names.board(race), ({ data }) => {
      const message = readBoardMessage(data);
      if (message === null || message.race !== race) return;
      if (state.take(message)) tell();
    });
    const followed: Followed = {
      ...{ state, subscription, tellers, asking: null, lingering: null },
      isAnswered: opening(),
    };
    all.set(race, followed);
    return followed;

    /** Whether a holder has promised everything. */
    async function opening(): Promise<boolean> {
      const [isAnswered, isNew] = await Promise.all([ask(race), recall(race, state)]);
      if (isNew) tell();
      if (all.get(race) === followed) keepAsking(race, followed);
      return isAnswered;
    }
  }

  /** Until nobody wants the race any more. */
  function keepAsking(race: string, followed: Followed): void {
    followed.asking = clock.setTimer(async () => {
      if (!followed.state.isWhole) await ask(race);
      if (all.get(race) === followed) keepAsking(race, followed);
    }, ASK_AGAIN_MS);
  }

  async function ask(race: string): Promise<boolean> {
    try {
      await bus.flush();
      await bus.request(names.askBoard(race), encodeBoardAsk({ ask: 'all' }), ASK_TIMEOUT_MS);
      return true;
    } catch (err) {
      if (!isAway(err)) throw err;
      log.debug({ err, race }, 'nobody tells of a board; asking again');
      return false;
    }
  }

  /** Null when nobody answers. */
  async function askOf(race: string, question: BoardQuestion, timeoutMs = ASK_TIMEOUT_MS): Promise<Uint8Array | null> {
    try {
      return await bus.request(names.askBoard(race), encodeBoardAsk(question), timeoutMs);
    } catch (err) {
      if (!isAway(err)) throw err;
      return null;
    }
  }

  /** One question after the other, each about as many as its answer may hold. */
  async function askSplits(race: string, bibs: readonly string[]) {
    const all = new Map<string, readonly BoardCrossing[]>();
    while (all.size < bibs.length) {
      const some = bibs.slice(all.size, all.size + MAX_SPLITS_ASKED);
      const answer = readSplitsAnswer((await askOf(race, { ask: 'splits', bibs: some })) ?? NOTHING);
      if (answer === null || answer.splits.length === 0) return null;
      for (const [bib, crossings] of answer.splits) all.set(bib, crossings);
    }
    return all;
  }

  async function recall(race: string, state: BoardState): Promise<boolean> {
    try {
      const parts: BoardMessage[] = [];
      for (let part = 0; part < Math.min(MAX_PARTS, parts[0]?.parts ?? 1); part++) {
        const entry = await kv.get(keys.board(race, part));
        const message = entry && readBoardMessage(entry.value);
        if (message === null) return false;
        parts.push(message);
      }
      return state.recall(parts);
    } catch (err) {
      if (!(err instanceof KvUnavailableError)) throw err;
      log.debug({ err, race }, 'the last board cannot be read');
      return false;
    }
  }

  function close(race: string): void {
    const followed = all.get(race);
    all.delete(race);
    followed?.asking?.cancel();
    followed?.lingering?.cancel();
    followed?.subscription.stop();
  }

  function linger(race: string, followed: Followed): void {
    followed.lingering?.cancel();
    if (followed.tellers.size === 0) followed.lingering = clock.setTimer(() => close(race), LINGER_MS);
  }

  function wanted(race: string): Followed {
    const followed = all.get(race) ?? open(race);
    followed.lingering?.cancel();
    return followed;
  }

  const past = createPastBoards({ ask: (race, question) => askOf(race, question, PAST_TIMEOUT_MS), clock });
  return {
    past: past.read,
    follow(race, tell) {
      const followed = wanted(race);
      followed.tellers.add(tell);
      if (followed.state.board !== null) tell(followed.state.board);
      return () => {
        if (followed.tellers.delete(tell)) linger(race, followed);
      };
    },
    async read(race) {
      const followed = wanted(race);
      if (followed.state.board === null && (await followed.isAnswered) && followed.state.board === null) {
        const first = Promise.withResolvers<void>();
        const timer = clock.setTimer(first.resolve, FIRST_BOARD_MS);
        const teller = () => first.resolve();
        followed.tellers.add(teller);
        await first.promise;
        timer.cancel();
        followed.tellers.delete(teller);
      }
      linger(race, followed);
      return followed.state.board;
    },
    gaps: async (race, bib) => readGapsAnswer((await askOf(race, { ask: 'gaps', bib })) ?? NOTHING),
    way: async (race, bib) => readWayAnswer((await askOf(race, { ask: 'way', bib })) ?? NOTHING),
    splits: askSplits,
    reviews: async (race) => readReviewsAnswer((await askOf(race, { ask: 'reviews' })) ?? NOTHING),
    preview: async (race, question) => readPreviewAnswer((await askOf(race, question)) ?? NOTHING),
    followedRaces: () => all.size,
    stop() {
      for (const race of [...all.keys()]) close(race);
    },
  };
}

function isAway(error: unknown): boolean {
  return error instanceof NoRespondersError || error instanceof BusTimeoutError;
}
