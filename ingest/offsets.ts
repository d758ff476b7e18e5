import type { Clock } from '../runtime/clock.ts';
import type { KeyValue } from '../runtime/kv/kv.ts';
import type { Logger } from '../runtime/log.ts';
import { createOffsets } from '../runtime/offsets.ts';
import { type ClockReading, proposeOffsetMs } from '../schemas/clock-offset.ts';
import type { RefusedReason } from '../schemas/reasons.ts';
import { createClockProof } from './clock-proof.ts';
import type { ResolvedOffset } from './lane/task.ts';

/** The frozen clock corrections, as a lane asks for them. With a reason the frame is refused, and comes again. */
export interface ClockOffsets {
  resolve(
    device: string,
    bootHex: string,
    reading: ClockReading,
  ): Promise<Pick<ResolvedOffset, 'offsetMs' | 'validUntilMs'> | RefusedReason>;
}

export function createClockOffsets(deps: { kv: KeyValue; clock: Clock; ttlMs: number; log: Logger }): ClockOffsets {
  const { kv, clock, ttlMs, log } = deps;
  const offsets = createOffsets({ kv, clock, ttlMs });
  const proof = createClockProof();
  return {
    async resolve(device, bootHex, reading) {
      try {
        if (proof.isPlain(reading) || (await offsets.isFrozen(device, bootHex))) {
          return await offsets.resolve(device, bootHex, { offsetMs: proposeOffsetMs(reading) });
        }
        const offsetMs = proof.offsetMs(`${device}.${bootHex}`, reading);
        if (offsetMs === null) return 'clock_unproven';
        return await offsets.resolve(device, bootHex, { offsetMs });
      } catch (err) {
        log.warn({ err, device, boot: bootHex }, 'a clock correction could not be resolved');
        return 'stream_unavailable';
      }
    },
  };
}
