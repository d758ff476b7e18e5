import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { contentHash } from '../../schemas/frame/columns.ts';
import { createFrameDecoder } from '../../schemas/frame/decode.ts';
import { encodeFrame } from '../../schemas/frame/encode.ts';
import { type FakeBroker, startFakeBroker } from '../transport/fake-broker.ts';
import { createLoad, type LoadPlan } from './load.ts';
import { createLoadDevice } from './load-device.ts';
import { createRides, createRidingDevice } from './riding-device.ts';

const decoder = createFrameDecoder();
const brokers: FakeBroker[] = [];
after(() => Promise.all(brokers.map((broker) => broker.stop())));
async function start(options: Parameters<typeof startFakeBroker>[0] = {}) {
  const broker = await startFakeBroker(options);
  brokers.push(broker);
  return broker;
}

/** Decodes a frame and says all that it holds, but not when it was sent. */
function identify(bytes: Uint8Array) {
  assert.equal(decoder.decode(bytes, 0, bytes.length), null);
  const { device, bootLow, bootHigh, seq, timesMs, count } = decoder.frame;
  return { device, bootLow, bootHigh, seq, timesMs: [...timesMs.subarray(0, count)], hash: contentHash(decoder.frame) };
}

const plan = (port: number): LoadPlan => ({
  seed: 'load',
  host: '127.0.0.1',
  port,
  version: 4,
  connections: 3,
  window: 50,
  samplesPerFrame: 10,
  sampleGapMs: 1_000,
  spanMs: 400_000,
  frames: 900,
  framesPerS: Number.POSITIVE_INFINITY,
});

test('a patched template is the frame that an encoder would have made, across reboots too', () => {
  const startMs = Date.UTC(2026, 0, 1);
  const device = createLoadDevice({ ...plan(1), device: 'load-1', startMs });
  const keys = new Set<string>();
  for (let n = 0; n < 200; n++) {
    const packet = device.packet(n, 7, startMs + 1);
    const payload = packet.subarray(packet.length - (packet.length - packet.indexOf('frames') - 'frames'.length - 2));
    const found = identify(payload);
    assert.deepEqual(found, identify(encodeFrame(device.frameAt(n))), `frame ${n}`);
    for (const timeMs of found.timesMs) keys.add(`${found.bootLow} ${timeMs}`);
  }
  assert.equal(keys.size, 2_000, 'every row is distinct');
});

test('devices that share a ride send its frames as their own, and again with another boot', () => {
  const startMs = Date.UTC(2026, 0, 1);
  const shared = { ...plan(1), device: 'load-00001', startMs };
  const rides = createRides(shared, 2);
  const devices = [1, 2, 3].map((n) => createRidingDevice({ ...shared, device: `load-0000${n}` }, rides[n % 2]));
  for (let n = 0; n < 100; n++) {
    for (const device of devices) {
      const packet = device.packet(n, 7, startMs + 1);
      const topic = `v1/devices/${device.device}/frames`;
      const payload = packet.subarray(packet.indexOf(topic) + topic.length + 2);
      assert.deepEqual(identify(payload), identify(encodeFrame(device.frameAt(n))), `frame ${n} of ${device.device}`);
    }
  }
  const places = new Set(Array.from({ length: 40 }, (_, n) => devices[0].frameAt(n).columns.latitude![0]));
  assert.equal(places.size, 40, 'nobody comes round again within a ride');
});

for (const version of [4, 5] as const) {
  test(`a load over MQTT level ${version} sends each frame once and ends with all acknowledged`, async () => {
    const broker = await start();
    const load = createLoad({ ...plan(broker.port), version });
    const { elapsedMs: _, startedAtMs, ...result } = await load.run();
    assert.ok(Math.abs(startedAtMs - Date.now()) < 60_000);
    assert.deepEqual(result, { isComplete: true, unacknowledged: 0 });
    const none = { dead: 0, refused: 0, lostConnections: 0 };
    assert.deepEqual(load.counts, { sends: 900, acknowledged: 900, ...none });
    const received = broker.received.map(({ payload }) => JSON.stringify(identify(payload))).sort();
    const sent = load.connections.flatMap(({ device, framesStarted }) =>
      Array.from({ length: framesStarted }, (_, n) => JSON.stringify(identify(encodeFrame(device.frameAt(n))))),
    );
    assert.deepEqual(received, sent.sort());
    assert.equal(load.latency.count, 900);
  });
}

test('frames of a lost connection are sent again, and each is acknowledged', async () => {
  const broker = await start({ answer: (_, count) => (count === 150 ? 'cut' : { code: 0 }) });
  const load = createLoad(plan(broker.port));
  const { isComplete } = await load.run();
  assert.equal(isComplete, true);
  assert.equal(load.counts.lostConnections, 1);
  assert.equal(load.counts.acknowledged, 900);
  assert.equal(new Set(broker.received.map(({ payload }) => JSON.stringify(identify(payload)))).size, 900);
});

test('refused frames come back, dead ones are counted', async () => {
  const answers = (count: number) =>
    count % 100 === 0 ? { code: 0x97, reasonString: 'stream_full' } : { code: count % 100 === 50 ? 0x99 : 0 };
  const broker = await start({ answer: (_, count) => answers(count) });
  const load = createLoad({ ...plan(broker.port), version: 5 });
  const { isComplete } = await load.run();
  assert.equal(isComplete, true);
  assert.equal(load.counts.acknowledged, 900);
  assert.equal(load.counts.sends, 900 + load.counts.refused);
  assert.ok(load.counts.refused >= 9 && load.counts.dead >= 9);
});

test('with a pace all devices get on equally fast, however soon they are acknowledged', async () => {
  const broker = await start();
  const load = createLoad({ ...plan(broker.port), framesPerS: 6_000 });
  const { isComplete, elapsedMs } = await load.run();
  assert.equal(isComplete, true);
  assert.ok(elapsedMs >= 150, `900 frames took ${elapsedMs} ms at 6,000 a second`);
  const started = load.connections.map(({ framesStarted }) => framesStarted);
  assert.ok(Math.max(...started) - Math.min(...started) <= 8, `frames of each device: ${started}`);
});
