import type { Clock } from '../../../runtime/clock.ts';
import type { MessageLog } from '../../../runtime/stream/stream.ts';
import { StoreUnavailableError } from '../../sink.ts';

export interface UntilStoredDeps {
  readonly frames: Pick<MessageLog, 'info' | 'durablePosition'>;
  /** Of the sink that writes the store. */
  readonly durable: string;
  readonly clock: Clock;
  readonly maxMs?: number;
}

const LOOK_EVERY_MS = 100;
/** What a sink that died had in hand comes again after ten seconds. */
const MAX_MS = 20_000;

/**
 * Resolves once the store has every message that is in the stream of frames now. Throws StoreUnavailableError when it
 * does not come to that, and what the signal aborts with.
 */
export function createUntilStored({ frames, durable, clock, maxMs = MAX_MS }: UntilStoredDeps) {
  return async (signal: AbortSignal): Promise<void> => {
    const { lastSeq } = await frames.info();
    const untilMs = clock.monotonicMs() + maxMs;
    for (;;) {
      const position = (await frames.durablePosition(durable))?.ackFloorSeq ?? 0;
      if (position >= lastSeq) return;
      if (clock.monotonicMs() >= untilMs) {
        throw new StoreUnavailableError(`the store has messages up to ${position}, and ${lastSeq} are there`);
      }
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  };
}
