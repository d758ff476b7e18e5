import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIlpEncoder } from '../../../processors/questdb/ilp-encoder.ts';
import { readBatch } from '../../../schemas/batch/reader.ts';
import { createBatchWriter } from '../../../schemas/batch/writer.ts';
import { createFrameDecoder } from '../../../schemas/frame/decode.ts';
import { encodeFrame, type SensorFrame } from '../../../schemas/frame/encode.ts';
import { createClientRows } from './questdb-rows.ts';

const CONTENTS: SensorFrame['columns'][] = [{ heart_rate: [60, null] }, { latitude: [-5, 456814063], power: [0, 250] }];

test('both ways write the same lines, but for the unit of time and the upper half of a boot', async () => {
  const decoder = createFrameDecoder();
  const writer = createBatchWriter('samples');
  for (const [seq, columns] of CONTENTS.entries()) {
    const timesMs = [1_700_000_000_000 + seq * 10_000, 1_700_000_001_000 + seq * 10_000];
    const frame = { device: 'a', boot: '0000000000000007', seq: seq + 1, source: 'gps', timesMs, columns };
    const bytes = encodeFrame(frame);
    assert.equal(decoder.decode(bytes, 0, bytes.length), null);
    writer.append(decoder.frame, '', -250);
  }
  const batch = readBatch('samples', writer.take());
  const encoder = createIlpEncoder();
  encoder.appendBatch(batch, 0);
  const client = await createClientRows();
  client.append(batch);
  const inNanoseconds = (text: string) => text.replaceAll(/ (\d+)m$/gm, ' $1000000');
  const lines = (bytes: Buffer) => inNanoseconds(bytes.toString('latin1')).trimEnd().split('\n');
  assert.equal(lines(encoder.bytes()).length, 4);
  assert.deepEqual(lines(client.bytes()), lines(encoder.bytes()));
  client.clear();
  assert.equal(client.bytes().length, 0);
});
