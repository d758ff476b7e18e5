import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { topics } from '../../schemas/names.ts';
import { bytesOf } from './mqtt-for-tests.ts';
import { PacketReader } from './packet-reader.ts';
import type { Version } from './packets.ts';
import { PublishReader } from './publish-reader.ts';

const MAX_PACKET_BYTES = 20_000;
const DEVICE = 'watch';

const anyText = fc.string({ unit: 'grapheme', maxLength: 20 });
const anyProperties = fc.record(
  {
    payloadFormatIndicator: fc.constant(true),
    messageExpiryInterval: fc.integer({ min: 1, max: 0xffffffff }),
    contentType: anyText,
    responseTopic: fc.constantFrom('a', 'a/b'),
    correlationData: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    userProperties: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), anyText, {
      noNullPrototype: true,
      minKeys: 1,
      maxKeys: 4,
    }),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const anyTopic = fc.constantFrom(topics.frames(DEVICE), topics.framesJson(DEVICE), topics.frames('other'), 'a/b', 'x');
const anyPublish = fc
  .record({
    topic: anyTopic,
    qos: fc.constantFrom<0 | 1>(0, 1),
    messageId: fc.integer({ min: 1, max: 0xffff }),
    isDuplicate: fc.boolean(),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 0, max: 17_000 }).map((n) => new Uint8Array(n)),
    ),
    properties: anyProperties,
  })
  .map(({ isDuplicate, payload, ...rest }): Packet => {
    const dup = isDuplicate && rest.qos === 1;
    return { cmd: 'publish', retain: false, dup, payload: Buffer.from(payload), ...rest };
  });
const anyPacket: fc.Arbitrary<Packet> = fc.oneof(
  { weight: 5, arbitrary: anyPublish },
  fc.constant<Packet>({ cmd: 'pingreq' }),
  fc.constant<Packet>({ cmd: 'disconnect' }),
  fc.integer({ min: 1, max: 0xffff }).map((messageId): Packet => ({ cmd: 'puback', messageId })),
  fc.uniqueArray(fc.constantFrom('a', 'b/#', 'c'), { minLength: 1 }).map((unsubscriptions): Packet => {
    return { cmd: 'unsubscribe', messageId: 7, unsubscriptions };
  }),
);
/** Where a stream of bytes is cut: chunks of one byte, and of many packets at once. */
const anyCuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 9_000 })), {
  minLength: 1,
  maxLength: 50,
});

/** The stream in chunks, each with bytes of its own, as a socket gives them. */
function* chunksOf(bytes: Buffer, cuts: readonly number[]) {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = Math.min(bytes.length, at + cuts[i % cuts.length]);
    yield Uint8Array.from(bytes.subarray(at, end));
    at = end;
  }
}

/** What the reader makes of a stream; `holds` says after which packets it is held until the next chunk. */
function read(bytes: Buffer, cuts: readonly number[], holds: readonly boolean[] = [false]) {
  const packets: Buffer[] = [];
  let broken: string | null = null;
  let isHeld = false;
  const reader = new PacketReader(
    {
      packet(all, start, body, end) {
        assert.ok(!isHeld && broken === null, 'nothing is handed on while held, or after the end');
        assert.ok(start + 2 <= body && body <= end && end <= all.length);
        packets.push(Buffer.from(all.subarray(start, end)));
        isHeld = holds[packets.length % holds.length];
        if (isHeld) reader.hold();
      },
      broken(reason) {
        assert.equal(broken, null, 'it breaks once');
        broken = reason;
      },
    },
    MAX_PACKET_BYTES,
  );
  const release = () => {
    isHeld = false;
    reader.release();
  };
  for (const chunk of chunksOf(bytes, cuts)) {
    reader.push(chunk);
    if (isHeld) release();
  }
  // One packet of the rest at each release.
  for (let i = 0; isHeld && i <= bytes.length; i++) release();
  assert.equal(isHeld, false);
  return { packets, broken };
}

