import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { RR_CHANNEL } from '../channels.ts';
import { EVENT_TYPES, eventCode, sportCode } from '../events.ts';
import { columnsOf, contentHash, type FrameColumns, MAX_SAMPLES_PER_FRAME } from './columns.ts';
import { createFrameDecoder, frameProto } from './decode.ts';
import { encodeFrame, type SensorFrame } from './encode.ts';
import { anyFrame } from './frame.arbitrary.ts';
import { jsonFrameToProtobuf } from './json.ts';

const protoFile = new URL('./frame.proto', import.meta.url);
const SensorFrameType = protobuf
  .parse(readFileSync(protoFile, 'utf8'), { keepCase: true })
  .root.lookupType('slipstream.v1.SensorFrame');

/** The decoder's columns as the frame that went in, to compare whole records. */
function asFrame(frame: FrameColumns) {
  return {
    device: frame.device,
    boot: (frame.bootHigh >>> 0).toString(16).padStart(8, '0') + (frame.bootLow >>> 0).toString(16).padStart(8, '0'),
    seq: frame.seq,
    source: frame.source,
    sentMs: Number.isNaN(frame.sentMs) ? undefined : frame.sentMs,
    timesMs: [...frame.timesMs.subarray(0, frame.count)],
    columns: Object.fromEntries(
      columnsOf(frame)
        .filter((column) => column.present)
        .map(({ channel, values, missing }) => [
          channel.name,
          Array.from({ length: frame.count }, (_, i) => (missing[i] ? null : values[i])),
        ]),
    ),
  };
}

const decoder = createFrameDecoder();
const decode = (bytes: Uint8Array) => decoder.decode(bytes, 0, bytes.length);
const base: SensorFrame = {
  device: 'watch-1',
  boot: '00000000000000ff',
  seq: 1,
  source: 'gps',
  timesMs: [1000, 2000],
  columns: { heart_rate: [60, 61] },
};

test('frame.proto is made from the channel table', () => {
  assert.equal(readFileSync(protoFile, 'utf8'), frameProto());
});

test('a decoded frame is the frame that was encoded', () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      assert.equal(decode(encodeFrame(frame)), null);
      assert.deepEqual(asFrame(decoder.frame), { ...frame, sentMs: frame.sentMs });
    }),
  );
});

test('protobufjs reads what the encoder writes, and the decoder reads what protobufjs writes', () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      const message = SensorFrameType.decode(encodeFrame(frame));
      assert.equal(decode(SensorFrameType.encode(message).finish()), null);
      assert.deepEqual(asFrame(decoder.frame), frame);
    }),
  );
});

test('no bytes make the decoder throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const reason = decode(bytes);
      assert.ok(reason === null || typeof reason === 'string');
    }),
  );
  fc.assert(
    fc.property(anyFrame, fc.nat(), fc.integer({ min: 0, max: 255 }), (frame, at, byte) => {
      const bytes = encodeFrame(frame).slice();
      bytes[at % bytes.length] = byte;
      decode(bytes);
    }),
  );
});

test('a JSON body becomes the same frame', () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      const { timesMs, columns, ...rest } = frame;
      const dtMs = timesMs.map((timeMs, i) => (i === 0 ? 0 : timeMs - timesMs[i - 1]));
      const bytes = jsonFrameToProtobuf(Buffer.from(JSON.stringify({ ...rest, baseMs: timesMs[0], dtMs, ...columns })));
      assert.ok(bytes instanceof Uint8Array);
      assert.equal(decode(bytes), null);
      assert.deepEqual(asFrame(decoder.frame), frame);
    }),
  );
});

