import type { Clock } from '../../runtime/clock.ts';
import type { Races } from '../../runtime/races.ts';
import type { Race } from '../../schemas/race.ts';
import { AreaViews } from './area-views.ts';
import type { BoardSource } from './board-source.ts';
import type { Board } from './board-state.ts';
import { type AreaKey, areaKeyOf, isAreaKey, type MapArea } from './map-area.ts';
import { laneOf, SharedViews, type ViewKey } from './shared-views.ts';
import { createTellingPace, type Lane, type Sent } from './telling-pace.ts';

/** What somebody sees of a board: the first so many, one athlete, or who is on a part of the map. */
export type RaceView = ViewKey | AreaKey;

/** What changed in a view, made once for all who share it. */
export interface ViewChange {
  readonly view: RaceView;
  readonly message: Uint8Array;
}

/** A connection that watches a race. */
export interface RaceWatcher {
  /** These of its views changed, with one board. */
  tell(changes: readonly ViewChange[]): void;
  /** Everything is to be sent anew. */
  tellWhole(): void;
}

/** One watcher's views of a race, as long as it sees them. */
export interface OneWatch {
  /** Tells at once what waits for it: a snapshot that is sent now would be newer than that. */
  flush(): void;
  /** Ends it; what waits is told before. */
  stop(): void;
}

/** Who watches which views of which races. */
export interface RaceWatching {
  watch(race: string, views: readonly RaceView[], watcher: RaceWatcher): OneWatch;
  /** The view of a part of the map, for one who watches. */
  areaOf(race: string, area: MapArea): AreaKey;
  snapshot(race: string, view: RaceView): Uint8Array | null;
  watchers(): number;
}

interface Watched {
  readonly views: SharedViews;
  readonly areas: AreaViews;
  /** Who shares a view. */
  readonly sharing: Map<RaceView, Set<RaceWatcher>>;
  readonly watchers: Set<RaceWatcher>;
  /** Whoever sees several views that changed is told of all at once: it is the writing that costs. */
  readonly waiting: Map<RaceWatcher, ViewChange[]>;
  unfollow: () => void;
}

export function createRaceWatching({
  boards,
  races,
  clock,
}: {
  boards: Pick<BoardSource, 'follow'>;
  races: Pick<Races, 'get'>;
  clock: Clock;
}): RaceWatching {
  const all = new Map<string, Watched>();

  function open(id: string): Watched {
    const watched: Watched = {
      views: new SharedViews(),
      areas: new AreaViews(),
      sharing: new Map(),
      watchers: new Set(),
      waiting: new Map(),
      unfollow: noEnd,
    };
    all.set(id, watched);
    let isFirst = true;
    const paced = createTellingPace(clock, {
      begin(board: Board, lanes) {
        const race = races.get(id);
        if (race === null) return NOTHING_SENT;
        const changes = changesOf(watched, board, race, lanes);
        if (!isFirst)
          return lanes.has('many') ? put(watched.waiting, watched.sharing, changes) : tellNow(watched, changes);
        isFirst = false;
        for (const watcher of watched.watchers) watcher.tellWhole();
        return { one: 0, many: watched.watchers.size };
      },
      sendUntil(untilMs) {
        for (const watcher of watched.waiting.keys()) {
          tellWaiting(watched.waiting, watcher);
          if (clock.monotonicMs() >= untilMs) break;
        }
        return watched.waiting.size === 0;
      },
    });
    const unfollow = boards.follow(id, paced.tell);
    watched.unfollow = () => {
      unfollow();
      paced.stop();
    };
    return watched;
  }

  return {
    watch(id, views, watcher) {
      const watched = all.get(id) ?? open(id);
      watched.watchers.add(watcher);
      for (const view of views) {
        const sharers = watched.sharing.get(view) ?? new Set();
        watched.sharing.set(view, sharers.add(watcher));
      }
      const flush = () => tellWaiting(watched.waiting, watcher);
      const stop = () => {
        flush();
        watched.watchers.delete(watcher);
        for (const view of views) {
          const sharers = watched.sharing.get(view);
          sharers?.delete(watcher);
          if (sharers?.size !== 0) continue;
          watched.sharing.delete(view);
          if (isAreaKey(view)) watched.areas.forget(view);
          else watched.views.forget(view);
        }
        if (watched.watchers.size > 0 || all.get(id) !== watched) return;
        watched.unfollow();
        all.delete(id);
      };
      return { flush, stop };
    },
    areaOf: (id, area) => all.get(id)?.areas.keyFor(area) ?? areaKeyOf(area),
    snapshot(id, view) {
      const [race, watched] = [races.get(id), all.get(id)];
      if (race === null || watched === undefined) return null;
      return isAreaKey(view) ? watched.areas.snapshot(view, race) : watched.views.snapshot(view, race);
    },
    watchers: () => [...all.values()].reduce((sum, { watchers }) => sum + watchers.size, 0),
  };
}

function changesOf({ views, areas }: Watched, board: Board, race: Race, lanes: ReadonlySet<Lane>): ViewChange[] {
  const rows = views.show(board, race, lanes);
  if (!lanes.has('many')) return rows;
  return [...rows, ...areas.show(board, race).map((view) => ({ view, message: areas.delta(view)! }))];
}

/** Puts each change where whoever shares its view is told of it. Says how many messages that makes. */
function put(waiting: Watched['waiting'], sharing: Watched['sharing'], changes: readonly ViewChange[]): Sent {
  const sent = { one: 0, many: 0 };
  for (const change of changes) {
    const sharers = sharing.get(change.view);
    if (sharers === undefined) continue;
    sent[isAreaKey(change.view) ? 'many' : laneOf(change.view)] += sharers.size;
    for (const watcher of sharers) {
      const own = waiting.get(watcher);
      if (own === undefined) waiting.set(watcher, [change]);
      else own.push(change);
    }
  }
  return sent;
}

/** Whoever is told now hears in the same write what waited for its turn. */
function tellNow({ waiting, sharing }: Watched, changes: readonly ViewChange[]): Sent {
  const own: Watched['waiting'] = new Map();
  const sent = put(own, sharing, changes);
  for (const [watcher, news] of own) {
    const before = waiting.get(watcher);
    waiting.delete(watcher);
    watcher.tell(before === undefined ? news : [...before, ...news]);
  }
  return sent;
}

function tellWaiting(waiting: Watched['waiting'], watcher: RaceWatcher): void {
  const changes = waiting.get(watcher);
  if (changes === undefined) return;
  waiting.delete(watcher);
  watcher.tell(changes);
}

const NOTHING_SENT: Sent = { one: 0, many: 0 };
/** Until the board is followed. */
const noEnd = () => undefined;