for (const version of [4, 5] as Version[]) {
  test(`version ${version}: packets come out whole, however the stream is cut and the reading held`, () => {
    const packets = fc.array(anyPacket, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(packets, anyCuts, fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }), (sent, cuts, holds) => {
        const all = sent.map((packet) => bytesOf(packet, version));
        const found = read(Buffer.concat(all), cuts, holds);
        assert.deepEqual(found, { packets: all, broken: null });
      }),
      { numRuns: 200 },
    );
  });

  test(`version ${version}: a PUBLISH says to us what it says to mqtt-packet`, () => {
    const reader = new PublishReader(DEVICE, version === 5);
    const destinations: Record<string, string> = {
      [topics.frames(DEVICE)]: 'protobuf',
      [topics.framesJson(DEVICE)]: 'json',
      [topics.frames('other')]: 'foreign_topic',
    };
    fc.assert(
      fc.property(anyPublish, (packet) => {
        const bytes = bytesOf(packet, version);
        const theirs = parse(bytes, version);
        assert.ok(theirs?.cmd === 'publish');
        const body = 2 + bytes.subarray(1).findIndex((byte) => byte < 0x80);
        assert.equal(reader.read(bytes, bytes[0], body, bytes.length), null);
        assert.deepEqual(
          [reader.qos, reader.packetId, reader.destination, bytes.subarray(reader.payload).toString('hex')],
          [
            theirs.qos,
            theirs.messageId ?? 0,
            destinations[theirs.topic] ?? 'bad_topic',
            Buffer.from(theirs.payload as Buffer).toString('hex'),
          ],
        );
      }),
      { numRuns: 500 },
    );
  });

  test(`version ${version}: a PUBLISH that is changed anywhere stays in its bounds, or ends with a reason`, () => {
    const reader = new PublishReader(DEVICE, version === 5);
    const changes = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(anyPublish, changes, fc.nat(400), (packet, changed, cut) => {
        const bytes = Buffer.from(bytesOf(packet, version));
        const body = 2 + bytes.subarray(1).findIndex((byte) => byte < 0x80);
        for (const [at, value] of changed) bytes[body + (at % (bytes.length - body))] = value;
        const end = Math.max(body, bytes.length - cut);
        const error = reader.read(bytes, bytes[0], body, end);
        if (error === null) assert.ok(reader.payload >= body && reader.payload <= end);
        else assert.ok(['malformed_packet', 'protocol_error'].includes(error.reason));
      }),
      { numRuns: 1_000 },
    );
  });
}

test('a stream of anything ends in packets that lie in it, or with a reason, however it is cut', () => {
  const garbage = fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(garbage, anyCuts, anyCuts, (bytes, cuts, otherCuts) => {
      const found = read(bytes, cuts);
      assert.ok(Buffer.concat(found.packets).equals(bytes.subarray(0, Buffer.concat(found.packets).length)));
      assert.deepEqual(read(bytes, otherCuts), found);
    }),
    { numRuns: 500 },
  );
});

test('a packet over the limit is broken as soon as its length is known, and is not kept', () => {
  const tooLong = bytesOf(
    { cmd: 'publish', topic: 'a', payload: Buffer.alloc(MAX_PACKET_BYTES), qos: 0, dup: false, retain: false },
    4,
  );
  for (const cuts of [[1], [4], [100_000]]) {
    assert.deepEqual(read(tooLong.subarray(0, 4), cuts), { packets: [], broken: 'packet_too_large' });
  }
});

function parse(bytes: Buffer, version: Version): Packet | undefined {
  const found: Packet[] = [];
  const parser = mqttPacket.parser({ protocolVersion: version });
  parser.on('packet', (packet) => found.push(packet));
  parser.on('error', (err) => assert.fail(err));
  parser.parse(bytes);
  return found[0];
}
