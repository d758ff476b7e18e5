import { type Bus, BusTimeoutError, NoRespondersError } from '../../runtime/bus.ts';
import { shardOf } from '../../schemas/identity.ts';
import { encodeLive, type LiveActivityAnswer, readLiveAnswer } from '../../schemas/live-activity.ts';
import type { Names } from '../../schemas/names.ts';

export interface LiveSourceDeps {
  readonly bus: Bus;
  readonly names: Names;
  readonly shards: number;
  /** Longest wait for the holder of a shard. */
  readonly timeoutMs: number;
}

/** What goes on right now, from the process that holds the athlete's shard. */
export interface LiveSource {
  /** Null when nobody holds the shard just now, or whoever answered lost it since. */
  ask(athlete: string): Promise<LiveActivityAnswer | null>;
  /** The same, unread: reading is half the work, and an answer is often that of before. */
  askBytes(athlete: string): Promise<Uint8Array | null>;
  /** Reads an answer about the athlete. Null when it is none, or comes from a lower epoch than was seen before. */
  read(athlete: string, bytes: Uint8Array): LiveActivityAnswer | null;
}

export function createLiveSource({ bus, names, shards, timeoutMs }: LiveSourceDeps): LiveSource {
  /** Of each shard, the greatest that answered. */
  const epochs = new Array<number>(shards).fill(0);

  async function askBytes(athlete: string): Promise<Uint8Array | null> {
    const subject = names.liveActivities(shardOf(athlete, shards));
    try {
      return await bus.request(subject, encodeLive({ athlete }), timeoutMs);
    } catch (error) {
      if (error instanceof NoRespondersError || error instanceof BusTimeoutError) return null;
      throw error;
    }
  }

  function read(athlete: string, bytes: Uint8Array): LiveActivityAnswer | null {
    const answer = readLiveAnswer(bytes);
    const shard = shardOf(athlete, shards);
    if (answer === null || answer.epoch < epochs[shard]) return null;
    epochs[shard] = answer.epoch;
    return answer;
  }

  return {
    askBytes,
    read,
    async ask(athlete) {
      const bytes = await askBytes(athlete);
      return bytes === null ? null : read(athlete, bytes);
    },
  };
}
