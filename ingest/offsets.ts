import type { Clock } from '../runtime/clock.ts';
import type { KeyValue } from '../runtime/kv/kv.ts';
import type { Logger } from '../runtime/log.ts';
import { createOffsets } from '../runtime/offsets.ts';
import type { ResolvedOffset } from './lane/task.ts';

/** The frozen clock corrections, as a lane asks for them: null when the bucket is out of reach. */
export interface ClockOffsets {
  resolve(
    device: string,
    bootHex: string,
    proposedOffsetMs: number,
  ): Promise<Pick<ResolvedOffset, 'offsetMs' | 'validUntilMs'> | null>;
}

/** A bucket that is out of reach refuses the frame: its device sends it again. */
export function createClockOffsets(deps: { kv: KeyValue; clock: Clock; ttlMs: number; log: Logger }): ClockOffsets {
  const { kv, clock, ttlMs, log } = deps;
  const offsets = createOffsets({ kv, clock, ttlMs });
  return {
    async resolve(device, bootHex, offsetMs) {
      try {
        return await offsets.resolve(device, bootHex, { offsetMs });
      } catch (err) {
        log.warn({ err, device, boot: bootHex }, 'a clock correction could not be resolved');
        return null;
      }
    },
  };
}
