import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createSilentLog } from '../runtime/log.ts';
import { readOptions } from '../runtime/options.ts';
import { StartError } from '../runtime/service.ts';
import { simOptions } from './sim-options.ts';
import { createSimService } from './sim-service.ts';
import { type FakeBroker, startFakeBroker } from './transport/fake-broker.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../test/fixtures/${name}`, import.meta.url));
const brokers: FakeBroker[] = [];
after(() => Promise.all(brokers.map((broker) => broker.stop())));

/** The service as the command line makes it, and what it wrote. */
async function create(words: readonly string[], answers: Parameters<typeof startFakeBroker>[0] = {}) {
  const broker = await startFakeBroker(answers);
  brokers.push(broker);
  const argv = [...words, '--mqtt-port', String(broker.port)];
  const out = new PassThrough();
  const service = await createSimService({
    options: readOptions(simOptions, { argv, env: {} }),
    log: createSilentLog(),
    tokenFor: async () => null,
    platform: () => assert.fail('only a race needs NATS'),
    out: out as unknown as NodeJS.WriteStream,
    err: new PassThrough() as unknown as NodeJS.WriteStream,
  });
  const written = () => String(out.read() ?? '');
  return { broker, service, written };
}

const lastLine = (text: string) => JSON.parse(text.trim().split('\n').at(-1)!);

test('run sends recordings and a fleet, and sums up in one JSON line', async () => {
  const words = ['run', '--fit', fixture('run-fenix2.fit'), '--devices', '3', '--protocols', 'raw,mqtt5', '--json'];
  const { service, written, broker } = await create([...words, '--duration-s', '60']);
  await service.run();
  const summary = lastLine(written());
  assert.equal(summary.type, 'summary');
  assert.deepEqual([summary.seed, summary.devices, summary.unfinishedDevices], ['1', 4, 0]);
  assert.equal(summary.framesAcknowledged, summary.framesSent);
  assert.equal(summary.sendings, broker.received.length);
  assert.ok(summary.samplesAcknowledged > 4 * 2809);
});

test('the same anchor and seed send the same frames again', async () => {
  const words = ['run', '--devices', '2', '--duration-s', '60', '--protocols', 'raw', '--anchor-ms', '1780000000000'];
  const payloads = async () => {
    const { service, broker } = await create(words);
    await service.run();
    // sentMs is the one thing that differs; its bytes stand before the base time and never change their number.
    return broker.received.map(({ device, payload }) => `${device} ${payload.length} ${payload.subarray(-20)}`).sort();
  };
  assert.deepEqual(await payloads(), await payloads());
});

test('load sums up what was acknowledged, as a table for people', async () => {
  const { service, written } = await create(['load', '--devices', '2', '--frames', '200']);
  await service.run();
  assert.match(written(), /frames acknowledged +200\n/);
});

test('a run fails when something was never acknowledged', async () => {
  const words = ['run', '--devices', '1', '--duration-s', '30', '--protocols', 'raw', '--give-up-ms', '1000'];
  const { service } = await create(words, { answer: () => 'silence' });
  await assert.rejects(
    service.run(),
    (error) => error instanceof StartError && /never acknowledged/.test(error.message),
  );
});

test('draining ends a run in real time that still has much to say', async () => {
  const words = ['run', '--devices', '2', '--speed', '1', '--protocols', 'raw', '--samples-per-frame', '1', '--json'];
  const { service, written } = await create(words);
  const running = service.run();
  await service.drain();
  await running;
  assert.equal(lastLine(written()).unfinishedDevices, 2);
});

test('a damaged recording stops the process before anything is sent, with a message', async () => {
  await assert.rejects(create(['run', '--fit', fixture('truncated.fit')]), (error) => error instanceof StartError);
});
