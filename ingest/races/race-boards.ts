import type { Clock } from '../../runtime/clock.ts';
import { keepWatch } from '../../runtime/kept-watch.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import type { Logger } from '../../runtime/log.ts';
import { keys } from '../../schemas/names.ts';
import { readTopicBoard } from '../../schemas/public-board.ts';

/** The boards of races as their topics say them, followed while a connection listens. */
export interface RaceBoards {
  /**
   * Calls `tell` whenever there is a newer board. Null when the race has none for everybody, `too_many` when as many
   * races are followed as may be. Throws KvUnavailableError.
   */
  follow(race: string, tell: () => void): Promise<FollowedBoard | 'too_many' | null>;
  readonly followedRaces: number;
  stop(): void;
}

export interface FollowedBoard {
  /** The bytes of the newest board, the same object for all who follow; null once it is not for everybody any more. */
  newest(): Uint8Array | null;
  stop(): void;
}

export interface RaceBoardsDeps {
  /** The bucket BOARDS. */
  readonly kv: KeyValue;
  readonly clock: Clock;
  readonly log: Logger;
  /** Each holds one board, of a hundred kilobytes at the most, and a watch on the bucket. */
  readonly maxRaces?: number;
}

interface Followed {
  revision: number;
  payload: Uint8Array | null;
  readonly tellers: Set<() => void>;
  readonly watch: { stop(): void };
}

/**
 * Each race that is listened to has one watch, however many listen. What a board says is not read here, only passed on:
 * the holder has written the bytes of the message.
 */
export function createRaceBoards({ kv, clock, log, maxRaces = 1_000 }: RaceBoardsDeps): RaceBoards {
  const all = new Map<string, Followed>();

  function open(race: string, revision: number, payload: Uint8Array | null): Followed {
    const key = keys.topicBoard(race);
    const followed: Followed = {
      ...{ revision, payload, tellers: new Set<() => void>() },
      watch: keepWatch({
        ...{ kv, clock, filter: key },
        begin() {
          let isThere = false;
          return {
            onChange({ value, revision: newer }) {
              isThere = true;
              take(value, newer);
            },
            // Removed while nobody watched.
            onReady: () => void (isThere || take(null, 0)),
          };
        },
        onLost: (err) => log.warn({ err, race }, 'the watch on the board of a race was lost; opening it again'),
      }),
    };

    function take(value: Uint8Array | null, newer: number): void {
      if (newer === followed.revision) return;
      followed.revision = newer;
      followed.payload = value && payloadOf(value);
      if (followed.payload !== null) for (const tell of followed.tellers) tell();
    }

    all.set(race, followed);
    return followed;
  }

  function leave(race: string, followed: Followed, tell: () => void): void {
    if (!followed.tellers.delete(tell) || followed.tellers.size > 0) return;
    followed.watch.stop();
    all.delete(race);
  }

  return {
    async follow(race, tell) {
      let followed = all.get(race);
      if (followed === undefined) {
        const entry = await kv.get(keys.topicBoard(race));
        const payload = entry && payloadOf(entry.value);
        if (entry === null || payload === null) return null;
        // Somebody else may have asked meanwhile.
        followed = all.get(race);
        if (followed === undefined && all.size >= maxRaces) return 'too_many';
        followed ??= open(race, entry.revision, payload);
      }
      if (followed.payload === null) return null;
      const own = followed;
      // A listener of its own for each call, so that two of one connection end each by itself.
      const teller = () => tell();
      own.tellers.add(teller);
      return { newest: () => own.payload, stop: () => leave(race, own, teller) };
    },
    get followedRaces() {
      return all.size;
    },
    stop() {
      for (const { watch } of all.values()) watch.stop();
      all.clear();
    },
  };
}

function payloadOf(value: Uint8Array): Uint8Array | null {
  return readTopicBoard(value)?.payload ?? null;
}
