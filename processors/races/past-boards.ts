import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../runtime/clock.ts';
import { createTurns } from '../../runtime/turns.ts';
import type { BoardView } from '../../schemas/board.ts';
import {
  boardRowText,
  encodeBoardMessage,
  MAX_ROWS_PER_MESSAGE,
  type PastQuestion,
} from '../../schemas/board-message.ts';
import { pastView } from './board/past-board.ts';
import type { HeldRace } from './held-race.ts';

/** Three megabytes each in a race of twenty thousand: long enough for whoever asks for one part after the other. */
const MAX_KEPT = 4;
const KEPT_MS = 10_000;
/** Moments that are reckoned or wait for it. */
const MAX_WAITING = 8;
const NOTHING = new Uint8Array();

interface Kept {
  readonly askedMs: number;
  readonly parts: Promise<readonly Uint8Array[]>;
}

/**
 * Answers for the boards of moments that are over. One is reckoned at a time, with pauses, since the boards of now are
 * told by the same thread; what was reckoned is kept for a moment, so that all parts are of one board.
 */
export function createPastBoards(clock: Clock) {
  const kept = new Map<string, Kept>();
  const turns = createTurns();

  function reckon(race: HeldRace, epoch: number, atMs: number): Promise<readonly Uint8Array[]> {
    return turns.run(async () => {
      const { board } = race;
      return board === null ? [] : encode(await pastView(board, atMs, setImmediate), epoch);
    });
  }

  return {
    /** Empty when there is no answer. */
    async answer(race: HeldRace, epoch: number, { atMs, part }: PastQuestion): Promise<Uint8Array> {
      const momentMs = Math.min(atMs, race.shownAtMs(clock.nowMs()));
      const key = `${race.id} ${epoch} ${momentMs}`;
      const nowMs = clock.monotonicMs();
      for (const [name, { askedMs }] of kept) if (nowMs - askedMs > KEPT_MS) kept.delete(name);
      let own = kept.get(key);
      if (own === undefined) {
        if (turns.count >= MAX_WAITING) return NOTHING;
        own = { askedMs: nowMs, parts: reckon(race, epoch, momentMs) };
        kept.set(key, own);
        for (const name of kept.keys()) if (kept.size > MAX_KEPT) kept.delete(name);
      }
      return (await own.parts)[part] ?? NOTHING;
    },
  };
}

function encode({ rows, groups, ...head }: BoardView, epoch: number): Uint8Array[] {
  const parts = Math.max(1, Math.ceil(rows.length / MAX_ROWS_PER_MESSAGE));
  return Array.from({ length: parts }, (_, part) => {
    const some = rows.slice(part * MAX_ROWS_PER_MESSAGE, (part + 1) * MAX_ROWS_PER_MESSAGE);
    const own = { epoch, number: 0, full: true, part, parts, removed: [], groups };
    return encodeBoardMessage({ ...head, ...own }, some.map(boardRowText));
  });
}
