import type { ShownRow } from './race-answers.ts';

interface Head {
  readonly view: string;
  readonly number: number;
  readonly atMs: number;
  readonly dataMs: number | null;
}

/** What the live subscription of a race brings. */
export type BoardMessage = Head &
  (
    | { readonly type: 'snapshot'; readonly raceVersion: number; readonly rows: readonly ShownRow[] }
    /** Of rows that were known only the fields that changed. */
    | {
        readonly type: 'delta';
        readonly rows: readonly (Partial<ShownRow> & { readonly bib: string })[];
        readonly removed: readonly string[];
      }
  );

interface View {
  number: number;
  readonly rows: Map<string, ShownRow>;
}

/**
 * The views of a live board, put together from its messages. A view is unknown until its snapshot, then follows deltas
 * by their numbers; after a gap it stays as it was, lacking, until the next snapshot.
 */
export class LiveBoard {
  readonly #views = new Map<string, View>();
  readonly #lacking = new Set<string>();
  atMs: number | null = null;
  dataMs: number | null = null;

  /** False when a number is missing for the first time: the views have to be asked for again. */
  take(message: BoardMessage): boolean {
    const { view: name, number, atMs, dataMs } = message;
    if (message.type === 'snapshot') {
      this.#views.set(name, { number, rows: new Map(message.rows.map((row) => [row.bib, row])) });
      this.#lacking.delete(name);
    } else {
      if (this.#lacking.has(name)) return true;
      const view = this.#views.get(name);
      // It was dropped here, and the server has not heard of that yet.
      if (view === undefined) return true;
      if (number !== view.number + 1) {
        this.#lacking.add(name);
        return false;
      }
      view.number = number;
      for (const row of message.rows) view.rows.set(row.bib, { ...view.rows.get(row.bib)!, ...row });
      for (const bib of message.removed) view.rows.delete(bib);
    }
    this.atMs = atMs;
    this.dataMs = dataMs;
    return true;
  }

  /** Forgets views that nobody wants any more. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of [...this.#views.keys()].filter((one) => !names.has(one))) {
      this.#views.delete(name);
      this.#lacking.delete(name);
    }
  }

  /** In the order of the board; null before the view is known. */
  rows(name: string): ShownRow[] | null {
    const view = this.#views.get(name);
    return view === undefined ? null : inOrder([...view.rows.values()]);
  }
}

/** In the order of rank, then those without one by bib. */
export function inOrder(rows: readonly ShownRow[]): ShownRow[] {
  const last = Number.POSITIVE_INFINITY;
  return [...rows].sort((a, b) => (a.rank ?? last) - (b.rank ?? last) || (a.bib < b.bib ? -1 : 1));
}
