import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CHANNELS, channelIndex } from '../channels.ts';
import { createFrameDecoder } from '../frame/decode.ts';
import { encodeFrame, type SensorFrame } from '../frame/encode.ts';
import { anyFrame } from '../frame/frame.arbitrary.ts';
import { bootToHex } from '../identity.ts';
import { BatchError } from './block-map.ts';
import { readBatch } from './reader.ts';
import { createBatchWriter } from './writer.ts';

const decoder = createFrameDecoder();

function blockOf(frames: readonly SensorFrame[], offsetMs = 0): Uint8Array {
  const writer = createBatchWriter('samples');
  for (const frame of frames) {
    const bytes = encodeFrame(frame);
    assert.equal(decoder.decode(bytes, 0, bytes.length), null);
    writer.append(decoder.frame, `athlete of ${frame.device}`, offsetMs);
  }
  return writer.take();
}

/** Every row of a frame, as the batch should hold it. */
function rowsOf(frame: SensorFrame, offsetMs: number) {
  return frame.timesMs.map((timeMs, i) => ({
    device: frame.device,
    athlete: `athlete of ${frame.device}`,
    source: frame.source,
    boot: frame.boot,
    seq: frame.seq,
    timeMs,
    tsMs: timeMs + offsetMs,
    values: CHANNELS.map(({ name }) => frame.columns[name]?.[i] ?? null),
  }));
}

function readRows(bytes: Uint8Array) {
  const batch = readBatch('samples', bytes);
  return Array.from({ length: batch.rows }, (_, i) => ({
    device: batch.device.keys[batch.device.index[i]],
    athlete: batch.athlete.keys[batch.athlete.index[i]],
    source: batch.source.keys[batch.source.index[i]],
    boot: bootToHex(batch.boot[2 * i], batch.boot[2 * i + 1]),
    seq: batch.seq[2 * i] + batch.seq[2 * i + 1] * 2 ** 32,
    timeMs: batch.deviceTimeMs[i],
    tsMs: batch.tsMs[i],
    values: batch.channels.map((column) => (column === null || column.nulls[i] ? null : column.values[i])),
  }));
}

test('a batch holds every sample of its frames, in order', () => {
  fc.assert(
    fc.property(
      fc.array(anyFrame, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: -1e9, max: 1e9 }),
      (frames, o) => {
        assert.deepEqual(
          readRows(blockOf(frames, o)),
          frames.flatMap((frame) => rowsOf(frame, o)),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('a channel that no row carries is left out, and the writer is empty after each block', () => {
  const frame: SensorFrame = {
    device: 'a',
    boot: '00000000000000ff',
    seq: 1,
    source: 'hr',
    timesMs: [1],
    columns: { heart_rate: [60] },
  };
  const writer = createBatchWriter('samples');
  const carried: SensorFrame['columns'][] = [{ heart_rate: [60] }, { power: [200] }];
  for (const columns of carried) {
    const bytes = encodeFrame({ ...frame, columns });
    assert.equal(decoder.decode(bytes, 0, bytes.length), null);
    writer.append(decoder.frame, '', 0);
    const batch = readBatch('samples', writer.take());
    const present = CHANNELS.filter((_, i) => batch.channels[i] !== null).map(({ name }) => name);
    assert.deepEqual(present, Object.keys(columns));
    assert.equal(writer.rows, 0);
  }
  assert.throws(() => writer.take(), RangeError);
});

test('a batch that ends early, runs over or has an unknown column is refused', () => {
  const frame: SensorFrame = {
    device: 'a',
    boot: '00000000000000ff',
    seq: 1,
    source: 'hr',
    timesMs: [1, 2],
    columns: { heart_rate: [60, 61] },
  };
  const block = Buffer.from(blockOf([frame]));
  assert.equal(readBatch('samples', block).channels[channelIndex('heart_rate')]?.values[1], 61);
  for (let end = 0; end < block.length; end++) {
    assert.throws(() => readBatch('samples', block.subarray(0, end)), BatchError);
  }
  assert.throws(() => readBatch('samples', Buffer.concat([block, Buffer.from([0])])), BatchError);
  assert.throws(() => readBatch('rr', block), BatchError);
});
