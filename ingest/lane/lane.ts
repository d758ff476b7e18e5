import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Encoding } from '../../schemas/names.ts';
import type { Reason } from '../../schemas/reasons.ts';
import type { DeadLetters } from '../dead-letters.ts';
import type { IngestMetrics } from '../metrics.ts';
import type { ClockOffsets } from '../offsets.ts';
import type { Origin } from '../origin.ts';
import type { Publisher } from '../publisher.ts';
import type { DecodeThread } from './decode-thread.ts';
import { createGathering, type GatheredTask } from './gathering.ts';
import type { DecodeResult, ParkedFrame } from './task.ts';

export interface LaneLimits {
  /** Frames in one task; below 65,534, the numbers that a result can name. */
  readonly maxTaskFrames: number;
  /** A task leaves as soon as it holds this much … */
  readonly targetTaskBytes: number;
  /** … or when its oldest frame has waited this long, … */
  readonly lingerMs: number;
  /** … which is more the faster they come, up to this at `busyFramesPerMs`: patience makes batches much bigger. */
  readonly busyLingerMs: number;
  readonly busyFramesPerMs: number;
  /** As long as a task holds no more than `smallTaskBytes`, it is this that grows with how fast frames come. */
  readonly smallLingerMs: number;
  readonly smallTaskBytes: number;
  /** Batches decoded but not yet stored, over which the lane lets frames gather into bigger ones. */
  readonly maxUnstoredBatches: number;
}

export interface LaneDeps {
  readonly thread: DecodeThread;
  readonly publisher: Publisher;
  readonly deadLetters: DeadLetters;
  readonly offsets: ClockOffsets;
  readonly clock: Clock;
  readonly limits: LaneLimits;
  readonly metrics: IngestMetrics;
  /** Called once for each frame that is settled, with its bytes. */
  readonly onSettled: (bytes: number) => void;
}

/**
 * One lane: frames gather, leave as one task for the lane's thread, and come back as batches that are published and
 * then acknowledged. Idle → (first frame) lingering → (enough bytes, or time) decoding → lingering or idle. While the
 * thread works or too many batches wait to be stored, frames gather: under load tasks grow by themselves. When many
 * come they linger longer, because a message costs the stream and each of its readers the same for ten samples as for
 * hundreds; longest while they are many and small, as from thousands of devices that send each second.
 */
export function createLane(deps: LaneDeps) {
  const { thread, publisher, deadLetters, offsets, clock, limits, metrics } = deps;
  const gathering = createGathering();
  let decoding = false;
  let unstoredBatches = 0;
  let linger: Timer | null = null;

  function push(origin: Origin, shard: number, slot: number, encoding: Encoding, bytes: Uint8Array): void {
    gathering.add({ origin, shard, slot, encoding, bytes }, clock.nowMs());
    dispatch();
  }

  function dispatch(): void {
    if (decoding || gathering.frames === 0 || unstoredBatches > limits.maxUnstoredBatches) return;
    const waitMs = leftToLingerMs();
    if (waitMs > 0 && gathering.bytes < limits.targetTaskBytes && gathering.frames < limits.maxTaskFrames) {
      linger ??= clock.setTimer(() => {
        linger = null;
        dispatch();
      }, waitMs);
      return;
    }
    linger?.cancel();
    linger = null;
    void decode(gathering.take());
  }

  /** How fast frames come is known once the oldest has waited for the short while. */
  function leftToLingerMs(): number {
    const { lingerMs, busyLingerMs, busyFramesPerMs, smallLingerMs, smallTaskBytes } = limits;
    const waitedMs = clock.nowMs() - gathering.oldestMs;
    if (waitedMs < lingerMs) return lingerMs - waitedMs;
    const mostMs = gathering.bytes > smallTaskBytes ? busyLingerMs : Math.max(busyLingerMs, smallLingerMs);
    const patienceMs = (mostMs * gathering.frames) / (waitedMs * busyFramesPerMs);
    return Math.min(mostMs, Math.max(lingerMs, patienceMs)) - waitedMs;
  }

  async function decode(gathered: GatheredTask): Promise<void> {
    decoding = true;
    try {
      const result = await thread.decode(gathered.task);
      handOut(gathered, result);
    } catch (error) {
      metrics.threadFailed(error);
      settleAll(gathered, gathered.slots.keys(), 'worker_failed');
    } finally {
      decoding = false;
      dispatch();
    }
  }

  function handOut(gathered: GatheredTask, result: DecodeResult): void {
    const { receivedMs } = gathered.task;
    metrics.clockJumps(result.clockJumps);
    const framesOf: number[][] = result.batches.map(() => []);
    for (let i = 0; i < result.batchOf.length; i++) framesOf[result.batchOf[i]]?.push(i);
    for (const number of eventsFirst(result.batches)) {
      const batch = result.batches[number];
      unstoredBatches++;
      void publisher.store(batch, receivedMs).then((reason) => {
        unstoredBatches--;
        if (reason === null) metrics.stored(batch, clock.nowMs() - receivedMs);
        settleAll(gathered, framesOf[number], reason);
        dispatch();
      });
    }
    for (const { frame, reason, bytes } of result.dead) {
      const letter = { device: gathered.origins[frame].device, reason, bytes, receivedMs };
      void deadLetters.store(letter).then((refused) => settleAll(gathered, [frame], refused ?? reason));
    }
    for (const parked of result.parked) void resolveParked(gathered, parked);
  }

  /** The frame goes round again, with the correction that the bucket holds; it was counted and keeps its slot. */
  async function resolveParked(gathered: GatheredTask, parked: ParkedFrame): Promise<void> {
    const { frame, bootHex } = parked;
    const { device } = gathered.origins[frame];
    const resolved = await offsets.resolve(device, bootHex, parked.clock);
    if (typeof resolved === 'string') {
      settleAll(gathered, [frame], resolved);
      return;
    }
    gathering.learn({ device, bootHex, ...resolved });
    const { origins, shards, slots, encodings } = gathered;
    push(origins[frame], shards[frame], slots[frame], encodings[frame], parked.bytes);
  }

  function settleAll(gathered: GatheredTask, frames: Iterable<number>, reason: Reason | null): void {
    const { origins, slots, lengths } = gathered;
    const touched = new Set<Origin>();
    for (const i of frames) {
      if (reason !== null) metrics.ended(reason);
      origins[i].settle(slots[i], reason);
      deps.onSettled(lengths[i]);
      touched.add(origins[i]);
    }
    for (const origin of touched) origin.flush();
  }

  return {
    push,
    get isIdle() {
      return !decoding && gathering.frames === 0 && unstoredBatches === 0;
    },
  };
}
export type Lane = ReturnType<typeof createLane>;

/**
 * The numbers of a task's batches in the order in which they are stored. Who cuts activities has to know of a start
 * before the samples around it, which may be final as soon as they come; within a kind nothing changes places.
 */
function eventsFirst(batches: DecodeResult['batches']): number[] {
  const place = (number: number) => (batches[number].kind === 'events' ? 0 : 1);
  return [...batches.keys()].sort((a, b) => place(a) - place(b));
}
