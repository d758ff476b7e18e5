import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { MessageLog } from '../runtime/stream/stream.ts';

const LOOK_EVERY_MS = 1_000;

/**
 * Looks every second how full the stream is. Refusing a little before its limit keeps room for what is already taken,
 * so that devices are told "come back later" instead of being cut off in the middle of a batch.
 */
export function createRoomWatch(deps: { log: MessageLog; clock: Clock; fullPercent: number; logger: Logger }) {
  const { log, clock, fullPercent, logger } = deps;
  let isFull = false;
  let isLooking = false;

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      const { bytes, maxBytes } = await log.info();
      const full = maxBytes > 0 && bytes * 100 >= maxBytes * fullPercent;
      if (full !== isFull) {
        logger.warn({ bytes, maxBytes, fullPercent }, full ? 'the stream is nearly full' : 'the stream has room again');
      }
      isFull = full;
    } catch (err) {
      // Unreachable is not full: the publisher notices that by itself.
      logger.debug({ err }, 'could not look how full the stream is');
    } finally {
      isLooking = false;
    }
  }

  const timer = clock.setRepeating(() => void look(), LOOK_EVERY_MS);
  return {
    get isFull() {
      return isFull;
    },
    stop: () => timer.cancel(),
  };
}
