import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Races } from '../../runtime/races.ts';
import { AreaViews } from './area-views.ts';
import type { BoardSource } from './board-source.ts';
import type { Board } from './board-state.ts';
import { type AreaKey, areaKeyOf, isAreaKey, type MapArea } from './map-area.ts';
import { SharedViews, type ViewKey } from './shared-views.ts';

/** What somebody sees of a board: the first so many, one athlete, or who is on a part of the map. */
export type RaceView = ViewKey | AreaKey;

/** A connection that watches a race. Messages are fetched when they are sent, so each is made once for all. */
export interface RaceWatcher {
  /** The view changed. */
  tell(view: RaceView): void;
  /** Everything is to be sent anew. */
  tellWhole(): void;
}

/** Who watches which views of which races. */
export interface RaceWatching {
  /** Returns what ends it. */
  watch(race: string, views: readonly RaceView[], watcher: RaceWatcher): () => void;
  /** The view of a part of the map, for one who watches. */
  areaOf(race: string, area: MapArea): AreaKey;
  snapshot(race: string, view: RaceView): Uint8Array | null;
  delta(race: string, view: RaceView): Uint8Array | null;
  watchers(): number;
}

/**
 * A new board is told at once, unless the last one was told a moment ago: telling all watchers takes a quarter of the
 * time, so that many of them leave room for all else; but each is told twice a second, as long as that leaves any room.
 */
const TIMES_TAKEN = 4;
const MOST_PERIOD_MS = 500;
const LEAST_TIMES_TAKEN = 1.25;

interface Watched {
  readonly views: SharedViews;
  readonly areas: AreaViews;
  /** Who shares a view. */
  readonly sharing: Map<RaceView, Set<RaceWatcher>>;
  readonly watchers: Set<RaceWatcher>;
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
      unfollow: noEnd,
    };
    all.set(id, watched);
    let isFirst = true;
    const paced = pace(clock, (board: Board) => {
      const race = races.get(id);
      if (race === null) return;
      watched.views.show(board, race);
      watched.areas.show(board, race);
      if (isFirst) for (const watcher of watched.watchers) watcher.tellWhole();
      else for (const [view, sharers] of watched.sharing) for (const watcher of sharers) watcher.tell(view);
      isFirst = false;
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
      return () => {
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
    },
    areaOf: (id, area) => all.get(id)?.areas.keyFor(area) ?? areaKeyOf(area),
    snapshot(id, view) {
      const [race, watched] = [races.get(id), all.get(id)];
      if (race === null || watched === undefined) return null;
      return isAreaKey(view) ? watched.areas.snapshot(view, race) : watched.views.snapshot(view, race);
    },
    delta(id, view) {
      const watched = all.get(id);
      if (watched === undefined) return null;
      return isAreaKey(view) ? watched.areas.delta(view) : watched.views.delta(view);
    },
    watchers: () => [...all.values()].reduce((sum, { watchers }) => sum + watchers.size, 0),
  };
}

/** Tells the newest of what it is given, at once or as soon as the last one is long enough ago. */
function pace<T>(clock: Clock, tell: (newest: T) => void): { tell(newest: T): void; stop(): void } {
  let waiting: { newest: T; readonly timer: Timer } | null = null;
  let freeFromMs = Number.NEGATIVE_INFINITY;

  function turn(newest: T): void {
    const fromMs = clock.monotonicMs();
    waiting = null;
    tell(newest);
    const tookMs = clock.monotonicMs() - fromMs;
    freeFromMs = fromMs + Math.max(LEAST_TIMES_TAKEN * tookMs, Math.min(MOST_PERIOD_MS, TIMES_TAKEN * tookMs));
  }

  return {
    tell(newest) {
      const waitMs = freeFromMs - clock.monotonicMs();
      if (waiting !== null) waiting.newest = newest;
      else if (waitMs <= 0) turn(newest);
      else waiting = { newest, timer: clock.setTimer(() => turn(waiting!.newest), waitMs) };
    },
    stop: () => waiting?.timer.cancel(),
  };
}

/** Until the board is followed. */
const noEnd = () => undefined;
