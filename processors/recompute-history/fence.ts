import { randomBytes } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import { StartError } from '../../runtime/service.ts';
import type { MessageLog } from '../../runtime/stream/stream.ts';
import { BATCH_HEADERS, type Names } from '../../schemas/names.ts';

export interface FenceDeps {
  readonly frames: MessageLog;
  readonly names: Names;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Longest wait for the sink to come so far. */
  readonly maxWaitMs: number;
}

const LOOK_EVERY_MS = 100;

/**
 * Puts a message without rows into the frame stream and waits until the raw tables have everything before it. Answers
 * its sequence F, which parts the past from what comes.
 *
 * What is computed from the raw tables from then on holds every sample up to F, so `2 F + 1` is its revision by the
 * same rule as everywhere (`activity-reducer.ts`). No holder can have published that number: a holder's is odd only for
 * a message with rows. What a holder publishes of later messages is greater and beats it; what a holder that lags still
 * publishes of earlier ones is less, and holds nothing that this one lacks.
 *
 * Throws StartError when no sink has ever run or it does not come so far, LogFullError and LogUnavailableError.
 */
export async function raiseFence({ frames, names, clock, signal, maxWaitMs }: FenceDeps): Promise<number> {
  const durable = names.durable('clickhouse');
  if ((await frames.durablePosition(durable)) === null) {
    throw new StartError('ClickHouse has no sink that has ever run: there is no history to compute');
  }
  const msgId = `tick.recompute.${randomBytes(8).toString('hex')}`;
  const { seq } = await frames.publish(names.frames(0), new Uint8Array(0), {
    msgId,
    headers: { [BATCH_HEADERS.kind]: 'tick' },
  });
  const giveUpMs = clock.monotonicMs() + maxWaitMs;
  for (;;) {
    signal.throwIfAborted();
    const position = await frames.durablePosition(durable);
    if (position !== null && position.ackFloorSeq >= seq) return seq;
    if (clock.monotonicMs() >= giveUpMs) {
      throw new StartError(
        `ClickHouse has everything up to message ${position?.ackFloorSeq ?? 0} only, and ${seq} is needed: ` +
          'run it again once its sink has caught up',
      );
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
