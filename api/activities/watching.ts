import type { Clock, Timer } from '../../runtime/clock.ts';
import { LIVE_WATCH_MS, type LiveChange, type LivePlace } from '../../schemas/live-activity.ts';
import type { LiveSource } from './live-source.ts';

/** What a watcher is told: the newest state, whole, as the bytes of a message. */
export interface Watcher {
  tell(message: Uint8Array): void;
}

export interface WatchingDeps {
  readonly live: LiveSource;
  readonly clock: Clock;
  /** From a question that nobody answered to the next. */
  readonly retryMs: number;
  readonly onFailed: (error: unknown) => void;
}

/** Watches what goes on: the holder is asked to tell of each change, one time for all who watch an athlete. */
export interface Watching {
  /** Tells the newest state at once if it is known, and then whenever it changed. Returns what ends it. */
  watch(athlete: string, watcher: Watcher): () => void;
  watchedAthletes(): number;
  stop(): void;
}

/** Two questions may be lost before the holder forgets who watches. */
const RENEW_MS = LIVE_WATCH_MS / 3;
const AWAY = Buffer.from(JSON.stringify({ type: 'away' }));
/** An answer is a JSON object; its message has one more member. */
const MESSAGE_START = Buffer.from('{"type":"activity",');

interface Watched {
  readonly watchers: Set<Watcher>;
  /** Of the newest that is known; null while nobody answers. */
  place: LivePlace | null;
  /** Null until something was said. */
  message: Uint8Array | null;
  timer: Timer | null;
}

/**
 * One athlete is: asked about → told of changes, and asked about again so that the holder goes on and nothing that was
 * missed stays missed → … until nobody watches any more. A holder that does not answer is said to be away, once;
 * whatever it or its successor says next tells that it is there again. What was overtaken on its way is dropped.
 */
export function createWatching({ live, clock, retryMs, onFailed }: WatchingDeps): Watching {
  const all = new Map<string, Watched>();
  let stopListening: (() => void) | null = null;

  async function ask(athlete: string, watched: Watched): Promise<void> {
    const askedMs = clock.monotonicMs();
    const { place } = watched;
    let isAnswered = false;
    try {
      const answer = await live.watch(athlete, place);
      // A question or its answer may be lost while the holder is there and tells.
      isAnswered = answer !== null || watched.place !== place;
      if (!isAnswered) noteAway(watched);
      else if (answer !== null && !('isKnown' in answer)) note(watched, answer, Buffer.from(JSON.stringify(answer)));
    } catch (error) {
      onFailed(error);
      noteAway(watched);
    }
    if (watched.watchers.size === 0) return;
    const everyMs = isAnswered ? RENEW_MS : retryMs;
    const restMs = Math.max(0, everyMs - (clock.monotonicMs() - askedMs));
    watched.timer = clock.setTimer(() => void ask(athlete, watched), restMs);
  }

  function onChange({ athlete, answer, ...place }: LiveChange): void {
    const watched = all.get(athlete);
    if (watched !== undefined) note(watched, place, answer);
  }

  function note(watched: Watched, { epoch, number }: LivePlace, answer: Uint8Array): void {
    const { place } = watched;
    if (place !== null && (epoch < place.epoch || (epoch === place.epoch && number <= place.number))) return;
    watched.place = { epoch, number };
    tell(watched, Buffer.concat([MESSAGE_START, answer.subarray(1)]));
  }

  function noteAway(watched: Watched): void {
    watched.place = null;
    if (watched.message !== AWAY) tell(watched, AWAY);
  }

  function tell(watched: Watched, message: Uint8Array): void {
    watched.message = message;
    for (const watcher of watched.watchers) watcher.tell(message);
  }

  function begin(athlete: string): Watched {
    stopListening ??= live.listen(onChange);
    const watched: Watched = { watchers: new Set(), place: null, message: null, timer: null };
    all.set(athlete, watched);
    void ask(athlete, watched);
    return watched;
  }

  return {
    watch(athlete, watcher) {
      const watched = all.get(athlete) ?? begin(athlete);
      watched.watchers.add(watcher);
      if (watched.message !== null) watcher.tell(watched.message);
      const { watchers } = watched;
      return () => {
        watchers.delete(watcher);
        if (watchers.size > 0 || all.get(athlete) !== watched) return;
        watched.timer?.cancel();
        all.delete(athlete);
      };
    },
    watchedAthletes: () => all.size,
    stop() {
      stopListening?.();
      stopListening = null;
      for (const { timer, watchers } of all.values()) {
        watchers.clear();
        timer?.cancel();
      }
      all.clear();
    },
  };
}
