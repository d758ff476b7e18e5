import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogMessage } from '../../runtime/stream/stream.ts';
import type { SensorFrame } from '../../schemas/frame/encode.ts';
import { BATCH_HEADERS } from '../../schemas/names.ts';
import { rowsOf } from '../batch-rows.ts';
import { StoreUnavailableError } from '../sink.ts';
import { HOUR_MS } from './bucket-time.ts';
import { createRollUpCounts } from './counts.ts';
import { createMemoryRollUpTable } from './memory-roll-up-store.ts';
import type { RollUpOptions } from './options.ts';
import { RecomputeQueueFullError } from './recompute-queue.ts';
import { createRollUps } from './roll-up-reducer.ts';
import type { Recompute } from './roll-up-store.ts';
import { messageOf, names } from './roll-up-stream.arbitrary.ts';

const NOW_MS = Date.UTC(2025, 5, 1, 12);
const never = new AbortController().signal;

function hr(timesMs: readonly number[], of: Partial<SensorFrame> = {}): SensorFrame {
  const columns = { heart_rate: timesMs.map((timeMs) => 60 + ((timeMs / 1000) % 100)) };
  return { device: 'strap', boot: '00000000000000ff', seq: 1, source: 'hr', timesMs, columns, ...of };
}

/** One sample a second. */
function seconds(fromMs: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => fromMs + 1000 * i);
}

/** A shard whose sink has stored every message up to `sinkAt`. */
function createShard(options: Partial<RollUpOptions> = {}) {
  const control = { sinkAt: 0, onRecompute: async (): Promise<void> => undefined };
  const messages: LogMessage[] = [];
  const recomputes: Recompute[] = [];
  const failures: unknown[] = [];
  const counts = createRollUpCounts();
  const stored = () =>
    messages
      .filter(({ seq, data }) => seq <= control.sinkAt && data.length > 0)
      .flatMap(({ data }) => rowsOf({ kind: 'samples', payload: data }));
  const table = createMemoryRollUpTable(stored);
  const end = table.open();
  const reducer = createRollUps({
    store: {
      write: end.write,
      async recompute(request) {
        recomputes.push(request);
        await control.onRecompute();
        await end.recompute(request);
      },
    },
    names,
    sinkPosition: async () => control.sinkAt,
    onRecomputeFailed: (error) => failures.push(error),
    options: { openRowsEveryMs: 0, ...options },
    counts,
  }).create(0, new Map());
  return Object.assign(control, {
    recomputes,
    failures,
    counts,
    reducer,
    table,
    send(frames: readonly SensorFrame[], timeMs = NOW_MS): void {
      const message = messageOf(messages.length + 1, timeMs, frames);
      messages.push(message);
      reducer.apply(message);
    },
    emit: () => reducer.emit({ epoch: 1, seq: messages.length, signal: never }),
    /** What the table says: samples and version by second of the bucket from NOW_MS. */
    rows: () => table.rows().map(({ tsMs, samples, version }) => [(tsMs - NOW_MS) / 1000, samples, version]),
  });
}

test('a backlog hours old that comes in order rolls up without any recompute', async () => {
  const shard = createShard();
  const fromMs = NOW_MS - 5 * HOUR_MS;
  for (let i = 0; i < 720; i++) shard.send([hr(seconds(fromMs + 10_000 * i, 10))]);
  await shard.emit();
  assert.equal(shard.table.rows().length, 720);
  assert.ok(shard.table.rows().every(({ samples }) => samples === 10));
  assert.equal(shard.counts.late, 0);
  assert.deepEqual(shard.recomputes, []);
});

test('a sample that comes again counts once, and an unchanged row is not written again', async () => {
  const shard = createShard();
  shard.send([hr(seconds(NOW_MS, 5))]);
  await shard.emit();
  shard.send([hr(seconds(NOW_MS, 5)), hr(seconds(NOW_MS + 3_000, 2))]);
  await shard.emit();
  assert.deepEqual(shard.rows(), [[0, 5, 1]]);
  assert.equal(shard.table.writtenRows(), 1);
  assert.deepEqual({ ...shard.counts, rowsWritten: 0 }, { ...createRollUpCounts(), folded: 5, repeated: 7 });
});

test('late data waits for the sink, then its hour is computed again once, up to what is closed', async () => {
  const shard = createShard();
  shard.send([hr(seconds(NOW_MS, 10))]);
  shard.send([hr(seconds(NOW_MS + 100_000, 10))]);
  shard.send([hr([NOW_MS + 500])]);
  shard.send([hr([NOW_MS + 11_500])]);
  shard.sinkAt = 3;
  await shard.emit();
  assert.deepEqual(shard.recomputes, []);
  shard.sinkAt = 4;
  await shard.emit();
  await shard.emit();
  const request = { device: 'strap', source: 'hr', fromMs: NOW_MS, untilMs: NOW_MS + 40_000, version: 4, epoch: 1 };
  assert.deepEqual(shard.recomputes, [request]);
  assert.deepEqual(shard.rows(), [
    [0, 11, 4],
    [100, 10, 2],
    [10, 1, 4],
  ]);
});

