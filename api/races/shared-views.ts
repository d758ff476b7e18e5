import type { BoardRow } from '../../schemas/board.ts';
import { whoIs } from '../../schemas/public-board.ts';
import type { Race } from '../../schemas/race.ts';
import { type Board, inOrder } from './board-state.ts';
import type { Lane } from './telling-pace.ts';

/** Whose rows a view has: the first so many, or one athlete. */
export type ViewKey = `top:${number}` | `bib:${string}`;

export function viewKeys(top: number, bibs: readonly string[]): ViewKey[] {
  return [`top:${top}`, ...new Set(bibs.map((bib): ViewKey => `bib:${bib}`))];
}

interface Said {
  readonly row: BoardRow;
  /** As it was told, field by field. */
  readonly live: Readonly<Record<string, unknown>>;
}

interface View {
  /** Whose row it has; null of a list. */
  readonly bib: string | null;
  number: number;
  /** By bib, in order: what was said of the row last, of which board. */
  said: ReadonlyMap<string, Said>;
  of: Board;
  snapshot: Uint8Array | null;
}

/**
 * The views of one race's board as messages for clients: each is encoded once, whoever shares it. `snapshot` has every
 * row whole, with who the athlete is; `delta` has, under the next number, only the fields that changed, whole rows for
 * those who are new to the view, and the bibs of those who left it. A view of one athlete has none while nothing
 * changed: how old the board is, the view of the first tells.
 */
export class SharedViews {
  readonly #views = new Map<ViewKey, View>();
  #board: Board | null = null;
  #sorted: BoardRow[] | null = null;

  /** A new board: the deltas of all views in these lanes are made anew. Those without news have none. */
  show(board: Board, race: Race, lanes: ReadonlySet<Lane>): { view: ViewKey; message: Uint8Array }[] {
    this.#board = board;
    this.#sorted = null;
    const changed: { view: ViewKey; message: Uint8Array }[] = [];
    const [wantsOne, wantsMany] = [lanes.has('one'), lanes.has('many')];
    for (const [key, view] of this.#views) {
      if (view.bib === null ? !wantsMany : !wantsOne || this.#isAsSaid(view.bib, view)) continue;
      const { rows, removed } = change(key, view, this.#rowsOf(key), race);
      if (isOfOne(key) && rows.length === 0 && removed.length === 0) continue;
      view.of = board;
      view.snapshot = null;
      view.number++;
      const head = { type: 'delta', view: key, number: view.number, ...headOf(board) };
      changed.push({ view: key, message: encode({ ...head, rows, removed }) });
    }
    return changed;
  }

  /** Null before there is a board. */
  snapshot(key: ViewKey, race: Race): Uint8Array | null {
    if (this.#board === null) return null;
    const view = this.#view(key, race);
    view.snapshot ??= encode({
      ...{ type: 'snapshot', race: race.id, raceVersion: race.version, view: key, number: view.number },
      ...headOf(view.of),
      // What was said, though more may be known: the next delta begins there.
      rows: Array.from(view.said, ([bib, { live }]) => ({ ...live, who: whoIs(bib, race) })),
      groups: this.#board.groups,
    });
    return view.snapshot;
  }

  /** Nobody shares the view any more. */
  forget(key: ViewKey): void {
    this.#views.delete(key);
  }

  /** Most of those whom somebody follows are not in a board's news: their row is the very one of before. */
  #isAsSaid(bib: string, { said }: View): boolean {
    const row = this.#board!.rows.get(bib);
    return row !== undefined && said.get(bib)?.row === row;
  }

  #view(key: ViewKey, race: Race): View {
    let view = this.#views.get(key);
    if (view === undefined) {
      view = { bib: isOfOne(key) ? bibOf(key) : null, number: 1, said: new Map(), of: this.#board!, snapshot: null };
      change(key, view, this.#rowsOf(key), race);
      this.#views.set(key, view);
    }
    return view;
  }

  #rowsOf(key: ViewKey): BoardRow[] {
    const board = this.#board!;
    if (isOfOne(key)) {
      const row = board.rows.get(bibOf(key));
      return row === undefined ? [] : [row];
    }
    this.#sorted ??= inOrder(board.rows.values());
    return this.#sorted.slice(0, Number(key.slice('top:'.length)));
  }
}

function isOfOne(key: ViewKey): boolean {
  return key.startsWith('bib:');
}

function bibOf(key: ViewKey): string {
  return key.slice('bib:'.length);
}

export function laneOf(key: ViewKey): Lane {
  return isOfOne(key) ? 'one' : 'many';
}

/**
 * A row as live views show it: rounded to what people see, so that little has to be sent; whoever is followed moves by
 * the metre, the others by ten. A runner's clocks run on by themselves, so they are told of the finished only.
 */
function liveRow(key: ViewKey, row: BoardRow) {
  const isFinished = row.status === 'finished';
  const { predictedMs } = row;
  return {
    ...row,
    positionM: row.positionM && roundTo(row.positionM, isOfOne(key) ? 1 : 10),
    seenMs: row.seenMs && roundTo(row.seenMs, 10_000),
    speedMps: row.speedMps && roundTo(row.speedMps, 0.1),
    gunMs: isFinished ? row.gunMs : null,
    chipMs: isFinished ? row.chipMs : null,
    gapLeaderMs: row.gapLeaderMs && roundTo(row.gapLeaderMs, isFinished ? 1 : 1_000),
    gapAheadMs: row.gapAheadMs && roundTo(row.gapAheadMs, isFinished ? 1 : 1_000),
    predictedMs: predictedMs && {
      p10: roundTo(predictedMs.p10, 10_000),
      p50: roundTo(predictedMs.p50, 10_000),
      p90: roundTo(predictedMs.p90, 10_000),
    },
  };
}

function roundTo(value: number, step: number): number {
  const rounded = Math.round(value / step) * step;
  return step < 1 ? Math.round(rounded * 100) / 100 : rounded;
}

function headOf({ atMs, dataMs }: Board) {
  return { atMs, dataMs };
}

function change(key: ViewKey, view: View, rows: readonly BoardRow[], race: Race) {
  const said = new Map<string, Said>();
  const changed: object[] = [];
  for (const row of rows) {
    const before = view.said.get(row.bib);
    if (before?.row === row) {
      said.set(row.bib, before);
      continue;
    }
    const live: Record<string, unknown> = liveRow(key, row);
    said.set(row.bib, { row, live });
    if (before === undefined) changed.push({ ...live, who: whoIs(row.bib, race) });
    else {
      const fields = Object.entries(live).filter(([name, value]) => !isSame(value, before.live[name]));
      if (fields.length > 0) changed.push({ bib: row.bib, ...Object.fromEntries(fields) });
    }
  }
  const removed = [...view.said.keys()].filter((bib) => !said.has(bib));
  view.said = said;
  return { rows: changed, removed };
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

function encode(message: object): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}
