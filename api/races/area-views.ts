import { type CourseLine, createCourseLine } from '../../schemas/course-line.ts';
import type { Race } from '../../schemas/race.ts';
import type { Board } from './board-state.ts';
import { type AreaKey, areaKeyOf, cornersOf, type MapArea, type Stretch, stretchesIn } from './map-area.ts';
import { RoadIndex } from './road-index.ts';

/** More dots than these say nothing more on a map. */
const MAX_SHOWN = 200;
/** Of one race; beyond them areas get coarser, and are shared by more. */
const MAX_AREAS = 500;
const MAX_COARSER = 24;
/** Places are told as fine as a map shows them: so many steps across the area, and not finer than so many metres. */
const STEPS = 400;
const LEAST_STEP_M = 5;
const M_PER_E7 = 0.011_132;

interface View {
  readonly stretches: readonly Stretch[];
  readonly stepM: number;
  number: number;
  /** By bib: the place that was told last. */
  said: ReadonlyMap<string, number>;
  total: number;
  delta: Uint8Array | null;
  snapshot: Uint8Array | null;
}

/**
 * The views of one race by parts of the map: where those are who run there, and nothing else of them. Each is encoded
 * once, whoever shares it: a `snapshot` with everybody, then `delta`s with those who came to another place. Of more
 * than two hundred a fair part of the field is told, always the same ones, and `total` says how many there are.
 */
export class AreaViews {
  readonly #views = new Map<AreaKey, View>();
  #board: Board | null = null;
  #race: Race | null = null;
  #line: CourseLine | null = null;
  #road: RoadIndex | null = null;

  /** The view for who looks at an area. */
  keyFor(area: MapArea): AreaKey {
    let key = areaKeyOf(area);
    for (let coarser = 1; coarser <= MAX_COARSER && this.#views.size >= MAX_AREAS && !this.#views.has(key); coarser++) {
      key = areaKeyOf(area, coarser);
    }
    return key;
  }

  /** A new board: the deltas of all views are made anew. Returns those that have one. */
  show(board: Board, race: Race): AreaKey[] {
    const changed: AreaKey[] = [];
    this.#board = board;
    this.#road = null;
    this.#follow(race);
    for (const [key, view] of this.#views) {
      const { total } = view;
      const { athletes, removed } = this.#change(view);
      view.delta = null;
      if (total === view.total && removed.length === 0 && Object.keys(athletes).length === 0) continue;
      view.number++;
      view.delta = encode({ type: 'delta', view: key, ...this.#headOf(view), athletes, removed });
      view.snapshot = null;
      changed.push(key);
    }
    return changed;
  }

  /** Null before there is a board. */
  snapshot(key: AreaKey, race: Race): Uint8Array | null {
    if (this.#board === null) return null;
    this.#follow(race);
    const view = this.#view(key);
    view.snapshot ??= encode({
      ...{ type: 'snapshot', race: race.id, raceVersion: race.version, view: key, ...this.#headOf(view) },
      athletes: Object.fromEntries(view.said),
    });
    return view.snapshot;
  }

  /** What changed in the view with the newest board; null when nothing did. */
  delta(key: AreaKey): Uint8Array | null {
    return this.#views.get(key)?.delta ?? null;
  }

  /** Nobody shares the view any more. */
  forget(key: AreaKey): void {
    this.#views.delete(key);
  }

  /** On another course every area has other stretches. */
  #follow(race: Race): void {
    if (this.#race?.version === race.version) return;
    this.#race = race;
    this.#line = race.course === null ? null : createCourseLine(race.course);
    this.#road = null;
    for (const [key, view] of this.#views) this.#views.set(key, { ...view, stretches: this.#stretchesOf(key) });
  }

  #view(key: AreaKey): View {
    let view = this.#views.get(key);
    if (view === undefined) {
      const own = { stretches: this.#stretchesOf(key), stepM: stepOf(key) };
      view = { ...own, number: 1, said: new Map(), total: 0, delta: null, snapshot: null };
      this.#change(view);
      this.#views.set(key, view);
    }
    return view;
  }

  #stretchesOf(key: AreaKey): Stretch[] {
    return this.#line === null ? [] : stretchesIn(this.#line, key);
  }

  #headOf({ number, total }: View) {
    const { atMs, dataMs } = this.#board!;
    return { number, atMs, dataMs, total };
  }

  /** Brings a view up to the board, and says what is another than before. */
  #change(view: View): { athletes: Record<string, number>; removed: string[] } {
    const { shown, total } = this.#onRoad().on(view.stretches, MAX_SHOWN);
    const said = new Map<string, number>();
    const athletes: Record<string, number> = {};
    for (const { bib, positionM } of shown) {
      const place = Math.round(positionM / view.stepM) * view.stepM;
      said.set(bib, place);
      if (view.said.get(bib) !== place) athletes[bib] = place;
    }
    const removed = [...view.said.keys()].filter((bib) => !said.has(bib));
    view.said = said;
    view.total = total;
    return { athletes, removed };
  }

  #onRoad(): RoadIndex {
    this.#road ??= new RoadIndex(this.#board!.rows.values(), this.#line ?? { lapM: 1, isClosed: false });
    return this.#road;
  }
}

function stepOf(key: AreaKey): number {
  const [southE7, westE7, northE7, eastE7] = cornersOf(key);
  const spanM = Math.max(northE7 - southE7, eastE7 - westE7) * M_PER_E7;
  return Math.max(LEAST_STEP_M, Math.round(spanM / STEPS));
}

function encode(message: object): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}
