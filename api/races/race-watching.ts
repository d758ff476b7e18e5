import type { Races } from '../../runtime/races.ts';
import type { BoardSource } from './board-source.ts';
import { SharedViews, type ViewKey } from './shared-views.ts';

/** A connection that watches a race. Messages are fetched when they are sent, so each is made once for all. */
export interface RaceWatcher {
  /** The view changed. */
  tell(view: ViewKey): void;
  /** Everything is to be sent anew. */
  tellWhole(): void;
}

/** Who watches which views of which races. */
export interface RaceWatching {
  /** Returns what ends it. */
  watch(race: string, views: readonly ViewKey[], watcher: RaceWatcher): () => void;
  snapshot(race: string, view: ViewKey): Uint8Array | null;
  delta(race: string, view: ViewKey): Uint8Array | null;
  watchers(): number;
}

interface Watched {
  readonly views: SharedViews;
  /** Who shares a view. */
  readonly sharing: Map<ViewKey, Set<RaceWatcher>>;
  readonly watchers: Set<RaceWatcher>;
  unfollow: () => void;
}

export function createRaceWatching({
  boards,
  races,
}: {
  boards: BoardSource;
  races: Pick<Races, 'get'>;
}): RaceWatching {
  const all = new Map<string, Watched>();

  function open(id: string): Watched {
    const watched: Watched = { views: new SharedViews(), sharing: new Map(), watchers: new Set(), unfollow: noEnd };
    all.set(id, watched);
    let isFirst = true;
    watched.unfollow = boards.follow(id, (board) => {
      const race = races.get(id);
      if (race === null) return;
      watched.views.show(board, race);
      if (isFirst) for (const watcher of watched.watchers) watcher.tellWhole();
      else for (const [view, sharers] of watched.sharing) for (const watcher of sharers) watcher.tell(view);
      isFirst = false;
    });
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
          watched.views.forget(view);
        }
        if (watched.watchers.size > 0 || all.get(id) !== watched) return;
        watched.unfollow();
        all.delete(id);
      };
    },
    snapshot(id, view) {
      const race = races.get(id);
      return race === null ? null : (all.get(id)?.views.snapshot(view, race) ?? null);
    },
    delta: (id, view) => all.get(id)?.views.delta(view) ?? null,
    watchers: () => [...all.values()].reduce((sum, { watchers }) => sum + watchers.size, 0),
  };
}

/** Until the board is followed. */
const noEnd = () => undefined;
