import { after, before } from 'node:test';
import { testBus } from '../bus-conformance.ts';
import { testKeyValue } from '../kv/conformance.ts';
import { testObjects } from '../objects/conformance.ts';
import { testMessageLog } from '../stream/conformance.ts';
import { createNatsBus } from './nats-bus.ts';
import { startTestNats, type TestNats } from './nats-for-tests.ts';
import { openNatsKv } from './nats-kv.ts';
import { createNatsObjects } from './nats-objects.ts';
import { openNatsLog } from './nats-stream.ts';

let server: TestNats;
before(async () => {
  server = await startTestNats();
});
after(() => server.stop());

testMessageLog('nats', async (options) => ({
  open: async (metadata) => openNatsLog(await server.connect(), metadata ? { ...options, metadata } : options),
}));

testKeyValue('nats', async (options) => ({
  open: async () => openNatsKv(await server.connect(), options),
  loseWatches: () => server.killAndRestart(),
}));

testBus('nats', async () => ({
  one: createNatsBus(await server.connect()),
  two: createNatsBus(await server.connect()),
}));

testObjects('nats', async () =>
  createNatsObjects(await server.connect(), { bucket: 'T_OBJECTS', ttlMs: 60_000, maxBytes: 100_000_000, replicas: 1 }),
);
