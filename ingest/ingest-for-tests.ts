import assert from 'node:assert/strict';
import { createManualClock, type ManualClock } from '../runtime/clock.ts';
import { createSilentLog } from '../runtime/log.ts';
import type { Faults } from '../runtime/memory-faults.ts';
import { createMemoryLogStore } from '../runtime/stream/memory-stream.ts';
import { type LogMessage, LogUnavailableError } from '../runtime/stream/stream.ts';
import { createNames } from '../schemas/names.ts';
import type { Priority } from '../schemas/priority.ts';
import type { Reason } from '../schemas/reasons.ts';
import { createIngest, type IngestLimits } from './ingest.ts';
import { createDecodeHere } from './lane/decode-thread.ts';
import type { Origin } from './origin.ts';

export const NOW_MS = 1_800_000_000_000;
export const names = createNames();
export const limits: IngestLimits = {
  maxBatchBytes: 2_000,
  maxAgeMs: 3_600_000,
  maxFutureMs: 60_000,
  maxClockJumpMs: 30_000,
  maxDevices: 1_000,
  maxTaskFrames: 64,
  targetTaskBytes: 4_000,
  lingerMs: 5,
  busyLingerMs: 20,
  busyFramesPerMs: 6.4,
  smallLingerMs: 40,
  smallTaskBytes: 300,
  maxUnstoredBatches: 4,
  maxUnsettledBytes: 10_000,
  maxDeadBytesPerDeviceHour: 500,
  retryDelayMs: 250,
  slowDownMs: 1_000,
};

/** The path of a frame on the twins of the streams; time moves by hand. */
export function createTestIngest(options: { faults?: Faults; maxBytes?: number; limits?: Partial<IngestLimits> } = {}) {
  const clock = createManualClock(NOW_MS);
  const streamOptions = { duplicateWindowMs: 120_000, metadata: {}, replicas: 1 };
  const framesOptions = { name: 'FRAMES', subjects: [names.framesFilter], maxBytes: options.maxBytes ?? 0 };
  const deadOptions = { name: 'DEAD', subjects: [names.deadFilter], maxBytes: 0 };
  const frames = createMemoryLogStore(clock, { ...framesOptions, ...streamOptions });
  const dead = createMemoryLogStore(clock, { ...deadOptions, ...streamOptions });
  const ended: Reason[] = [];
  const turnedAway: Reason[] = [];
  const stored = { frames: 0, samples: 0, nulled: 0 };
  const ingest = createIngest({
    frames: frames.open({ faults: options.faults }),
    dead: dead.open({ faults: options.faults }),
    offsets: { resolve: async () => ({ offsetMs: 0, validUntilMs: NOW_MS + 1e9 }) },
    createThread: () => createDecodeHere({ ...limits, ...options.limits }),
    lanes: 2,
    shards: 4,
    instance: 'feedfacefeedface',
    names,
    clock,
    limits: { ...limits, ...options.limits },
    logger: createSilentLog(),
    turnedAway: { count: (reason) => void turnedAway.push(reason) },
    metrics: {
      stored(batch) {
        stored.frames += batch.frames;
        stored.samples += batch.samples;
        stored.nulled += batch.nulled;
      },
      ended: (reason) => void ended.push(reason),
      clockJumps: () => undefined,
      publishRetried: (error) => assert.ok(error instanceof LogUnavailableError),
      threadFailed: (error) => assert.fail(error as Error),
    },
  });
  return {
    clock,
    ingest,
    ended,
    turnedAway,
    stored,
    readFrames: () => readAll(frames.open()),
    readDead: () => readAll(dead.open()),
  };
}

async function readAll(log: ReturnType<ReturnType<typeof createMemoryLogStore>['open']>): Promise<LogMessage[]> {
  const { lastSeq } = await log.info();
  const messages: LogMessage[] = [];
  if (lastSeq === 0) return messages;
  const stop = new AbortController();
  for await (const message of log.readFrom({ subjects: ['>'], fromSeq: 1, signal: stop.signal })) {
    messages.push(message);
    if (message.seq === lastSeq) break;
  }
  stop.abort();
  return messages;
}

/** A connection that only remembers what became of its slots. */
export function createDevice(
  device: string,
  priority: Priority = 'live',
): Origin & { settled: Map<number, Reason | null>; flushes: number; resumes: number } {
  return {
    device,
    athlete: '',
    importer: false,
    priority,
    settled: new Map(),
    flushes: 0,
    resumes: 0,
    settle(slot, reason) {
      assert.ok(!this.settled.has(slot), 'a slot is settled once');
      this.settled.set(slot, reason);
    },
    flush() {
      this.flushes++;
    },
    resume() {
      this.resumes++;
    },
  };
}

/** Moves time on until everything is settled; a bound keeps a stuck path from hanging the test. */
export async function settleAll(clock: ManualClock, isDone: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !isDone(); i++) await clock.advance(50);
  assert.ok(isDone(), 'everything taken is settled');
}
