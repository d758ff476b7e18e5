import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Connect } from '../runtime/device-client/connection.ts';
import { NO_FAULTS, parseFaults } from './faults.ts';
import { createFleet, type FleetPlan, type Protocol } from './fleet.ts';
import { createSimulation } from './simulation.ts';
import { type FakeBroker, startFakeBroker } from './transport/fake-broker.ts';
import { createMqttConnect } from './transport/mqtt-client.ts';
import { createRawMqttConnect } from './transport/mqtt-raw.ts';

const brokers: FakeBroker[] = [];
after(() => Promise.all(brokers.map((broker) => broker.stop())));

async function start(options: Parameters<typeof startFakeBroker>[0] = {}) {
  const broker = await startFakeBroker(options);
  brokers.push(broker);
  return broker;
}

const connectsTo = ({ port }: FakeBroker): Record<Exclude<Protocol, 'ws'>, Connect> => ({
  mqtt: createMqttConnect({ url: `mqtt://127.0.0.1:${port}`, version: 4 }),
  mqtt5: createMqttConnect({ url: `mqtt://127.0.0.1:${port}`, version: 5 }),
  raw: createRawMqttConnect({ host: '127.0.0.1', port, version: 4 }),
  raw5: createRawMqttConnect({ host: '127.0.0.1', port, version: 5 }),
});

const pace = { anchorMs: Date.UTC(2026, 0, 2), speed: Number.POSITIVE_INFINITY };
const plan: FleetPlan = {
  seed: 'test',
  devices: 4,
  durationMs: 300_000,
  samplesPerFrame: 10,
  protocols: ['mqtt', 'mqtt5', 'raw', 'raw5'],
  faults: NO_FAULTS,
  pace,
};

test('a fleet sends every frame once and all are acknowledged, over each MQTT transport', async () => {
  const broker = await start();
  const simulation = createSimulation({ seed: 'test', devices: createFleet(plan), pace, connects: connectsTo(broker) });
  const result = await simulation.run();
  assert.deepEqual([result.isComplete, result.unfinishedDevices], [true, []]);
  const { counts } = simulation.truth;
  assert.equal(counts.acknowledgedFrames, counts.sentFrames);
  assert.equal(counts.sends, counts.sentFrames);
  assert.equal(broker.received.length, counts.sentFrames);
  assert.equal(simulation.latency.count, counts.sentFrames);
  assert.equal(new Set(broker.received.map(({ topic }) => topic)).size, 4);
  assert.deepEqual(simulation.truth.unacknowledged(), []);
});

test('whatever the server cuts off is sent again until it is acknowledged', async () => {
  const broker = await start({ answer: (_, count) => (count % 37 === 0 ? 'cut' : { code: 0 }) });
  const simulation = createSimulation({ seed: 'test', devices: createFleet(plan), pace, connects: connectsTo(broker) });
  const { isComplete } = await simulation.run();
  assert.equal(isComplete, true);
  const { counts } = simulation.truth;
  assert.equal(counts.acknowledgedFrames, counts.sentFrames);
  assert.ok(simulation.tally.resends > 0);
  assert.ok(simulation.tally.lostConnections > 0);
});

test('all faults at once end with everything acknowledged', async () => {
  const broker = await start();
  const faults = { faults: parseFaults(['all']), rate: 3 };
  const devices = createFleet({ ...plan, faults, durationMs: 600_000 });
  const simulation = createSimulation({ seed: 'test', devices, pace, connects: connectsTo(broker) });
  const { isComplete } = await simulation.run();
  assert.equal(isComplete, true);
  const { counts } = simulation.truth;
  assert.equal(counts.acknowledgedFrames, counts.sentFrames);
  assert.equal(counts.acknowledgedMalformed, counts.sentMalformed);
  assert.ok(counts.sentMalformed > 0);
});
