import type { Clock, Timer } from '../../runtime/clock.ts';
import type { LiveSource } from './live-source.ts';

/** What a watcher is told: the newest state, whole, as the bytes of a message. */
export interface Watcher {
  tell(message: Uint8Array): void;
}

export interface WatchingDeps {
  readonly live: LiveSource;
  readonly clock: Clock;
  /** From one question about an athlete to the next, however many watch. */
  readonly everyMs: number;
  readonly onFailed: (error: unknown) => void;
}

/** Watches what goes on, by one question after the other for each athlete that somebody watches. */
export interface Watching {
  /** Tells the newest state at once if it is known, and then whenever it changed. Returns what ends it. */
  watch(athlete: string, watcher: Watcher): () => void;
  watchedAthletes(): number;
  stop(): void;
}

/** The revision grows with everything in the shard; alone it is no news. */
const REVISION = /"revision":\d+/;

interface Watched {
  readonly watchers: Set<Watcher>;
  /** Of the last answer, without its revision. */
  known: string;
  /** Null until the first answer. */
  message: Uint8Array | null;
  timer: Timer | null;
}

/**
 * One athlete is: asked about → waits `everyMs` → asked about, until nobody watches any more. A holder that does not
 * answer is said to be away, once; the next answer says that it is there again. A lower epoch than was seen is no
 * answer.
 */
export function createWatching({ live, clock, everyMs, onFailed }: WatchingDeps): Watching {
  const all = new Map<string, Watched>();

  async function ask(athlete: string, watched: Watched): Promise<void> {
    const askedMs = clock.nowMs();
    try {
      const bytes = await live.askBytes(athlete);
      note(athlete, watched, bytes);
    } catch (error) {
      onFailed(error);
      note(athlete, watched, null);
    }
    if (watched.watchers.size === 0) return;
    const restMs = Math.max(0, everyMs - (clock.nowMs() - askedMs));
    watched.timer = clock.setTimer(() => void ask(athlete, watched), restMs);
  }

  function note(athlete: string, watched: Watched, bytes: Uint8Array | null): void {
    const known = bytes === null ? '' : Buffer.from(bytes).toString('utf8').replace(REVISION, '');
    if (watched.message !== null && known === watched.known) return;
    const answer = bytes === null ? null : live.read(athlete, bytes);
    // Of a process that was stopped: as if it had not spoken.
    if (bytes !== null && answer === null) return;
    watched.known = known;
    const said = answer === null ? { type: 'away' } : { type: 'activity', ...answer };
    watched.message = Buffer.from(JSON.stringify(said));
    for (const watcher of watched.watchers) watcher.tell(watched.message);
  }

  return {
    watch(athlete, watcher) {
      let watched = all.get(athlete);
      if (watched === undefined) {
        watched = { watchers: new Set(), known: '', message: null, timer: null };
        all.set(athlete, watched);
        void ask(athlete, watched);
      }
      watched.watchers.add(watcher);
      if (watched.message !== null) watcher.tell(watched.message);
      const { watchers } = watched;
      return () => {
        watchers.delete(watcher);
        if (watchers.size > 0) return;
        all.get(athlete)?.timer?.cancel();
        all.delete(athlete);
      };
    },
    watchedAthletes: () => all.size,
    stop() {
      for (const { timer, watchers } of all.values()) {
        watchers.clear();
        timer?.cancel();
      }
      all.clear();
    },
  };
}
