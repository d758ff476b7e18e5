import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBatch } from '../../schemas/batch/reader.ts';
import { MAX_DEVICE_TIME_MS } from '../../schemas/clock-offset.ts';
import { encodeFrame, type SensorFrame } from '../../schemas/frame/encode.ts';
import type { DeadReason } from '../../schemas/reasons.ts';
import { createDecodeFrames } from './decode-frames.ts';
import { DEAD, type DecodeResult, type DecodeTask, PARKED, type Sender } from './task.ts';

const NOW_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const BOOT = '00000000000000ff';
const watch: Sender = { device: 'watch', athlete: 'ann', shard: 3, importer: false };

function frame(over: Partial<SensorFrame> = {}): SensorFrame {
  const timesMs = over.timesMs ?? [NOW_MS - 2000, NOW_MS - 1000];
  const columns = over.columns ?? { heart_rate: timesMs.map((_, i) => 100 + i) };
  return { device: 'watch', boot: BOOT, seq: 1, source: 'hr', ...over, timesMs, columns };
}

function createDecoder(maxBatchBytes = 65_536) {
  return createDecodeFrames({
    maxBatchBytes,
    maxAgeMs: HOUR_MS,
    maxFutureMs: 60_000,
    maxClockJumpMs: 30_000,
    maxDevices: 100,
  });
}

function taskOf(bodies: readonly Uint8Array[], over: Partial<DecodeTask> & { sender?: Sender } = {}): DecodeTask {
  const bytes = new Uint8Array(Buffer.concat(bodies));
  let end = 0;
  return {
    bytes: bytes.buffer,
    ends: Uint32Array.from(bodies, (body) => {
      end += body.length;
      return end;
    }),
    encodings: new Uint8Array(bodies.length),
    senderOf: new Uint32Array(bodies.length),
    senders: [over.sender ?? watch],
    receivedMs: NOW_MS,
    offsets: [{ device: 'watch', bootHex: BOOT, offsetMs: 0, validUntilMs: NOW_MS + HOUR_MS }],
    ...over,
  };
}

const tasksOf = (frames: readonly SensorFrame[], over = {}) => taskOf(frames.map(encodeFrame), over);

function reasonsOf(result: DecodeResult): (DeadReason | 'stored' | 'parked')[] {
  return Array.from(result.batchOf, (batch, i) => {
    if (batch === PARKED) return 'parked';
    return batch === DEAD ? result.dead.find((dead) => dead.frame === i)!.reason : 'stored';
  });
}

test('frames of one shard become one block with event time corrected', () => {
  const offsets = [{ device: 'watch', bootHex: BOOT, offsetMs: 500, validUntilMs: NOW_MS + HOUR_MS }];
  const result = createDecoder()(tasksOf([frame(), frame({ seq: 2, timesMs: [NOW_MS - 500] })], { offsets }));
  assert.deepEqual(reasonsOf(result), ['stored', 'stored']);
  const [{ block, ...batch }] = result.batches;
  assert.deepEqual(batch, { shard: 3, kind: 'samples', frames: 2, samples: 3, nulled: 0 });
  const rows = readBatch('samples', block);
  assert.deepEqual([...rows.tsMs], [NOW_MS - 1500, NOW_MS - 500, NOW_MS]);
  assert.deepEqual([...rows.deviceTimeMs], [NOW_MS - 2000, NOW_MS - 1000, NOW_MS - 500]);
  assert.deepEqual(rows.athlete.keys, ['ann']);
});

test('RR frames have a block of their own', () => {
  const rr = frame({ seq: 2, source: 'rr', columns: { rr: [8000, 8100] } });
  const result = createDecoder()(tasksOf([frame(), rr]));
  assert.deepEqual(
    result.batches.map(({ kind, samples }) => ({ kind, samples })),
    [
      { kind: 'samples', samples: 2 },
      { kind: 'rr', samples: 2 },
    ],
  );
});

test('a block is closed at its limit and the next frame opens another', () => {
  const frames = Array.from({ length: 10 }, (_, i) => frame({ seq: i + 1, timesMs: [NOW_MS - 1000 + i] }));
  const result = createDecoder(300)(tasksOf(frames));
  assert.equal(result.batches.length, 3);
  assert.deepEqual([...result.batchOf], [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]);
  assert.deepEqual(
    result.batches.map((batch) => batch.frames),
    [4, 4, 2],
  );
});

