import { BATCH_HEADERS, type Names } from '../../schemas/names.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { LogFullError, LogUnavailableError, type MessageLog } from '../stream/stream.ts';

export interface TickDeps {
  readonly log: MessageLog;
  readonly names: Pick<Names, 'frames'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly options: { readonly tickAfterMs: number };
}

/**
 * Message time for a shard that nobody writes to: a tick is a message without rows. Its id is made of shard and
 * second, so that two who believe that they hold the shard publish it once.
 */
export interface Ticks {
  sawMessage(): void;
  /** One tick, if no message came for a while. One that could not be stored is left out: the next one follows. */
  publishIfIdle(): Promise<void>;
}

const NOTHING = new Uint8Array(0);

export function createTicks({ log, names, clock, logger, options }: TickDeps, shard: number): Ticks {
  let lastMessageAtMs = clock.monotonicMs();
  return {
    sawMessage() {
      lastMessageAtMs = clock.monotonicMs();
    },
    async publishIfIdle() {
      if (clock.monotonicMs() - lastMessageAtMs < options.tickAfterMs) return;
      const second = Math.floor(clock.nowMs() / 1000);
      const publish = { msgId: `tick.${shard}.${second}`, headers: { [BATCH_HEADERS.kind]: 'tick' } };
      try {
        await log.publish(names.frames(shard), NOTHING, publish);
      } catch (error) {
        if (!(error instanceof LogUnavailableError || error instanceof LogFullError)) throw error;
        logger.debug({ err: error, shard }, 'a tick was not stored');
      }
    },
  };
}
