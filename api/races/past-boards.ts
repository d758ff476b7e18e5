import type { Clock } from '../../runtime/clock.ts';
import { type BoardMessage, type PastQuestion, readBoardMessage } from '../../schemas/board-message.ts';
import { type Board, boardOf, rowsOf } from './board-state.ts';

/** Moments are told apart by so much, so that a crowd that moves sliders asks for the same ones. */
export const PAST_STEP_MS = 5_000;
/** Late data and acts change what is known of a moment. */
const KEPT_MS = 10_000;
/** Of all moments together, about half a kilobyte each; one board has no more than these. */
const MAX_KEPT_ROWS = 100_000;
/** What a board without rows counts as. */
const ROWS_OF_HEAD = 100;
const MAX_ASKED = 16;
const MAX_PARTS = 50;

export interface PastBoardsDeps {
  /** Null when nobody holds the race. */
  readonly ask: (race: string, question: PastQuestion) => Promise<Uint8Array | null>;
  readonly clock: Clock;
}

interface Kept {
  readonly askedMs: number;
  readonly board: Promise<Board | null>;
  rows: number;
}

/**
 * Boards of moments that are over, from the holder of the race: each is asked for once for all who want it, and kept
 * for ten seconds. Null when nobody holds the race, or when too many moments are asked for at once.
 */
export function createPastBoards({ ask, clock }: PastBoardsDeps) {
  const kept = new Map<string, Kept>();
  let asked = 0;

  async function fetchParts(race: string, atMs: number): Promise<BoardMessage[] | null> {
    const messages: BoardMessage[] = [];
    for (let part = 0; part < Math.min(MAX_PARTS, messages[0]?.parts ?? 1); part++) {
      const bytes = await ask(race, { ask: 'past', atMs, part });
      const message = bytes && readBoardMessage(bytes);
      const first = messages[0] ?? message;
      // Another holder has taken over in between.
      if (message === null || message.epoch !== first?.epoch || message.atMs !== first.atMs) return null;
      messages.push(message);
    }
    return messages;
  }

  async function fetchBoard(name: string, race: string, atMs: number): Promise<Board | null> {
    asked++;
    let board: Board | null = null;
    try {
      const messages = await fetchParts(race, atMs);
      board = messages && boardOf(messages[0], rowsOf(messages));
      return board;
    } finally {
      asked--;
      const own = kept.get(name);
      // That nobody answers may be over in a moment.
      if (board === null) kept.delete(name);
      else if (own !== undefined) own.rows = ROWS_OF_HEAD + board.rows.size;
    }
  }

  /** The oldest give way; one is always kept. */
  function bound(): void {
    const nowMs = clock.monotonicMs();
    let rows = 0;
    for (const own of kept.values()) rows += own.rows;
    for (const [name, own] of kept) {
      if (nowMs - own.askedMs <= KEPT_MS && rows <= MAX_KEPT_ROWS) continue;
      kept.delete(name);
      rows -= own.rows;
    }
  }

  return {
    /** `atMs` is rounded down to {@link PAST_STEP_MS}. */
    read(race: string, atMs: number): Promise<Board | null> {
      const momentMs = Math.max(0, Math.floor(atMs / PAST_STEP_MS) * PAST_STEP_MS);
      const name = `${race} ${momentMs}`;
      bound();
      const own = kept.get(name);
      if (own !== undefined) return own.board;
      if (asked >= MAX_ASKED) return Promise.resolve(null);
      const board = fetchBoard(name, race, momentMs);
      kept.set(name, { askedMs: clock.monotonicMs(), board, rows: ROWS_OF_HEAD });
      return board;
    },
  };
}
