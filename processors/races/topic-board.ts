import type { Clock } from '../../runtime/clock.ts';
import { KeyConflictError, type KeyValue, KvUnavailableError } from '../../runtime/kv/kv.ts';
import type { Logger } from '../../runtime/log.ts';
import type { BoardView } from '../../schemas/board.ts';
import { keys } from '../../schemas/names.ts';
import { encodeTopicBoard, readTopicBoard, topicBoard } from '../../schemas/public-board.ts';
import type { Race } from '../../schemas/race.ts';

export interface TopicBoardDeps {
  /** The bucket BOARDS. */
  readonly kv: KeyValue;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Least time from one write to the next. */
  readonly intervalMs: number;
}

/**
 * Writes what the topic of one race's board says, in one term of its holder: the newest board, whenever it says
 * something else, so often at most. Whoever subscribes reads it from the bucket, which keeps it through the death of
 * the holder.
 *
 * idle → writing → idle; fenced once a holder of a later term has written. Each write names the revision before it, so
 * one of a process that was stopped and wakes up is refused, and then finds the higher epoch.
 */
export class TopicBoard {
  readonly #deps: TopicBoardDeps;
  readonly #key: string;
  readonly #epoch: number;
  #revision: number | null = null;
  #offered: BoardView | null = null;
  #said = '';
  #writtenMs = Number.NEGATIVE_INFINITY;
  #state: 'idle' | 'writing' | 'fenced' = 'idle';

  constructor(race: string, epoch: number, deps: TopicBoardDeps) {
    this.#deps = deps;
    this.#key = keys.topicBoard(race);
    this.#epoch = epoch;
  }

  /** Takes the newest view; called again and again, it writes when it is time to. */
  offer(view: BoardView, race: Race): void {
    const { clock, intervalMs } = this.#deps;
    const nowMs = clock.monotonicMs();
    if (this.#state !== 'idle' || view === this.#offered || nowMs - this.#writtenMs < intervalMs) return;
    this.#offered = view;
    const board = topicBoard(race, view);
    const { atMs: _, ...stable } = board;
    const said = JSON.stringify(stable);
    if (said === this.#said) return;
    this.#writtenMs = nowMs;
    this.#state = 'writing';
    void this.#write(encodeTopicBoard(this.#epoch, board), said);
  }

  async #write(value: Uint8Array, said: string): Promise<void> {
    const { kv, logger } = this.#deps;
    const key = this.#key;
    try {
      const revision = this.#revision ?? (await this.#before());
      if (revision === null) {
        this.#state = 'fenced';
        return;
      }
      this.#revision = await (revision === 0 ? kv.create(key, value) : kv.update(key, value, revision));
      this.#said = said;
    } catch (error) {
      if (!(error instanceof KvUnavailableError || error instanceof KeyConflictError)) throw error;
      this.#revision = null;
      this.#offered = null;
      logger.warn({ err: error, key }, 'the board of a topic could not be written; it is tried again');
    }
    this.#state = 'idle';
  }

  /** The revision to write after, 0 where there is none; null when a later holder has written. */
  async #before(): Promise<number | null> {
    const entry = await this.#deps.kv.get(this.#key);
    if (entry === null) return 0;
    return (readTopicBoard(entry.value)?.epoch ?? 0) > this.#epoch ? null : entry.revision;
  }
}

/** The race is no longer for everybody: its topic says nothing. */
export async function removeTopicBoard(race: string, { kv, logger }: Pick<TopicBoardDeps, 'kv' | 'logger'>) {
  try {
    await kv.delete(keys.topicBoard(race));
  } catch (error) {
    if (!(error instanceof KvUnavailableError)) throw error;
    logger.warn({ err: error, race }, 'the board of a race that is no longer public could not be removed');
  }
}