test('late data that comes while its hour is computed again is not forgotten', async () => {
  const shard = createShard();
  shard.send([hr([NOW_MS]), hr([NOW_MS + 200_000])]);
  shard.send([hr([NOW_MS + 1_000])]);
  shard.sinkAt = 2;
  shard.onRecompute = async () => {
    shard.onRecompute = async () => undefined;
    shard.send([hr([NOW_MS + 2_000])]);
  };
  await shard.emit();
  shard.sinkAt = 3;
  await shard.emit();
  assert.deepEqual(
    shard.recomputes.map(({ version }) => version),
    [2, 3],
  );
  assert.deepEqual(
    shard.rows().find(([second]) => second === 0),
    [0, 3, 3],
  );
});

test('a sink far ahead of the holder does not hide what closes and is late during a recompute', async () => {
  const shard = createShard();
  shard.send([hr([NOW_MS]), hr([NOW_MS + 200_000])]);
  shard.send([hr([NOW_MS + 1_000])]);
  shard.sinkAt = 100;
  shard.onRecompute = async () => {
    shard.onRecompute = async () => undefined;
    shard.send([hr([NOW_MS + 201_000]), hr([NOW_MS + 400_000])]);
    shard.send([hr([NOW_MS + 202_000])]);
  };
  await shard.emit();
  await shard.emit();
  assert.deepEqual(shard.rows(), [
    [0, 2, 4],
    [200, 3, 4],
    [400, 1, 3],
  ]);
});

test('an hour for which data keeps coming is computed again after a while all the same', async () => {
  const shard = createShard({ maxRecomputeDelayMs: 30_000 });
  shard.send([hr([NOW_MS]), hr([NOW_MS + 200_000])]);
  for (let i = 1; i <= 40; i++) {
    shard.send([hr([NOW_MS + 100 * i])], NOW_MS + 1_000 * i);
    shard.sinkAt = i;
    await shard.emit();
  }
  assert.deepEqual(
    shard.recomputes.map(({ version }) => version),
    [31],
  );
  shard.sinkAt = 41;
  await shard.emit();
  assert.equal(shard.rows().find(([second]) => second === 0)?.[1], 41);
});

test('ticks close the buckets of a series that fell silent, and what comes for them then is late', async () => {
  const shard = createShard({ idleMs: 600_000 });
  shard.send([hr([NOW_MS])]);
  shard.send([], NOW_MS + 599_999);
  shard.send([hr([NOW_MS + 1_000])], NOW_MS + 599_999);
  assert.equal(shard.counts.late, 0);
  shard.send([], NOW_MS + 1_200_000);
  shard.send([hr([NOW_MS + 2_000])], NOW_MS + 1_200_000);
  assert.equal(shard.counts.late, 1);
  shard.send([hr([NOW_MS + 10_000])], NOW_MS + 1_200_000);
  assert.deepEqual({ folded: shard.counts.folded, late: shard.counts.late }, { folded: 3, late: 1 });
});

test('a series that had to be forgotten is computed again when it comes back, and nothing is lost', async () => {
  const shard = createShard({ maxSeries: 16 });
  const devices = Array.from({ length: 200 }, (_, i) => `device-${i}`);
  for (const device of devices) shard.send([hr([NOW_MS], { device })]);
  for (const device of devices) shard.send([hr([NOW_MS + 1_000], { device })]);
  shard.sinkAt = 400;
  for (let i = 0; i < 40; i++) await shard.emit();
  assert.equal(shard.table.rows().length, 200);
  assert.ok(shard.table.rows().every(({ samples }) => samples === 2));
});

test('a series that was silent for long is in no checkpoint, and what comes late then is computed again', async () => {
  const shard = createShard({ forgetMs: HOUR_MS });
  shard.send([hr([NOW_MS]), hr([NOW_MS], { device: 'watch' })]);
  shard.sinkAt = 1;
  await shard.emit();
  shard.send([hr([NOW_MS + 1_800_000], { device: 'watch' })], NOW_MS + 1_800_000);
  const parts = new Map<string, Uint8Array | null>();
  const kept = () => {
    for (const [part, bytes] of shard.reducer.takeDirty()) parts.set(part, bytes);
    return ['strap', 'watch'].filter((name) => [...parts.values()].some((bytes) => Buffer.from(bytes!).includes(name)));
  };
  assert.deepEqual(kept(), ['strap', 'watch']);
  shard.send([], NOW_MS + HOUR_MS);
  assert.deepEqual(kept(), ['watch']);
  shard.send([hr([NOW_MS + 1_000])], NOW_MS + HOUR_MS);
  shard.sinkAt = 4;
  await shard.emit();
  assert.deepEqual([shard.counts.late, shard.recomputes.length], [1, 1]);
  assert.deepEqual(shard.rows()[0], [0, 2, 4], 'with what was written before');
});

