import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame } from '../../schemas/frame/encode.ts';
import { topics } from '../../schemas/names.ts';
import { PRIORITIES } from '../../schemas/priority.ts';
import { createTestIngest, NOW_MS, settleAll } from '../ingest-for-tests.ts';
import { bytesOf, publishPacket, type RawClient, startMqtt, until } from './mqtt-for-tests.ts';

const MIB = 1024 * 1024;
const MAX_UNSETTLED_BYTES = MIB;
/** More than the kernels hold between two ends. */
const MAX_SENT_BYTES = 64 * MIB;
const SAMPLES = 1_000;

function publishOf(device: string, seq: number): Buffer {
  const timesMs = Array.from({ length: SAMPLES }, (_, i) => NOW_MS - 3_000_000 + seq * SAMPLES + i);
  const columns = { heart_rate: timesMs.map((_, i) => 100 + (i % 50)), power: timesMs.map((_, i) => 200 + (i % 90)) };
  const payload = Buffer.from(encodeFrame({ device, boot: '00000000000000ff', seq, source: 'bike', timesMs, columns }));
  return bytesOf(publishPacket(seq, { topic: topics.frames(device), payload }), 4);
}

/** Writes as fast as the socket takes it, until it takes no more. */
async function flood(client: RawClient, device: string): Promise<number> {
  let seq = 0;
  while (!client.socket.writableNeedDrain) {
    assert.ok(client.socket.bytesWritten < MAX_SENT_BYTES, `${device} is held back`);
    client.socket.write(publishOf(device, ++seq));
    // What the kernel takes at once needs no drain; the server must have its turn to read.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return seq;
}

test('devices that send without end while nothing is stored are held by TCP and cost no more memory', async (t) => {
  const stored = Promise.withResolvers<'ok'>();
  const { ingest, clock, turnedAway } = createTestIngest({
    faults: (call) => (call === 'publish' ? stored.promise : 'ok'),
    limits: { maxUnsettledBytes: MAX_UNSETTLED_BYTES, maxBatchBytes: 64 * 1024, targetTaskBytes: 256 * 1024 },
  });
  const { enter, priorities, counts } = await startMqtt(t, {}, { intake: ingest.intake });
  const devices = PRIORITIES.flatMap((priority) => [`${priority}-1`, `${priority}-2`]);
  const clients: RawClient[] = [];
  for (const [i, device] of devices.entries()) {
    priorities.set(device, PRIORITIES[i >> 1]);
    clients.push(await enter(4, { clientId: device, username: device }));
  }
  const memoryBefore = process.memoryUsage();
  const sent = await Promise.all(devices.map((device, i) => flood(clients[i], device)));
  const memory = process.memoryUsage();
  const isHeld = (client: RawClient) => client.socket.writableNeedDrain && !client.isClosed;
  assert.ok(clients.every(isHeld), 'every device waits, and none is cut');
  const unsettled = ingest.unsettledBytes();
  assert.ok(unsettled <= 1.25 * MAX_UNSETTLED_BYTES, `${unsettled} bytes are held`);
  assert.ok(unsettled > 0.9 * MAX_UNSETTLED_BYTES, `a race fills what the others may not: ${unsettled} bytes`);
  const grownBytes = memory.arrayBuffers - memoryBefore.arrayBuffers;
  assert.ok(grownBytes < 32 * MIB, `${grownBytes} bytes more, of ${counts.receivedBytes} received`);

  // Once the stream answers, all that was sent is stored, each frame acknowledged once, and nothing was shed.
  stored.resolve('ok');
  const isDone = () => clients.every((client, i) => client.packets.length - 1 === sent[i]);
  for (let round = 0; round < 2_000 && !isDone(); round++) {
    await clock.advance(100);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await until('every frame is acknowledged', isDone, 60_000);
  for (const [i, client] of clients.entries()) {
    const ids = client.packets.slice(1).map((packet) => packet.messageId);
    assert.deepEqual(
      ids,
      Array.from({ length: sent[i] }, (_, seq) => seq + 1),
    );
  }
  await settleAll(clock, () => ingest.unsettledBytes() === 0);
  assert.deepEqual(turnedAway, []);
  await ingest.stop();
});
