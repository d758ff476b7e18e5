interface Head {
  readonly view: string;
  readonly number: number;
  /** Who runs there, of whom not all need be told. */
  readonly total: number;
  /** Metres along the course, by bib. */
  readonly athletes: Readonly<Record<string, number>>;
}

/** What the live subscription brings of a part of the map: everybody, or who came to another place. */
export type AreaMessage = Head &
  ({ readonly type: 'snapshot' } | { readonly type: 'delta'; readonly removed: readonly string[] });

export interface OnMap {
  readonly athletes: ReadonlyMap<string, number>;
  readonly total: number;
}

export const NOBODY: OnMap = { athletes: new Map(), total: 0 };

export function isOfArea(message: { readonly view: string }): message is AreaMessage {
  return message.view.startsWith('area:');
}

/**
 * Who is on the part of the map that is shown, put together from messages. Each snapshot begins another view; what
 * comes of the one before is passed over.
 */
export class LiveArea {
  #view = '';
  #number = 0;
  #isLacking = false;
  shown: OnMap = NOBODY;

  /** False when a number is missing for the first time: the view has to be asked for again. */
  take(message: AreaMessage): boolean {
    const { view, number, total } = message;
    if (message.type === 'snapshot') {
      this.#view = view;
      this.#isLacking = false;
      this.shown = { athletes: new Map(Object.entries(message.athletes)), total };
    } else {
      if (view !== this.#view || this.#isLacking) return true;
      if (number !== this.#number + 1) {
        this.#isLacking = true;
        return false;
      }
      const athletes = new Map(this.shown.athletes);
      for (const [bib, metres] of Object.entries(message.athletes)) athletes.set(bib, metres);
      for (const bib of message.removed) athletes.delete(bib);
      this.shown = { athletes, total };
    }
    this.#number = number;
    return true;
  }
}
