import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { MessageLog } from '../runtime/stream/stream.ts';
import type { Names } from '../schemas/names.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createIntake, type Intake } from './intake.ts';
import type { DecodeOptions } from './lane/decode-frames.ts';
import type { DecodeThread } from './lane/decode-thread.ts';
import { createLane, type LaneLimits } from './lane/lane.ts';
import type { IngestMetrics } from './metrics.ts';
import type { ClockOffsets } from './offsets.ts';
import { createPublisher } from './publisher.ts';
import { createRoomWatch } from './room-watch.ts';
import type { TurnedAway } from './turned-away.ts';

export interface IngestLimits extends DecodeOptions, LaneLimits {
  readonly maxUnsettledBytes: number;
  readonly maxDeadBytesPerDeviceHour: number;
  readonly retryDelayMs: number;
  /** How long a device rests at a time while the stream fills up. */
  readonly slowDownMs: number;
}

export interface IngestDeps {
  readonly frames: MessageLog;
  readonly dead: MessageLog;
  readonly offsets: ClockOffsets;
  readonly createThread: () => DecodeThread;
  readonly lanes: number;
  readonly shards: number;
  readonly instance: string;
  readonly names: Names;
  readonly clock: Clock;
  readonly limits: IngestLimits;
  readonly metrics: IngestMetrics;
  /** Where frames are counted that were refused or shed. */
  readonly turnedAway: Pick<TurnedAway, 'count'>;
  readonly logger: Logger;
}

/**
 * The path of a frame, from a front end's slot to the acknowledgement:
 *
 *     offer → lane (by shard) → thread: decode, validate, correct the clock → batch of the shard
 *           → publish and wait for the stream → settle the slot; the front end acknowledges in its own order
 *     a frame that breaks a rule → DEAD with its bytes → settle with the reason
 *
 * Nothing is acknowledged that is not durable, and whatever is not acknowledged the device still has.
 */
export function createIngest(deps: IngestDeps) {
  const { clock, limits, metrics, logger, names, instance } = deps;
  const stopping = new AbortController();
  const retrying = {
    clock,
    names,
    instance,
    retryDelayMs: limits.retryDelayMs,
    signal: stopping.signal,
    onRetry: (error: Error) => metrics.publishRetried(error),
  };
  const publisher = createPublisher({ ...retrying, log: deps.frames });
  const deadLetters = createDeadLetters({
    ...retrying,
    log: deps.dead,
    maxBytesPerDeviceHour: limits.maxDeadBytesPerDeviceHour,
    maxDevices: limits.maxDevices,
    onQuota: () => metrics.ended('dead_letter_quota'),
  });
  const room = createRoomWatch({ log: deps.frames, clock, logger });
  const counted: IngestMetrics = {
    ...metrics,
    ended(reason) {
      metrics.ended(reason);
      deps.turnedAway.count(reason);
    },
  };
  const threads = Array.from({ length: deps.lanes }, () => deps.createThread());
  let isDraining = false;

  const intake = createIntake({
    shards: deps.shards,
    maxUnsettledBytes: limits.maxUnsettledBytes,
    createLanes: (onSettled) =>
      threads.map((thread) =>
        createLane({
          thread,
          publisher,
          deadLetters,
          offsets: deps.offsets,
          clock,
          limits,
          metrics: counted,
          onSettled,
        }),
      ),
    closedFor() {
      if (isDraining) return 'draining';
      return publisher.isReachable ? null : 'stream_unavailable';
    },
    room: () => room.levels,
    slowDownMs: limits.slowDownMs,
    onTurnedAway: deps.turnedAway.count,
  });

  return {
    intake: intake as Intake,
    unsettledBytes: () => intake.unsettledBytes,
    /** How full the stream is. */
    usedPercent: () => room.usedPercent,
    /** Refuses what is new and resolves when everything taken is settled, or when the signal aborts. */
    async drain(signal: AbortSignal): Promise<void> {
      isDraining = true;
      while (!intake.isIdle && !signal.aborted) await clock.sleep(5);
    },
    async stop(): Promise<void> {
      isDraining = true;
      stopping.abort(new Error('ingest is stopping'));
      room.stop();
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}
export type Ingest = ReturnType<typeof createIngest>;