test('RR intervals are frames of their own', () => {
  assert.equal(decode(encodeFrame({ ...base, source: 'rr', columns: { rr: [8000, 8100] } })), null);
  assert.deepEqual(asFrame(decoder.frame).columns, { rr: [8000, 8100] });
  assert.equal(decoder.frame.columns.rr[0].channel, RR_CHANNEL);
  assert.equal(decode(encodeFrame({ ...base, columns: { rr: [8000, 8100] } })), 'bad_source');
  assert.equal(decode(encodeFrame({ ...base, source: 'rr' })), 'bad_source');
  const events = { event: [eventCode('start'), eventCode('lap')], sport: [sportCode('trail_run'), null] };
  assert.equal(decode(encodeFrame({ ...base, source: 'file:0123abcd:events', columns: events })), null);
  assert.deepEqual(asFrame(decoder.frame).columns, events);
  assert.equal(decode(encodeFrame({ ...base, source: 'events' })), 'bad_source');
  const unknown = { event: [eventCode('lap'), EVENT_TYPES.length + 1] };
  assert.equal(decode(encodeFrame({ ...base, source: 'events', columns: unknown })), 'value_out_of_range');
});

test('a value outside the limits of its channel is NULL and counted, a position makes the frame dead', () => {
  assert.equal(decode(encodeFrame({ ...base, columns: { heart_rate: [60, 999] } })), null);
  assert.deepEqual(asFrame(decoder.frame).columns, { heart_rate: [60, null] });
  assert.equal(decoder.frame.nulled, 1);
  assert.equal(decode(encodeFrame({ ...base, columns: { latitude: [0, 900_000_001] } })), 'value_out_of_range');
});

test('each malformed frame has its reason', () => {
  const bytes = Buffer.from(encodeFrame(base));
  const cases: [string, Uint8Array][] = [
    ['undecodable_frame', bytes.subarray(0, bytes.length - 1)],
    ['unknown_field', Buffer.concat([bytes, Buffer.from([0xf8, 0x3f, 1])])],
    ['no_identity', encodeFrame({ ...base, seq: 0 })],
    ['no_identity', encodeFrame({ ...base, device: '' })],
    ['column_length', encodeFrame({ ...base, columns: { heart_rate: [60] } })],
    ['empty_frame', encodeFrame({ ...base, columns: {} })],
    ['times_not_increasing', encodeFrame({ ...base, timesMs: [1000, 1000] })],
    [
      'frame_too_large',
      encodeFrame({ ...base, timesMs: Array.from({ length: MAX_SAMPLES_PER_FRAME + 1 }, (_, i) => i + 1) }),
    ],
  ];
  for (const [reason, frame] of cases) assert.equal(decode(frame), reason);
  assert.equal(decode(encodeFrame(base)), null, 'the decoder goes on after each of them');
});

test('each malformed JSON body has its reason', () => {
  const body = { device: 'w', boot: '00000000000000ff', seq: 1, source: 'hr', baseMs: 5, dtMs: [0], heart_rate: [60] };
  const reasonOf = (value: unknown) => jsonFrameToProtobuf(Buffer.from(JSON.stringify(value)));
  assert.equal(jsonFrameToProtobuf(Buffer.from('{')), 'undecodable_frame');
  assert.equal(reasonOf([body]), 'undecodable_frame');
  assert.equal(reasonOf({ ...body, boot: 'ff' }), 'no_identity');
  assert.equal(reasonOf({ ...body, pulse: [1] }), 'unknown_field');
  assert.equal(reasonOf({ ...body, heart_rate: ['60'] }), 'undecodable_frame');
  assert.equal(reasonOf({ ...body, dtMs: [-1] }), 'undecodable_frame');
});

test('the content hash tells frames apart, but not when they were sent', () => {
  const hashOf = (frame: SensorFrame) => {
    assert.equal(decode(encodeFrame(frame)), null);
    return contentHash(decoder.frame);
  };
  assert.equal(hashOf(base), hashOf({ ...base, sentMs: 77 }));
  for (const other of [
    { ...base, columns: { heart_rate: [60, 62] } },
    { ...base, columns: { heart_rate: [60, null] } },
    { ...base, columns: { power: [60, 61] } },
    { ...base, timesMs: [1000, 2001] },
    { ...base, source: 'hr' },
  ]) {
    assert.notEqual(hashOf(base), hashOf(other));
  }
});
