import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import type { Origin } from '../origin.ts';
import { createLane, type LaneDeps } from './lane.ts';
import type { DecodeResult, DecodeTask } from './task.ts';

const LIMITS = {
  maxTaskFrames: 1_000,
  targetTaskBytes: 1_000,
  lingerMs: 5,
  busyLingerMs: 40,
  busyFramesPerMs: 2,
  smallLingerMs: 0,
  smallTaskBytes: 0,
  maxUnstoredBatches: 4,
};
const origin: Origin = {
  device: 'a',
  athlete: '',
  importer: false,
  priority: 'live',
  settle: () => undefined,
  flush: () => undefined,
  resume: () => undefined,
};

/** A lane whose thread notes how many frames each task brings, and when. */
function laneUnderTest(limits = LIMITS) {
  const clock = createManualClock(1_000_000);
  const tasks: { atMs: number; frames: number }[] = [];
  const decode = async ({ ends }: DecodeTask): Promise<DecodeResult> => {
    tasks.push({ atMs: clock.monotonicMs(), frames: ends.length });
    return { batchOf: new Uint16Array(ends.length), batches: [], dead: [], parked: [], clockJumps: 0 };
  };
  const lane = createLane({
    thread: { decode, close: async () => undefined },
    clock,
    limits,
    metrics: { clockJumps: () => undefined, threadFailed: assert.ifError },
  } as unknown as LaneDeps);
  const push = (frames: number, bytes = 10) => {
    for (let i = 0; i < frames; i++) lane.push(origin, 0, i, 'protobuf', new Uint8Array(bytes));
  };
  return { clock, tasks, push };
}

test('a lone frame waits for the short linger only', async () => {
  const { clock, tasks, push } = laneUnderTest();
  push(1);
  await clock.advance(4);
  assert.deepEqual(tasks, []);
  await clock.advance(1);
  assert.deepEqual(tasks, [{ atMs: 5, frames: 1 }]);
});

for (const { framesPerMs, atMs } of [
  { framesPerMs: 1, atMs: 20 },
  { framesPerMs: 2, atMs: 40 },
  { framesPerMs: 5, atMs: 40 },
]) {
  test(`frames that come at ${framesPerMs} a millisecond gather for ${atMs} ms`, async () => {
    const { clock, tasks, push } = laneUnderTest();
    for (let i = 0; i < 45; i++) {
      push(framesPerMs, 4);
      await clock.advance(1);
    }
    assert.deepEqual(tasks[0], { atMs, frames: framesPerMs * atMs });
  });
}

for (const { bytes, atMs, frames } of [
  { bytes: 1, atMs: 80, frames: 160 },
  { bytes: 2, atMs: 50, frames: 101 },
  { bytes: 4, atMs: 40, frames: 81 },
]) {
  test(`frames of ${bytes} bytes gather for ${atMs} ms where 200 bytes are no small task any more`, async () => {
    const { clock, tasks, push } = laneUnderTest({ ...LIMITS, smallLingerMs: 80, smallTaskBytes: 200 });
    for (let i = 0; i < 85; i++) {
      push(2, bytes);
      await clock.advance(1);
    }
    assert.deepEqual(tasks[0], { atMs, frames });
  });
}

test('a task that is big enough leaves at once, however long the others have waited', async () => {
  const { clock, tasks, push } = laneUnderTest();
  push(9);
  await clock.advance(2);
  push(1, 910);
  await clock.advance(0);
  assert.deepEqual(tasks, [{ atMs: 2, frames: 10 }]);
});

test('the events of a task are stored before its samples; each frame is settled by its own batch', async () => {
  const clock = createManualClock(1_000_000);
  const kinds = ['samples', 'rr', 'events', 'samples', 'events'] as const;
  const stored: (readonly [string, number])[] = [];
  const settled: number[] = [];
  const decode = async (): Promise<DecodeResult> => ({
    batchOf: Uint16Array.from(kinds.keys()),
    batches: kinds.map((kind, shard) => ({ shard, kind, frames: 1, samples: 1, nulled: 0, block: new Uint8Array(1) })),
    dead: [],
    parked: [],
    clockJumps: 0,
  });
  const store = async ({ kind, shard }: DecodeResult['batches'][number]) => {
    stored.push([kind, shard]);
    return null;
  };
  const lane = createLane({
    thread: { decode, close: async () => undefined },
    clock,
    limits: LIMITS,
    publisher: { store },
    onSettled: () => undefined,
    metrics: { clockJumps: () => undefined, stored: () => undefined, threadFailed: assert.ifError },
  } as unknown as LaneDeps);
  const settling: Origin = { ...origin, settle: (slot) => void settled.push(slot) };
  for (const slot of kinds.keys()) lane.push(settling, 0, slot, 'protobuf', new Uint8Array(10));
  await clock.advance(LIMITS.busyLingerMs);
  assert.deepEqual(stored, [
    ['events', 2],
    ['events', 4],
    ['samples', 0],
    ['rr', 1],
    ['samples', 3],
  ]);
  assert.deepEqual(settled, [2, 4, 0, 1, 3]);
});