test('a bucket with more boots than it can hold is left to a recompute', async () => {
  const shard = createShard();
  const boots = Array.from({ length: 20 }, (_, i) => (i + 1).toString(16).padStart(16, '0'));
  shard.send(boots.map((boot) => hr([NOW_MS], { boot })));
  shard.sinkAt = 1;
  await shard.emit();
  assert.deepEqual(shard.rows(), [[0, 20, 1]]);
  assert.equal(shard.recomputes.length, 1);
});

test('an emission runs a bounded number of recomputes, the oldest first', async () => {
  const shard = createShard({ maxRecomputesPerEmit: 2 });
  shard.send([hr([NOW_MS])]);
  for (let hour = 1; hour <= 5; hour++) shard.send([hr([NOW_MS - hour * HOUR_MS])]);
  shard.sinkAt = 6;
  const byEmit: number[][] = [];
  for (let i = 0; i < 4; i++) {
    await shard.emit();
    byEmit.push(shard.recomputes.splice(0).map(({ version }) => version));
  }
  assert.deepEqual(byEmit, [[2, 3], [4, 5], [6], []]);
});

test('a recompute that fails holds up neither the rows nor the checkpoint, and runs again', async () => {
  const shard = createShard();
  shard.send([hr([NOW_MS])]);
  shard.send([hr([NOW_MS - HOUR_MS])]);
  shard.sinkAt = 2;
  shard.onRecompute = async () => {
    throw new StoreUnavailableError('no answer');
  };
  await shard.emit();
  assert.equal(shard.failures.length, 1);
  assert.deepEqual(shard.rows(), [[0, 1, 1]]);
  shard.onRecompute = async () => undefined;
  await shard.emit();
  assert.deepEqual(shard.rows(), [
    [0, 1, 1],
    [-3600, 1, 2],
  ]);
});

test('when no more device-hours can wait, folding stops with a typed error', () => {
  const shard = createShard({ maxRecomputes: 16 });
  shard.send([hr([NOW_MS])]);
  assert.throws(() => {
    for (let hour = 1; hour <= 3; hour++) shard.send([hr([NOW_MS - hour * HOUR_MS])]);
  }, RecomputeQueueFullError);
});

test('rows of open buckets are written every few seconds, those of closed ones at once', async () => {
  const shard = createShard({ openRowsEveryMs: 5_000 });
  shard.send([hr([NOW_MS])], NOW_MS);
  await shard.emit();
  shard.send([hr([NOW_MS + 1_000])], NOW_MS + 1_000);
  await shard.emit();
  assert.deepEqual(shard.rows(), [[0, 1, 1]]);
  shard.send([hr([NOW_MS + 100_000])], NOW_MS + 2_000);
  await shard.emit();
  assert.deepEqual(shard.rows(), [[0, 2, 2]]);
  shard.send([], NOW_MS + 5_000);
  await shard.emit();
  assert.deepEqual(shard.rows(), [
    [0, 2, 2],
    [100, 1, 3],
  ]);
});

test('a message that is no batch is left out and counted; one of a newer schema stops the shard', () => {
  const shard = createShard();
  const message = messageOf(1, NOW_MS, [hr([NOW_MS])]);
  shard.reducer.apply({ ...message, data: message.data.slice(0, -1) });
  assert.deepEqual(shard.counts, { ...createRollUpCounts(), malformed: 1 });
  const header = (name: string) => (name === BATCH_HEADERS.schema ? '999' : message.header(name));
  assert.throws(() => shard.reducer.apply({ ...message, header }), /schema 999: upgrade/);
});

test('a part keeps to its bound, however many series and samples its shard has', async () => {
  const maxPartBytes = 20_000;
  const shard = createShard({ maxPartBytes });
  const fast = Array.from({ length: 1000 }, (_, i) => NOW_MS + 7 * i);
  for (let i = 0; i < 400; i++) {
    const device = `device-with-a-long-name-${i}`;
    shard.send([hr(fast, { device }), hr(seconds(NOW_MS + 20_000, 60), { device })]);
    // Rows that are written already leave no marks when their series is forgotten.
    await shard.emit();
  }
  const parts = [...shard.reducer.takeDirty().values()].map((part) => part?.length ?? 0);
  assert.equal(parts.length, 16);
  assert.ok(Math.max(...parts) < maxPartBytes + 500, `${Math.max(...parts)} bytes`);
  assert.ok(Math.min(...parts) > maxPartBytes / 4, 'the bound did not bite');
});
