import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readBatch } from '../../schemas/batch/reader.ts';
import { createBatchWriter } from '../../schemas/batch/writer.ts';
import { createFrameDecoder } from '../../schemas/frame/decode.ts';
import { encodeFrame, type SensorFrame } from '../../schemas/frame/encode.ts';
import { anyFrame } from '../../schemas/frame/frame.arbitrary.ts';
import { rowsOf } from '../batch-rows.ts';
import { StoreRefusedError } from '../sink.ts';
import { createIlpEncoder } from './ilp-encoder.ts';

const decoder = createFrameDecoder();

function blockOf(frames: readonly SensorFrame[], offsetMs = 0): Uint8Array {
  const writer = createBatchWriter('samples');
  for (const frame of frames) {
    const bytes = encodeFrame(frame);
    assert.equal(decoder.decode(bytes, 0, bytes.length), null);
    writer.append(decoder.frame, 'an athlete', offsetMs);
  }
  return writer.take();
}

/** Line protocol as its specification has it, for lines without escapes. */
function parseLine(line: string) {
  const [head, fields, time] = line.split(' ');
  const [table, ...tags] = head.split(',');
  const pairs = (parts: string[]) => Object.fromEntries(parts.map((part) => part.split('=')));
  const integers = Object.entries<string>(pairs(fields.split(','))).map(([name, text]) => {
    assert.match(text, /^(0|-?[1-9]\d*)i$/);
    return [name, BigInt(text.slice(0, -1))];
  });
  assert.match(time, /^\d+m$/);
  return { table, tags: pairs(tags), fields: Object.fromEntries(integers), timeMs: Number(time.slice(0, -1)) };
}

function linesOf(text: string) {
  assert.ok(text === '' || text.endsWith('\n'));
  return text.split('\n').slice(0, -1).map(parseLine);
}

function expectedLines(block: Uint8Array, oldestMs: number) {
  return rowsOf({ kind: 'samples', payload: block })
    .filter((row) => row.tsMs >= oldestMs)
    .map((row) => ({
      table: 'samples',
      tags: { series: `${row.device}/${row.source}` },
      fields: {
        boot: BigInt.asIntN(64, BigInt(`0x${row.boot}`)),
        seq: BigInt(row.seq),
        offset_ms: BigInt(row.tsMs - row.deviceTimeMs),
        ...Object.fromEntries(Object.entries(row.values).map(([name, value]) => [name, BigInt(value)])),
      },
      timeMs: row.tsMs,
    }));
}

test('what is encoded, parsed again, is the batch', () => {
  // One encoder for all runs: its buffer and its caches are used again, as in the sink.
  const encoder = createIlpEncoder();
  fc.assert(
    fc.property(fc.array(anyFrame, { minLength: 1, maxLength: 30 }), fc.integer({ min: 0, max: 1e9 }), (frames, o) => {
      const block = blockOf(frames, o);
      const batch = readBatch('samples', block);
      encoder.clear();
      assert.equal(encoder.appendBatch(batch, 0), batch.rows);
      assert.deepEqual(linesOf(encoder.bytes().toString('latin1')), expectedLines(block, 0));
    }),
    { numRuns: 100 },
  );
});

test('rows older than the store keeps are left out', () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 2e12 }), (frames, o) => {
      const block = blockOf(frames);
      const encoder = createIlpEncoder();
      const expected = expectedLines(block, o);
      assert.equal(encoder.appendBatch(readBatch('samples', block), o), expected.length);
      assert.deepEqual(linesOf(encoder.bytes().toString('latin1')), expected);
    }),
  );
});

test('a line of the ledger has its counts and the time at which ingest received the batch', () => {
  const encoder = createIlpEncoder();
  const message = {
    seq: 9,
    kind: 'rr',
    payload: new Uint8Array(),
    instance: '00112233445566ff',
    shard: 15,
    batch: 123_456_789_012,
    frames: 2,
    samples: 20,
    nulled: 1,
    receivedMs: 1_800_000_000_123,
  } as const;
  encoder.appendLedger(message, { refused: 0, expired: 3 });
  assert.deepEqual(linesOf(encoder.bytes().toString()), [
    {
      table: 'ledger',
      tags: { instance: '00112233445566ff', kind: 'rr' },
      fields: { shard: 15n, batch: 123_456_789_012n, frames: 2n, samples: 20n, refused: 0n, expired: 3n },
      timeMs: 1_800_000_000_123,
    },
  ]);
});

test('a device or source that is not one is refused before it can become a line of its own', () => {
  const batch = readBatch(
    'samples',
    blockOf([{ device: 'a', boot: '00000000000000ff', seq: 1, source: 'hr', timesMs: [1], columns: { power: [1] } }]),
  );
  const encoder = createIlpEncoder();
  const device = { ...batch.device, keys: ['a b=1i 1\nsamples'] };
  assert.throws(() => encoder.appendBatch({ ...batch, device }, 0), StoreRefusedError);
  const source = { ...batch.source, keys: ['HR,'] };
  assert.throws(() => encoder.appendBatch({ ...batch, source }, 0), StoreRefusedError);
});
