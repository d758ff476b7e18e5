import { LIVE_WATCH_MS, type LiveWatch } from '../../schemas/live-activity.ts';

/** An athlete whom somebody watches. */
export interface WatchedAthlete {
  readonly athlete: string;
  readonly shard: number;
  readonly watchers: Map<string, Watcher>;
}

export interface Watcher {
  /** When its watch is over, on the monotonic clock. */
  untilMs: number;
  /** Least time between two changes that it is told of. */
  everyMs: number;
  /** What it was told last, and when; null before the first time. */
  told: Told | null;
}

export interface Told {
  readonly epoch: number;
  readonly number: number;
  /** The message whose samples are in it. */
  readonly seq: number;
  readonly atMs: number;
}

/** Athletes that one process keeps in mind as watched, and processes that watch one of them. */
const MAX_ATHLETES = 50_000;
const MAX_WATCHERS = 32;
/** Nobody is told more often, whatever they ask for. */
const LEAST_EVERY_MS = 50;

/**
 * Who watches whom, as far as this process was told. A watch ends by itself, so a watcher that dies is forgotten; one
 * that there is no room for is answered all the same, and comes back with its next question.
 */
export class LiveWatches {
  readonly #byAthlete = new Map<string, WatchedAthlete>();

  get size(): number {
    return this.#byAthlete.size;
  }

  /** The watcher, whose watch begins or goes on; null without room. */
  note(athlete: string, shard: number, { watcher, everyMs }: LiveWatch, nowMs: number): Watcher | null {
    let watched = this.#byAthlete.get(athlete);
    if (watched === undefined) {
      if (this.#byAthlete.size >= MAX_ATHLETES) return null;
      watched = { athlete, shard, watchers: new Map() };
      this.#byAthlete.set(athlete, watched);
    }
    const { watchers } = watched;
    let one = watchers.get(watcher);
    if (one === undefined) {
      if (watchers.size >= MAX_WATCHERS) return null;
      one = { untilMs: 0, everyMs: 0, told: null };
      watchers.set(watcher, one);
    }
    one.untilMs = nowMs + LIVE_WATCH_MS;
    one.everyMs = Math.max(LEAST_EVERY_MS, everyMs);
    return one;
  }

  /** All that are watched now; what is over is forgotten. */
  *current(nowMs: number): Generator<WatchedAthlete> {
    for (const watched of this.#byAthlete.values()) {
      for (const [watcher, { untilMs }] of watched.watchers) if (untilMs <= nowMs) watched.watchers.delete(watcher);
      if (watched.watchers.size > 0) yield watched;
      else this.#byAthlete.delete(watched.athlete);
    }
  }
}
