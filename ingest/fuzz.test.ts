import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LogMessage } from '../runtime/stream/stream.ts';
import { readBatch } from '../schemas/batch/reader.ts';
import type { Kind } from '../schemas/channels.ts';
import { createFrameDecoder } from '../schemas/frame/decode.ts';
import { encodeFrame } from '../schemas/frame/encode.ts';
import { anyFrame } from '../schemas/frame/frame.arbitrary.ts';
import { jsonFrameToProtobuf } from '../schemas/frame/json.ts';
import { BATCH_HEADERS, DEAD_HEADERS, type Encoding, topics } from '../schemas/names.ts';
import { REASONS } from '../schemas/reasons.ts';
import { createDevice, createTestIngest, NOW_MS, settleAll } from './ingest-for-tests.ts';
import { bytesOf, connectPacket, publishPacket, startMqtt, until } from './mqtt/mqtt-for-tests.ts';
import type { Version } from './mqtt/packets.ts';

const DEVICE = 'watch';
/** Nothing here is about quotas. */
const limits = { maxDeadBytesPerDeviceHour: 1e9, maxBatchBytes: 20_000, maxAgeMs: 1e15 };

type Change = (bytes: Buffer) => Buffer;
const anyPlace = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const anyByte = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255));
const at = (bytes: Buffer, place: number) => Math.floor(place * bytes.length);
const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(anyPlace, anyByte).map(
    ([place, value]): Change =>
      (bytes) => {
        const changed = Buffer.from(bytes);
        if (bytes.length > 0) changed[at(bytes, place)] = value;
        return changed;
      },
  ),
  anyPlace.map(
    (place): Change =>
      (bytes) =>
        bytes.subarray(0, at(bytes, place)),
  ),
  fc.tuple(anyPlace, fc.uint8Array({ maxLength: 9 })).map(
    ([place, more]): Change =>
      (bytes) => {
        return Buffer.concat([bytes.subarray(0, at(bytes, place)), more, bytes.subarray(at(bytes, place))]);
      },
  ),
  fc.tuple(anyPlace, anyPlace).map(
    ([from, to]): Change =>
      (bytes) => {
        return Buffer.concat([bytes.subarray(0, at(bytes, to)), bytes.subarray(at(bytes, from))]);
      },
  ),
);
const anyChanges: fc.Arbitrary<readonly Change[]> = fc.oneof(fc.constant([]), fc.array(anyChange, { maxLength: 3 }));

interface Sent {
  readonly encoding: Encoding;
  readonly bytes: Buffer;
}

const goodFrame = anyFrame.map((frame) => ({ ...frame, device: DEVICE, sentMs: NOW_MS }));
const anySent: fc.Arbitrary<Sent> = fc.tuple(goodFrame, fc.boolean(), anyChanges).map(([frame, isJson, changes]) => {
  const { timesMs, columns, ...rest } = frame;
  const dtMs = timesMs.map((timeMs, i) => (i === 0 ? 0 : timeMs - timesMs[i - 1]));
  const json = () => Buffer.from(JSON.stringify({ ...rest, baseMs: timesMs[0], dtMs, ...columns }));
  const bytes = isJson ? json() : Buffer.from(encodeFrame(frame));
  return { encoding: isJson ? 'json' : 'protobuf', bytes: changes.reduce<Buffer>((now, change) => change(now), bytes) };
});

const keyOf = (low: number, high: number, seq: number) => `${high}.${low}.${seq}`;

/** How many rows of each (boot, seq) are in the log. */
function storedRows(messages: readonly LogMessage[]): Map<string, number> {
  const rows = new Map<string, number>();
  for (const message of messages) {
    const batch = readBatch(message.header(BATCH_HEADERS.kind) as Kind, message.data);
    for (let i = 0; i < batch.rows; i++) {
      assert.equal(batch.device.keys[batch.device.index[i]], DEVICE);
      const seq = batch.seq[2 * i] + batch.seq[2 * i + 1] * 2 ** 32;
      const key = keyOf(batch.boot[2 * i], batch.boot[2 * i + 1], seq);
      rows.set(key, (rows.get(key) ?? 0) + 1);
    }
  }
  return rows;
}

