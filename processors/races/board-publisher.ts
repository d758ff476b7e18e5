import type { BoardRow, BoardView, Certainty } from '../../schemas/board.ts';
import {
  type BoardMessage,
  boardRowText,
  encodeBoardMessage,
  MAX_ROWS_PER_MESSAGE,
} from '../../schemas/board-message.ts';
import type { MovedView } from './board/board.ts';

/**
 * Numbers the messages of one race within one term of its holder: what changed since the last ones, or everything when
 * that is asked for. Between two views those who moved can be told alone.
 */
export class BoardPublisher {
  readonly epoch: number;
  #number = 0;
  #texts = new Map<string, RowText>();
  readonly #prepared = new Map<string, RowText>();
  #groups = '';
  #certainty: Certainty | null = null;
  #wantsAll = true;
  /** True while there is something that the bucket does not have yet. */
  hasNews = false;

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  /** Everything will begin with this number. */
  askAll(): number {
    this.#wantsAll = true;
    return this.#number + 1;
  }

  /** Somebody asked for everything since the last messages. */
  get wantsAll(): boolean {
    return this.#wantsAll;
  }

  /** The row of somebody as it was told last; null before. */
  readonly shown = (bib: string): BoardRow | null => this.#texts.get(bib)?.row ?? null;

  /** Makes ready some rows of a view that is to be told: of thousands that takes long. */
  prepare(rows: readonly BoardRow[]): void {
    for (const row of rows) this.#prepared.set(row.bib, this.#textOf(row));
  }

  /** Messages that bring receivers up to this view: one at least, so that they know its age. */
  messages(view: BoardView): Uint8Array[] {
    const texts = new Map(view.rows.map((row) => [row.bib, this.#textOf(row)]));
    this.#prepared.clear();
    const groups = JSON.stringify(view.groups);
    const full = this.#wantsAll;
    const rows: string[] = [];
    for (const [bib, { text }] of texts) if (full || this.#texts.get(bib)?.text !== text) rows.push(text);
    const removed = full ? [] : [...this.#texts.keys()].filter((bib) => !texts.has(bib));
    if (rows.length > 0 || removed.length > 0 || groups !== this.#groups) this.hasNews = true;
    this.#texts = texts;
    this.#groups = groups;
    this.#certainty = view.certainty;
    this.#wantsAll = false;
    return this.#numbered(view, rows, { full, removed });
  }

  /** Messages that bring receivers of the last view up to who moved since; [] when there is nothing to say. */
  moved({ rows: moved, ...head }: MovedView): Uint8Array[] {
    // Everything is told next.
    if (this.#wantsAll) return [];
    const rows: string[] = [];
    for (const row of moved) {
      const text = boardRowText(row);
      if (this.#texts.get(row.bib)?.text === text) continue;
      this.#texts.set(row.bib, { row, text });
      rows.push(text);
    }
    if (rows.length === 0) return [];
    this.hasNews = true;
    return this.#numbered({ ...head, certainty: this.#certainty, groups: null }, rows, { full: false, removed: [] });
  }

  /** All of what was told last, the last view with who moved since, for the bucket: under the last number. */
  snapshot(view: BoardView): Uint8Array[] {
    this.hasNews = false;
    const rows = Array.from(this.#texts.values(), ({ text }) => text);
    return encodeParts(view, rows, { epoch: this.epoch, number: this.#number, full: true, removed: [] }, 0);
  }

  #numbered(head: Head, rows: readonly string[], own: Pick<BoardMessage, 'full' | 'removed'>): Uint8Array[] {
    const messages = encodeParts(head, rows, { epoch: this.epoch, number: this.#number + 1, ...own });
    this.#number += messages.length;
    return messages;
  }

  /** A board gives the same row again while it says the same. */
  #textOf(row: BoardRow): RowText {
    for (const known of [this.#prepared.get(row.bib), this.#texts.get(row.bib)]) if (known?.row === row) return known;
    return { row, text: boardRowText(row) };
  }
}

interface RowText {
  readonly row: BoardRow;
  readonly text: string;
}

type Head = Pick<BoardMessage, 'race' | 'raceVersion' | 'atMs' | 'dataMs' | 'groups' | 'certainty'>;

function encodeParts(
  { race, raceVersion, atMs, dataMs, groups, certainty }: Head,
  rows: readonly string[],
  own: Pick<BoardMessage, 'epoch' | 'number' | 'full' | 'removed'>,
  step = 1,
): Uint8Array[] {
  const parts = Math.max(1, Math.ceil(rows.length / MAX_ROWS_PER_MESSAGE));
  return Array.from({ length: parts }, (_, part) => {
    const head = { race, raceVersion, atMs, dataMs, certainty, ...own, number: own.number + step * part, part, parts };
    const isLast = part === parts - 1;
    const some = rows.slice(part * MAX_ROWS_PER_MESSAGE, (part + 1) * MAX_ROWS_PER_MESSAGE);
    return encodeBoardMessage({ ...head, removed: isLast ? own.removed : [], groups: isLast ? groups : null }, some);
  });
}
