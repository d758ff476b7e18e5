import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFrameDecoder } from '../frame/decode.ts';
import { encodeFrame, type SensorFrame } from '../frame/encode.ts';
import { anyFrame } from '../frame/frame.arbitrary.ts';
import { BatchError } from './block-map.ts';
import { createBlockJoiner } from './joiner.ts';
import { readBatch } from './reader.ts';
import { createBatchWriter } from './writer.ts';

const decoder = createFrameDecoder();

function blockOf(frames: readonly SensorFrame[]): Uint8Array {
  const writer = createBatchWriter('samples');
  for (const frame of frames) {
    const bytes = encodeFrame(frame);
    assert.equal(decoder.decode(bytes, 0, bytes.length), null);
    writer.append(decoder.frame, `athlete of ${frame.device}`, 500);
  }
  return writer.take();
}

/** Every value of every row, texts as texts. */
function readRows(block: Uint8Array): unknown[] {
  const { rows, device, athlete, source, firmware, channels, ...longs } = readBatch('samples', block);
  return Array.from({ length: rows }, (_, row) => ({
    texts: [device, athlete, source, firmware].map(({ keys, index }) => keys[index[row]]),
    boot: [...longs.boot.subarray(2 * row, 2 * row + 2)],
    seq: [...longs.seq.subarray(2 * row, 2 * row + 2)],
    times: [longs.deviceTimeMs[row], longs.tsMs[row]],
    values: channels.map((column) => (column === null || column.nulls[row] === 1 ? null : column.values[row])),
  }));
}

const frameOf = (device: string, columns: SensorFrame['columns']): SensorFrame => ({
  device,
  boot: '00000000000000ff',
  seq: 1,
  source: 'hr',
  timesMs: [1_000],
  columns,
});

test('the joined block holds the rows of all blocks, in order, whatever columns each of them has', () => {
  const join = createBlockJoiner('samples');
  const blocks = fc.array(fc.array(anyFrame, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(blocks, (framesOf) => {
      const parts = framesOf.map(blockOf);
      assert.deepEqual(readRows(join(parts)), parts.flatMap(readRows));
    }),
    { numRuns: 30 },
  );
});

test('indexes get wider with the keys: 300 devices take two bytes, 70,000 take four', () => {
  const [join, joinAgain] = [createBlockJoiner('samples'), createBlockJoiner('samples')];
  for (const devices of [300, 70_000]) {
    const frames = Array.from({ length: devices }, (_, i) => frameOf(`watch-${i}`, { heart_rate: [60] }));
    const blocks = [blockOf(frames.slice(0, devices / 2)), blockOf(frames.slice(devices / 2))];
    const { device } = readBatch('samples', join(blocks));
    assert.deepEqual(
      Array.from(device.index, (index) => device.keys[index]),
      frames.map((frame) => frame.device),
    );
    const whole = readBatch('samples', joinAgain([join(blocks), blockOf(frames)]));
    assert.equal(whole.rows, 2 * devices);
    assert.equal(whole.device.keys[whole.device.index[2 * devices - 1]], `watch-${devices - 1}`);
  }
});

test('blocks that end early, or whose rows name a text that is not there, are refused', () => {
  const join = createBlockJoiner('samples');
  const good = blockOf([frameOf('a', { heart_rate: [60] }), frameOf('b', { power: [200] })]);
  assert.throws(() => join([good, good.subarray(0, good.length - 1)]), BatchError);
  const bad = Buffer.from(good);
  const [zero, one] = [Buffer.from([0, 1]), bad.indexOf('athlete') - 1];
  // The last bytes of the first column are the indexes of its two rows.
  assert.deepEqual(bad.subarray(one - 2, one), zero);
  bad[one - 1] = 9;
  assert.throws(() => join([good, bad]), BatchError);
});
