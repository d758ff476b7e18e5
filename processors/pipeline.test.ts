import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../runtime/clock.ts';
import { createSilentLog } from '../runtime/log.ts';
import type { Faults } from '../runtime/memory-faults.ts';
import { createMemoryLogStore } from '../runtime/stream/memory-stream.ts';
import { createBatchWriter } from '../schemas/batch/writer.ts';
import { createFrameDecoder } from '../schemas/frame/decode.ts';
import { encodeFrame } from '../schemas/frame/encode.ts';
import { BATCH_HEADERS, createNames } from '../schemas/names.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createMemoryStore, type MemoryStoreOptions } from './memory-sink.ts';
import { createPipeline } from './pipeline.ts';

const NOW_MS = 1_800_000_000_000;
const names = createNames();
const shared = { duplicateWindowMs: 120_000, metadata: {}, replicas: 1, maxBytes: 0 };

function blockOf(seq: number): Uint8Array {
  const decoder = createFrameDecoder();
  const writer = createBatchWriter('samples');
  const bytes = encodeFrame({
    device: 'watch',
    boot: '00000000000000ff',
    seq,
    source: 'hr',
    timesMs: [NOW_MS + seq],
    columns: { heart_rate: [100] },
  });
  assert.equal(decoder.decode(bytes, 0, bytes.length), null);
  writer.append(decoder.frame, '', 0);
  return writer.take();
}

function setUp(store: Partial<MemoryStoreOptions> = {}, faults?: Faults) {
  const clock = createManualClock(NOW_MS);
  const frames = createMemoryLogStore(clock, { name: 'FRAMES', subjects: [names.framesFilter], ...shared }).open();
  const dead = createMemoryLogStore(clock, { name: 'DEAD', subjects: [names.deadFilter], ...shared }).open();
  const memory = createMemoryStore({ name: 'twin', ...store });
  const pipeline = createPipeline({
    frames,
    names,
    sink: memory.open(faults),
    dead: createDeadLetters({ dead, names, clock, sink: 'twin' }),
    clock,
    logger: createSilentLog(),
    options: {
      flushIntervalMs: 50,
      busyFlushIntervalMs: 50,
      busyRowsPerMs: 1_000_000,
      maxBatchRows: 8,
      maxBatchBytes: 10_000,
      maxBufferedBytes: 100_000,
      maxWritesInFlight: 2,
      ackWaitMs: 3_000,
      maxAckPending: 1_000,
      minBackoffMs: 100,
      maxBackoffMs: 1_000,
      healthIntervalMs: 500,
      maxRefusedInARow: 10,
    },
  });
  async function publish(batch: number): Promise<void> {
    const headers = {
      [BATCH_HEADERS.schema]: '1',
      [BATCH_HEADERS.kind]: 'samples',
      [BATCH_HEADERS.instance]: 'feedfacefeedface',
      [BATCH_HEADERS.batch]: String(batch),
      [BATCH_HEADERS.frames]: '1',
      [BATCH_HEADERS.samples]: '1',
      [BATCH_HEADERS.nulled]: '0',
      [BATCH_HEADERS.receivedMs]: String(NOW_MS),
    };
    await frames.publish(names.frames(0), blockOf(batch), { msgId: `m${batch}`, headers });
  }
  /** Runs until every message is acknowledged; a bound keeps a stuck pipeline from hanging the test. */
  async function runToEnd(count: number): Promise<void> {
    const running = pipeline.run();
    let floor = 0;
    for (let i = 0; i < 2_000 && floor < count; i++) {
      await clock.advance(50);
      floor = (await frames.durablePosition('twin'))?.ackFloorSeq ?? 0;
    }
    assert.equal(floor, count, 'every message is acknowledged');
    const stopped = pipeline.stop();
    await clock.advance(5_000);
    await stopped;
    await running;
  }
  return { memory, dead, publish, runToEnd };
}

test('every message is stored once and then acknowledged, whatever calls on the store fail', async () => {
  let call = 0;
  const outcomes = ['ok', 'fail_before', 'fail_after', 'ok', 'ok'] as const;
  const { memory, publish, runToEnd } = setUp({}, () => outcomes[call++ % outcomes.length]);
  for (let batch = 1; batch <= 60; batch++) await publish(batch);
  await runToEnd(60);
  assert.deepEqual(
    memory
      .rows('samples')
      .map((row) => row.tsMs)
      .toSorted(),
    range(60),
  );
  assert.equal(memory.ledger.size, 60);
});

test('a message that the store refuses goes to DEAD and into the ledger, all others are stored', async () => {
  const { memory, dead, publish, runToEnd } = setUp({ refuses: ({ batch }) => batch === 7 || batch === 20 });
  for (let batch = 1; batch <= 30; batch++) await publish(batch);
  await runToEnd(30);
  const expected = range(30).filter((ms) => ms !== NOW_MS + 7 && ms !== NOW_MS + 20);
  assert.deepEqual(
    memory
      .rows('samples')
      .map((row) => row.tsMs)
      .toSorted(),
    expected,
  );
  assert.equal((await dead.info()).messages, 2);
  const refused = [...memory.ledger].filter(([, line]) => line.refused > 0).map(([key]) => key);
  assert.deepEqual(refused.toSorted(), ['feedfacefeedface.0.20', 'feedfacefeedface.0.7']);
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => NOW_MS + i + 1);
}
