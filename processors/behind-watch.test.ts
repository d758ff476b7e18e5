import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../runtime/clock.ts';
import { createMemoryLog } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { createMemoryLogStore } from '../runtime/stream/memory-stream.ts';
import { createNames } from '../schemas/names.ts';
import { createBehindWatch, gaugeBehind } from './behind-watch.ts';

const names = createNames();
const EVERY_MS = 5_000;

async function setUp() {
  const clock = createManualClock();
  const shared = { maxBytes: 0, duplicateWindowMs: 120_000, metadata: {}, replicas: 1 };
  const store = createMemoryLogStore(clock, { name: names.framesStream, subjects: [names.framesFilter], ...shared });
  const frames = store.open();
  const { log: logger, records } = createMemoryLog('info');
  const watch = createBehindWatch({
    frames,
    durable: 'questdb',
    store: 'questdb',
    clock,
    logger,
    everyMs: EVERY_MS,
    maxBehindMs: 30_000,
  });
  const running = watch.run();
  await clock.advance(1);
  let published = 0;
  return {
    clock,
    watch,
    records: () => records.map(({ msg, waitingMessages }) => `${msg} (${waitingMessages})`),
    publish: () => frames.publish(names.frames(0), new Uint8Array(1), { msgId: String(++published), headers: {} }),
    openDurable: () =>
      frames.openDurable('questdb', { subjects: [names.framesFilter], ackWaitMs: 600_000, maxAckPending: 100 }),
    async stop() {
      await watch.stop();
      await running;
    },
  };
}

test('a sink that has not run yet is behind by all that waits for it, and one alarm says so', async () => {
  const { clock, watch, records, publish, stop } = await setUp();
  await publish();
  await clock.advance(EVERY_MS);
  await publish();
  await clock.advance(25_000);
  assert.deepEqual([watch.waitingMessages, watch.behindMs, records()], [2, 25_000, []]);
  await clock.advance(60_000);
  assert.deepEqual([watch.waitingMessages, watch.behindMs], [2, 85_000]);
  assert.deepEqual(records(), ['the store is behind the stream (2)']);
  await stop();
});

test('what keeps coming and going is no alarm, and catching up ends one', async () => {
  const { clock, watch, records, publish, openDurable, stop } = await setUp();
  const durable = await openDurable();
  const take = async () => {
    const [one] = await durable.pull({ maxMessages: 1, maxBytes: 1_000, maxWaitMs: 0 });
    one.ack();
  };
  await publish();
  for (let i = 0; i < 20; i++) {
    await publish();
    await clock.advance(EVERY_MS);
    await take();
  }
  assert.deepEqual(records(), []);
  assert.ok(watch.behindMs <= EVERY_MS, `${watch.behindMs} ms behind`);
  await clock.advance(40_000);
  await take();
  await clock.advance(EVERY_MS);
  assert.deepEqual(records(), ['the store is behind the stream (1)', 'the store has caught up with the stream (0)']);
  const metrics = createMetrics('test', { runtimeMetrics: false });
  gaugeBehind(metrics, new Map([['questdb', watch]]));
  assert.match(await metrics.text(), /slipstream_sink_behind_ms\{store="questdb",process="test"\} 0/);
  await stop();
});
