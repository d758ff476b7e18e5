import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isForLater, REASON_NAMES } from './reasons.ts';
import {
  type Ack,
  ackOf,
  encodeAcks,
  encodeCommand,
  encodeCommandMessage,
  encodeFrameMessage,
  encodeGoodbye,
  encodeHello,
  encodeSlowDown,
  encodeWelcome,
  readDown,
  readUp,
} from './websocket-framing.ts';

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const identity = fc.record({ bootLow: u32, bootHigh: u32, seq: fc.maxSafeNat() }, { noNullPrototype: true });
const anyAck = fc
  .tuple(u32, identity, fc.option(fc.constantFrom(...REASON_NAMES)))
  .map(([ordinal, frame, reason]) => ackOf(ordinal, frame, reason));
const anyClient = fc.stringMatching(/^[A-Za-z0-9_-]{0,64}$/);
const anyCommand = fc.record(
  { name: fc.stringMatching(/^[a-z]{1,8}(\/[a-z0-9]{1,8}){0,3}$/), payload: fc.uint8Array() },
  { noNullPrototype: true },
);

test('a device reads every message as the server wrote it', () => {
  fc.assert(
    fc.property(fc.array(anyAck, { minLength: 1, maxLength: 40 }), (acks) => {
      assert.deepEqual(readDown(encodeAcks(acks)), { kind: 'acks', acks });
    }),
  );
  fc.assert(
    fc.property(u32, u32, fc.constantFrom(...REASON_NAMES), anyCommand, (one, other, reason, command) => {
      const welcome = { maxInFlightFrames: one, maxMessageBytes: other };
      assert.deepEqual(readDown(encodeWelcome(welcome)), { kind: 'welcome', ...welcome });
      assert.deepEqual(readDown(encodeSlowDown(one)), { kind: 'slow-down', forMs: one });
      assert.deepEqual(readDown(encodeGoodbye(reason)), { kind: 'goodbye', reason });
      const read = readDown(encodeCommandMessage(encodeCommand(command)));
      assert.ok(read?.kind === 'command');
      assert.deepEqual({ ...read.command, payload: new Uint8Array(read.command.payload) }, command);
    }),
  );
});

test('the server reads every message as the device wrote it', () => {
  fc.assert(
    fc.property(anyClient, fc.string(), (client, token) => {
      // A lone half of a pair has no UTF-8, and no token has one.
      fc.pre(token.isWellFormed());
      assert.deepEqual(readUp(encodeHello({ client, token })), { kind: 'hello', client, token });
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom('protobuf', 'json'), fc.uint8Array(), (encoding, body) => {
      const read = readUp(encodeFrameMessage(encoding, body));
      assert.ok(typeof read !== 'string' && read.kind === 'frame');
      assert.deepEqual({ ...read, body: new Uint8Array(read.body) }, { kind: 'frame', encoding, body });
    }),
  );
});

test('no bytes make a reader throw or read beyond them', () => {
  const firstBytes = fc.constantFrom(0x01, 0x02, 0x03, 0x81, 0x82, 0x83, 0x84, 0x85, 0x00, 0xff);
  fc.assert(
    fc.property(firstBytes, fc.uint8Array({ maxLength: 80 }), (first, rest) => {
      const around = Buffer.concat([Buffer.from([first]), rest, Buffer.alloc(300, 0x41)]);
      const message = around.subarray(0, 1 + rest.length);
      const alone = Buffer.allocUnsafeSlow(message.length);
      message.copy(alone);
      assert.deepEqual(readDown(message), readDown(alone));
      assert.deepEqual(readUp(message), readUp(alone));
    }),
    { numRuns: 1_000 },
  );
});

test('a message that is cut off is no message', () => {
  const ack: Ack = ackOf(7, { bootLow: 1, bootHigh: 2, seq: 3 }, 'frame_too_old');
  const messages = [encodeAcks([ack]), encodeWelcome({ maxInFlightFrames: 1, maxMessageBytes: 1 }), encodeSlowDown(9)];
  for (const message of messages) {
    for (let length = 0; length < message.length; length++) assert.equal(readDown(message.subarray(0, length)), null);
  }
  assert.equal(readUp(new Uint8Array(0)), 'malformed_packet');
  const hello = encodeHello({ client: 'phone', token: '' });
  for (let length = 1; length < hello.length; length++)
    assert.equal(readUp(hello.subarray(0, length)), 'malformed_packet');
});

test('another version is told from a broken hello, and unknown messages up from unknown ones down', () => {
  assert.equal(readUp(Buffer.from([0x01, 2])), 'not_supported');
  assert.equal(readUp(Buffer.from([0x01, 1, 1, 0x20])), 'malformed_packet');
  assert.equal(readUp(Buffer.from([0x04, 1])), 'protocol_error');
  assert.deepEqual(readDown(Buffer.from([0x90, 1])), { kind: 'unknown' });
  const longer = Buffer.concat([encodeWelcome({ maxInFlightFrames: 5, maxMessageBytes: 6 }), Buffer.from('more')]);
  assert.deepEqual(readDown(longer), { kind: 'welcome', maxInFlightFrames: 5, maxMessageBytes: 6 });
  assert.throws(() => encodeHello({ client: 'a phone', token: '' }), RangeError);
});

test("an ack's status says whether the device keeps the frame", () => {
  const frame = { bootLow: 1, bootHigh: 0, seq: 1 };
  assert.deepEqual(ackOf(0, frame, null), { ordinal: 0, ...frame, status: 'stored', reason: '' });
  for (const reason of REASON_NAMES) {
    const status = isForLater(reason) ? 'refused' : 'dead';
    assert.deepEqual(ackOf(0, frame, reason), { ordinal: 0, ...frame, status, reason });
  }
});
