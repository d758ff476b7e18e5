import type { BoardRow, BoardView } from '../../schemas/board.ts';
import {
  type BoardMessage,
  boardRowText,
  encodeBoardMessage,
  MAX_ROWS_PER_MESSAGE,
} from '../../schemas/board-message.ts';

/**
 * Numbers the messages of one race within one term of its holder: what changed since the last ones, or everything when
 * that is asked for.
 */
export class BoardPublisher {
  readonly epoch: number;
  #number = 0;
  #texts = new Map<string, RowText>();
  #groups = '';
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

  /** Messages that bring receivers up to this view: one at least, so that they know its age. */
  messages(view: BoardView): Uint8Array[] {
    const texts = this.#textsOf(view.rows);
    const groups = JSON.stringify(view.groups);
    const full = this.#wantsAll;
    const rows: string[] = [];
    for (const [bib, { text }] of texts) if (full || this.#texts.get(bib)?.text !== text) rows.push(text);
    const removed = full ? [] : [...this.#texts.keys()].filter((bib) => !texts.has(bib));
    if (rows.length > 0 || removed.length > 0 || groups !== this.#groups) this.hasNews = true;
    this.#texts = texts;
    this.#groups = groups;
    this.#wantsAll = false;
    const messages = encodeParts(view, rows, { epoch: this.epoch, number: this.#number + 1, full, removed });
    this.#number += messages.length;
    return messages;
  }

  /** All of what was told last, for the bucket, under the number of the last message. */
  snapshot(view: BoardView): Uint8Array[] {
    this.hasNews = false;
    const rows = Array.from(this.#textsOf(view.rows).values(), ({ text }) => text);
    return encodeParts(view, rows, { epoch: this.epoch, number: this.#number, full: true, removed: [] }, 0);
  }

  /** A board gives the same row again while it says the same. */
  #textsOf(rows: readonly BoardRow[]): Map<string, RowText> {
    return new Map(
      rows.map((row) => {
        const before = this.#texts.get(row.bib);
        return [row.bib, before?.row === row ? before : { row, text: boardRowText(row) }];
      }),
    );
  }
}

interface RowText {
  readonly row: BoardRow;
  readonly text: string;
}

function encodeParts(
  { race, raceVersion, atMs, dataMs, groups, certainty }: BoardView,
  rows: readonly string[],
  own: Pick<BoardMessage, 'epoch' | 'number' | 'full' | 'removed'>,
  step = 1,
): Uint8Array[] {
  const parts = Math.max(1, Math.ceil(rows.length / MAX_ROWS_PER_MESSAGE));
  return Array.from({ length: parts }, (_, part) => {
    const head = { race, raceVersion, atMs, dataMs, certainty, ...own, number: own.number + step * part, part, parts };
    const isLast = part === parts - 1;
    const some = rows.slice(part * MAX_ROWS_PER_MESSAGE, (part + 1) * MAX_ROWS_PER_MESSAGE);
    return encodeBoardMessage({ ...head, removed: isLast ? own.removed : [], groups: isLast ? groups : [] }, some);
  });
}
