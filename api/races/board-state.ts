import type { BoardRow, Certainty, RoadGroup } from '../../schemas/board.ts';
import type { BoardMessage } from '../../schemas/board-message.ts';

/** A whole board as it was told last. */
export interface Board {
  readonly race: string;
  readonly raceVersion: number;
  readonly epoch: number;
  readonly number: number;
  readonly atMs: number;
  readonly dataMs: number | null;
  readonly rows: ReadonlyMap<string, BoardRow>;
  readonly groups: readonly RoadGroup[];
  readonly certainty: Certainty | null;
}

/**
 * Puts a board together from its messages. Only whole views come out: a message that is one of several parts, or that
 * comes after one that was missed, changes nothing that can be seen.
 *
 * unknown → lacking (something is missing: ask) → whole → lacking at a gap or at a new epoch. While it lacks
 * something the last whole board stays, and gets older.
 */
export class BoardState {
  board: Board | null = null;
  /** False: everything has to be asked for. */
  isWhole = false;
  #epoch = 0;
  #number = 0;
  #coming: Map<string, BoardRow> | null = null;

  /** True when a new whole view came out. */
  take(message: BoardMessage): boolean {
    const { epoch, number, full, part, parts } = message;
    if (epoch < this.#epoch) return false;
    const isNext = epoch === this.#epoch && number === this.#number + 1;
    if (!isNext) this.#lose();
    this.#epoch = epoch;
    this.#number = number;
    if (full && part === 0) this.#coming = new Map();
    if (!full && part === 0 && this.isWhole) this.#coming = new Map(this.board!.rows);
    if (this.#coming === null) return false;
    for (const row of message.rows) this.#coming.set(row.bib, row);
    for (const bib of message.removed) this.#coming.delete(bib);
    if (part < parts - 1) return false;
    this.#show(boardOf(message, this.#coming, this.board?.groups));
    this.isWhole = true;
    return true;
  }

  /** Takes all parts of what lies in the bucket, unless a holder has spoken. It may be old. */
  recall(parts: readonly BoardMessage[]): boolean {
    const [first] = parts;
    const isOne = parts.every(({ epoch, number, part }, i) => {
      return epoch === first.epoch && number === first.number && part === i;
    });
    if (this.board !== null || first === undefined || !isOne || parts.length !== first.parts) return false;
    this.#show(boardOf(parts.at(-1)!, rowsOf(parts)));
    return true;
  }

  #show(board: Board): void {
    this.board = board;
    this.#coming = null;
  }

  #lose(): void {
    this.isWhole = false;
    this.#coming = null;
  }
}

/** The rows of all parts of a whole view, by bib. */
export function rowsOf(parts: readonly BoardMessage[]): ReadonlyMap<string, BoardRow> {
  return new Map(parts.flatMap(({ rows }) => rows.map((row) => [row.bib, row] as const)));
}

/** The board that a message is the head of, after one with the groups `before`. */
export function boardOf(
  message: BoardMessage,
  rows: ReadonlyMap<string, BoardRow>,
  before: readonly RoadGroup[] = [],
): Board {
  const { race, raceVersion, epoch, number, atMs, dataMs, groups, certainty } = message;
  return { race, raceVersion, epoch, number, atMs, dataMs, groups: groups ?? before, certainty, rows };
}

/** In the order of rank, then those without one by bib. */
export function inOrder(rows: Iterable<BoardRow>): BoardRow[] {
  const last = Number.POSITIVE_INFINITY;
  return [...rows].sort((a, b) => (a.rank ?? last) - (b.rank ?? last) || (a.bib < b.bib ? -1 : 1));
}
