import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { MessageLog } from '../runtime/stream/stream.ts';
import { byPriority, PRIORITIES, type Priority } from '../schemas/priority.ts';
import { STREAM_RUNGS } from './ladder.ts';

const LOOK_EVERY_MS = 1_000;

/** What is done to devices of a priority, because of how full the stream is. Each level includes those before it. */
export type RoomLevel = 'roomy' | 'slowed' | 'refused' | 'shed';

export interface RoomWatch {
  readonly levels: Readonly<Record<Priority, RoomLevel>>;
  readonly usedPercent: number;
  stop(): void;
}

/**
 * Looks every second how full the stream is. Giving way a little before its limit keeps room for what is already taken,
 * so that devices are told "come back later" instead of being cut off in the middle of a batch.
 */
export function createRoomWatch(deps: { log: MessageLog; clock: Clock; logger: Logger }): RoomWatch {
  const { log, clock, logger } = deps;
  let levels = levelsAt(0);
  let usedPercent = 0;
  let isLooking = false;

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      const { bytes, maxBytes } = await log.info();
      usedPercent = maxBytes > 0 ? (bytes * 100) / maxBytes : 0;
      const before = levels;
      levels = levelsAt(usedPercent);
      if (PRIORITIES.some((priority) => levels[priority] !== before[priority])) {
        logger.warn({ bytes, maxBytes, usedPercent, ...levels }, 'what the room in the stream means for devices');
      }
    } catch (err) {
      // Unreachable is not full: the publisher notices that by itself.
      logger.debug({ err }, 'could not look how full the stream is');
    } finally {
      isLooking = false;
    }
  }

  const timer = clock.setRepeating(() => void look(), LOOK_EVERY_MS);
  return {
    get levels() {
      return levels;
    },
    get usedPercent() {
      return usedPercent;
    },
    stop: () => timer.cancel(),
  };
}

function levelsAt(usedPercent: number): Record<Priority, RoomLevel> {
  const { slowDown, refuse, shed } = STREAM_RUNGS;
  return byPriority((priority) => {
    if (usedPercent >= shed[priority]) return 'shed';
    if (usedPercent >= refuse[priority]) return 'refused';
    return usedPercent >= slowDown[priority] ? 'slowed' : 'roomy';
  });
}
