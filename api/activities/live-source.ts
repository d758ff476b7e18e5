import { type Bus, BusTimeoutError, NoRespondersError } from '../../runtime/bus.ts';
import { shardOf } from '../../schemas/identity.ts';
import {
  encodeLive,
  type LiveActivityAnswer,
  type LiveActivityQuestion,
  type LiveChange,
  type LiveKnownAnswer,
  type LivePlace,
  readLiveAnswer,
  readLiveChange,
} from '../../schemas/live-activity.ts';
import type { Names } from '../../schemas/names.ts';

export interface LiveSourceDeps {
  readonly bus: Bus;
  readonly names: Names;
  readonly shards: number;
  /** Longest wait for the holder of a shard. */
  readonly timeoutMs: number;
  /** Unique for each start of the process: `[A-Za-z0-9_-]{1,64}`. */
  readonly watcher: string;
  /** Least time between two changes of an athlete that is watched. */
  readonly everyMs: number;
}

/** What goes on right now, from the process that holds the athlete's shard. What a lower epoch says is dropped. */
export interface LiveSource {
  /** Null when nobody holds the shard just now, or whoever answered lost it since. */
  ask(athlete: string): Promise<LiveActivityAnswer | null>;
  /** The same, and changes are told for the next {@link LIVE_WATCH_MS}; says no more than that when all is known. */
  watch(athlete: string, known: LivePlace | null): Promise<LiveActivityAnswer | LiveKnownAnswer | null>;
  /** Hands over every change that is told. One at a time may listen. Returns what ends it. */
  listen(onChange: (change: LiveChange) => void): () => void;
}

export function createLiveSource(deps: LiveSourceDeps): LiveSource {
  const { bus, names, shards, timeoutMs, watcher, everyMs } = deps;
  /** Of each shard, the greatest that spoke. */
  const epochs = new Array<number>(shards).fill(0);

  /** False for what a process says that lost the shard. */
  function isOfHolder(athlete: string, { epoch }: { epoch: number }): boolean {
    const shard = shardOf(athlete, shards);
    if (epoch < epochs[shard]) return false;
    epochs[shard] = epoch;
    return true;
  }

  async function request(question: LiveActivityQuestion): Promise<LiveActivityAnswer | LiveKnownAnswer | null> {
    const { athlete } = question;
    const subject = names.liveActivities(shardOf(athlete, shards));
    try {
      const answer = readLiveAnswer(await bus.request(subject, encodeLive(question), timeoutMs));
      return answer !== null && isOfHolder(athlete, answer) ? answer : null;
    } catch (error) {
      if (error instanceof NoRespondersError || error instanceof BusTimeoutError) return null;
      throw error;
    }
  }

  return {
    async ask(athlete) {
      const answer = await request({ athlete });
      return answer === null || 'isKnown' in answer ? null : answer;
    },
    watch: (athlete, known) => request({ athlete, watch: { watcher, everyMs, known } }),
    listen(onChange) {
      const subscription = bus.subscribe(names.liveChanges(watcher), ({ data }) => {
        const change = readLiveChange(data);
        if (change !== null && isOfHolder(change.athlete, change)) onChange(change);
      });
      return () => subscription.stop();
    },
  };
}