test('a boot without a known correction is parked with its clock, then stored with what the bucket holds', () => {
  const decode = createDecoder();
  const behind = encodeFrame(frame({ sentMs: NOW_MS - 5000 }));
  const first = decode(taskOf([behind], { offsets: [] }));
  assert.deepEqual(reasonsOf(first), ['parked']);
  const clock = { receivedMs: NOW_MS, sentMs: NOW_MS - 5000, lastTimeMs: NOW_MS - 1000 };
  assert.deepEqual(first.parked[0].clock, clock);
  assert.equal(first.parked[0].bootHex, BOOT);
  assert.deepEqual(Buffer.from(first.parked[0].bytes), Buffer.from(behind));
  const offsets = [{ device: 'watch', bootHex: BOOT, offsetMs: 4000, validUntilMs: NOW_MS + 1 }];
  const second = decode(taskOf([behind], { offsets }));
  assert.deepEqual([...readBatch('samples', second.batches[0].block).tsMs], [NOW_MS + 2000, NOW_MS + 3000]);
  const later = decode(taskOf([encodeFrame(frame({ seq: 2 }))], { offsets: [], receivedMs: NOW_MS + 1 }));
  assert.deepEqual(reasonsOf(later), ['parked'], 'a correction is asked for again when it is no longer valid');
});

test('each broken rule has its reason and the bytes are kept', () => {
  const cases: [string, SensorFrame, Partial<Sender>?][] = [
    ['foreign_device', frame({ device: 'other' })],
    ['bad_source', frame({ source: 'GPS' })],
    ['bad_source', frame({ source: 'file:0123abcd' })],
    ['bad_source', frame({ source: 'file:xyz' }), { importer: true }],
    ['frame_too_old', frame({ timesMs: [NOW_MS - HOUR_MS - 1, NOW_MS] })],
    ['frame_from_future', frame({ timesMs: [NOW_MS, NOW_MS + 60_001] })],
    ['frame_from_future', frame({ timesMs: [MAX_DEVICE_TIME_MS + 1], sentMs: MAX_DEVICE_TIME_MS + 1 })],
    ['frame_from_future', frame({ source: 'file:0123abcd', timesMs: [MAX_DEVICE_TIME_MS + 1] }), { importer: true }],
    ['times_not_increasing', frame({ timesMs: [NOW_MS, NOW_MS] })],
    ['stored', frame({ source: 'file:0123abcd', timesMs: [1000] }), { importer: true }],
  ];
  for (const [reason, sent, sender] of cases) {
    const bytes = encodeFrame(sent);
    const result = createDecoder()(taskOf([bytes], { sender: { ...watch, ...sender } }));
    assert.deepEqual(reasonsOf(result), [reason]);
    if (reason !== 'stored') assert.deepEqual(Buffer.from(result.dead[0].bytes), Buffer.from(bytes));
  }
});

test('the same frame again is stored again, the same seq with other values is a conflict', () => {
  const decode = createDecoder();
  const other = frame({ columns: { heart_rate: [1, 2].map((n) => 90 + n) } });
  assert.deepEqual(reasonsOf(decode(tasksOf([frame(), frame(), other, frame({ seq: 2 })]))), [
    'stored',
    'stored',
    'frame_conflict',
    'stored',
  ]);
});

test('the seventeenth source of a device is dead, the first sixteen go on', () => {
  const tooOld = frame({ seq: 99, source: 'old', timesMs: [NOW_MS - 2 * HOUR_MS] });
  const frames = Array.from({ length: 17 }, (_, i) => frame({ seq: i + 1, source: `s${i}` }));
  const [first, ...reasons] = reasonsOf(createDecoder()(tasksOf([tooOld, ...frames, frames[3]])));
  assert.equal(first, 'frame_too_old', 'a dead frame uses up no source');
  assert.deepEqual(reasons.slice(0, 16), Array(16).fill('stored'));
  assert.deepEqual(reasons.slice(16), ['too_many_sources', 'stored']);
});

test('a clock that jumps within a boot is counted', () => {
  const decode = createDecoder();
  const frames = [frame({ sentMs: NOW_MS }), frame({ seq: 2, sentMs: NOW_MS - 31_000 })];
  assert.equal(decode(tasksOf(frames)).clockJumps, 1);
});

test('a task that throws leaves nothing behind for the next one', () => {
  const decode = createDecoder();
  const frames = [frame(), frame({ seq: 2 })];
  assert.throws(() => decode(tasksOf(frames, { senderOf: Uint32Array.of(0, 7) })), TypeError);
  const result = decode(tasksOf([frame({ seq: 3, timesMs: [NOW_MS - 500] })]));
  assert.deepEqual(reasonsOf(result), ['stored']);
  const batches = result.batches.map(({ block, ...batch }) => ({ ...batch, rows: readBatch('samples', block).rows }));
  assert.deepEqual(batches, [{ shard: 3, kind: 'samples', frames: 1, samples: 1, nulled: 0, rows: 1 }]);
});