test('whatever becomes of the bytes of frames, each is stored or kept as dead, and nothing fails', async () => {
  const { frame, decode } = createFrameDecoder();
  let storedFrames = 0;
  let deadFrames = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anySent, { minLength: 1, maxLength: 60 }), async (all) => {
      const { clock, ingest, readFrames, readDead, stored, ended } = createTestIngest({ limits });
      const device = createDevice(DEVICE);
      for (const [slot, { encoding, bytes }] of all.entries()) ingest.intake.offer(device, slot, encoding, bytes);
      await settleAll(clock, () => device.settled.size === all.length);
      const rows = storedRows(await readFrames());
      const kept = new Map((await readDead()).map((one) => [one.header(DEAD_HEADERS.sha256), one.data]));
      for (const [slot, { encoding, bytes }] of all.entries()) {
        const reason = device.settled.get(slot);
        if (reason) {
          assert.equal(REASONS[reason].outcome, 'dead');
          assert.deepEqual(Buffer.from(kept.get(createHash('sha256').update(bytes).digest('hex'))!), bytes);
          continue;
        }
        const body = encoding === 'json' ? jsonFrameToProtobuf(bytes) : bytes;
        assert.ok(typeof body !== 'string' && decode(body, 0, body.length) === null, 'what is stored can be read');
        assert.ok((rows.get(keyOf(frame.bootLow, frame.bootHigh, frame.seq)) ?? 0) >= frame.count);
      }
      assert.deepEqual([stored.frames + ended.length, ingest.unsettledBytes()], [all.length, 0]);
      storedFrames += stored.frames;
      deadFrames += ended.length;
      await ingest.stop();
    }),
    { numRuns: 100 },
  );
  assert.ok(storedFrames > 100 && deadFrames > 100, `${storedFrames} were stored and ${deadFrames} dead`);
});

const streamOf = (version: Version) =>
  fc
    .record({ frames: fc.array(anySent, { maxLength: 6 }), changes: anyChanges, pings: fc.boolean() })
    .map(({ frames, changes, pings }) => {
      const topicOf = ({ encoding }: Sent) => (encoding === 'json' ? topics.framesJson(DEVICE) : topics.frames(DEVICE));
      const publishes = frames.map((one, i) => publishPacket(i % 5, { topic: topicOf(one), payload: one.bytes }));
      const subscriptions = [{ topic: topics.commandsFilter(DEVICE), qos: 0 as const, nl: false, rap: false, rh: 0 }];
      const subscribe = { cmd: 'subscribe' as const, messageId: 9, subscriptions };
      const rest = [...(pings ? [subscribe, { cmd: 'pingreq' as const }] : []), ...publishes];
      const all = [connectPacket(version, { username: DEVICE }), ...rest].map((packet) => bytesOf(packet, version));
      return changes.reduce<Buffer>((now, change) => change(now), Buffer.concat(all));
    });

for (const version of [4, 5] as Version[]) {
  test(`MQTT ${version}: whatever becomes of a client's bytes, an end has a reason and no frame is lost`, async (t) => {
    const { clock, ingest, readFrames, readDead, stored } = createTestIngest({ limits });
    const { connect, counts } = await startMqtt(t, {}, { intake: ingest.intake });
    t.after(() => ingest.stop());
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(streamOf(version), fc.integer({ min: 1, max: 400 }), async (bytes, cut) => {
        const client = await connect(version);
        const before = { received: counts.receivedBytes, reasons: { ...counts.reasons } };
        for (let from = 0; from < bytes.length; from += cut) client.socket.write(bytes.subarray(from, from + cut));
        const isRead = () => client.isClosed || counts.receivedBytes - before.received >= bytes.length;
        await until('the bytes are read, or the connection has ended', isRead, 30_000);
        for (let i = 0; ingest.unsettledBytes() > 0; i++) {
          assert.ok(i < 1_000, 'everything taken is settled');
          await clock.advance(20);
        }
        const isCounted = Object.entries(counts.reasons).some(
          ([reason, n]) => n > before.reasons[reason as 'draining'],
        );
        // 0xe0 begins a DISCONNECT, with which a client goes by itself.
        assert.ok(!client.isClosed || isCounted || bytes.includes(0xe0), 'an end has a reason');
        client.socket.destroy();
        await until('its place is free', () => counts.open === 0, 30_000);
        runs++;
      }),
      { numRuns: 100 },
    );
    let inLog = 0;
    for (const message of await readFrames()) inLog += Number(message.header(BATCH_HEADERS.frames));
    const dead = (await readDead()).length;
    assert.deepEqual([inLog, inLog + dead], [stored.frames, counts.frames]);
    assert.ok(counts.acknowledged <= inLog + dead);
    assert.ok(counts.acknowledged > 0 && runs >= 100);
  });
}
