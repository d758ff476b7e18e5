import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { MessageLog } from '../runtime/stream/stream.ts';

const LOOK_EVERY_MS = 1_000;

/** `filling`: devices are slowed down, so that sinks can catch up. `full`: nothing new is taken. */
export type RoomLevel = 'roomy' | 'filling' | 'full';

const WORDS: Record<RoomLevel, string> = {
  roomy: 'the stream has room again',
  filling: 'the stream is filling up: devices are slowed down',
  full: 'the stream is nearly full: frames are refused',
};

export interface RoomWatch {
  readonly level: RoomLevel;
  readonly usedPercent: number;
  stop(): void;
}

/**
 * Looks every second how full the stream is. Refusing a little before its limit keeps room for what is already taken,
 * so that devices are told "come back later" instead of being cut off in the middle of a batch.
 */
export function createRoomWatch(deps: {
  log: MessageLog;
  clock: Clock;
  limits: { readonly slowPercent: number; readonly fullPercent: number };
  logger: Logger;
}): RoomWatch {
  const { log, clock, limits, logger } = deps;
  let level: RoomLevel = 'roomy';
  let usedPercent = 0;
  let isLooking = false;

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      const { bytes, maxBytes } = await log.info();
      usedPercent = maxBytes > 0 ? (bytes * 100) / maxBytes : 0;
      const before = level;
      level = usedPercent >= limits.fullPercent ? 'full' : usedPercent >= limits.slowPercent ? 'filling' : 'roomy';
      if (level !== before) logger.warn({ bytes, maxBytes, usedPercent }, WORDS[level]);
    } catch (err) {
      // Unreachable is not full: the publisher notices that by itself.
      logger.debug({ err }, 'could not look how full the stream is');
    } finally {
      isLooking = false;
    }
  }

  const timer = clock.setRepeating(() => void look(), LOOK_EVERY_MS);
  return {
    get level() {
      return level;
    },
    get usedPercent() {
      return usedPercent;
    },
    stop: () => timer.cancel(),
  };
}
