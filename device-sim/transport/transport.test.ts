import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Connect, ConnectError } from '../../runtime/device-client/connection.ts';
import { encodeFrame } from '../../schemas/frame/encode.ts';
import { type FakeBroker, startFakeBroker } from './fake-broker.ts';
import { createMqttConnect } from './mqtt-client.ts';
import { createRawMqttConnect } from './mqtt-raw.ts';
import { createMqttReader, reasonStringOf } from './mqtt-reader.ts';
import { outcomeOfPuback } from './transport.ts';

const brokers: FakeBroker[] = [];
after(() => Promise.all(brokers.map((broker) => broker.stop())));
async function start(options: Parameters<typeof startFakeBroker>[0] = {}) {
  const broker = await startFakeBroker(options);
  brokers.push(broker);
  return broker;
}

const credentials = { device: 'watch-1', token: 'secret' };
const frame = encodeFrame({
  device: 'watch-1',
  boot: '00000000000000ff',
  seq: 1,
  source: 'hr',
  timesMs: [1],
  columns: { heart_rate: [60] },
});

const transports: Record<string, (port: number) => Connect> = {
  'MQTT.js 3.1.1': (port) => createMqttConnect({ url: `mqtt://127.0.0.1:${port}`, version: 4 }),
  'MQTT.js 5': (port) => createMqttConnect({ url: `mqtt://127.0.0.1:${port}`, version: 5 }),
  'raw 3.1.1': (port) => createRawMqttConnect({ host: '127.0.0.1', port, version: 4 }),
  'raw 5': (port) => createRawMqttConnect({ host: '127.0.0.1', port, version: 5 }),
};

for (const [name, connectTo] of Object.entries(transports)) {
  test(`${name}: a device says who it is and its frame is acknowledged`, async () => {
    const broker = await start();
    const connection = await connectTo(broker.port)(credentials);
    assert.deepEqual(await connection.send(frame), { kind: 'acknowledged', reason: null });
    await connection.close();
    assert.equal(await connection.closed, 'the device said goodbye');
    const [{ clientId, username, password, clean }] = broker.connects;
    assert.deepEqual([clientId, username, password?.toString(), clean], ['watch-1', 'watch-1', 'secret', true]);
    const received = broker.received.map(({ topic, payload }) => ({ topic, payload: payload.toString('hex') }));
    assert.deepEqual(received, [{ topic: 'v1/devices/watch-1/frames', payload: Buffer.from(frame).toString('hex') }]);
    assert.deepEqual(await connection.send(frame), { kind: 'lost' }, 'nothing leaves after the end');
  });

  test(`${name}: what was in flight when the server goes away is lost, not acknowledged`, async () => {
    const broker = await start({ answer: (_, count) => (count === 3 ? 'cut' : 'silence') });
    const connection = await connectTo(broker.port)(credentials);
    const outcomes = await Promise.all([frame, frame, frame].map((bytes) => connection.send(bytes)));
    assert.deepEqual(outcomes, [{ kind: 'lost' }, { kind: 'lost' }, { kind: 'lost' }]);
    assert.equal(typeof (await connection.closed), 'string');
  });

  test(`${name}: a cut settles everything at once`, async () => {
    const broker = await start({ answer: () => 'silence' });
    const connection = await connectTo(broker.port)(credentials);
    const sending = connection.send(frame);
    connection.cut();
    assert.deepEqual(await sending, { kind: 'lost' });
    assert.equal(await connection.closed, 'the device lost its radio');
  });

  test(`${name}: a bad token is a final no, an unreachable server is not`, async () => {
    const broker = await start({ connackCode: name.endsWith('5') ? 0x86 : 4 });
    const refused = (isFinal: boolean) => (error: unknown) =>
      error instanceof ConnectError && error.isFinal === isFinal;
    await assert.rejects(connectTo(broker.port)(credentials), refused(true));
    await broker.stop();
    await assert.rejects(connectTo(broker.port)(credentials), refused(false));
  });

  if (!name.endsWith('5')) continue;
  test(`${name}: the reason string tells a dead letter from a refusal, and the receive maximum is known`, async () => {
    const answers = [
      { code: 0x97, reasonString: 'stream_full' },
      { code: 0x97, reasonString: 'too_many_sources' },
      { code: 0x99 },
      { code: 0x97 },
    ];
    const broker = await start({ answer: (_, count) => answers[count - 1], receiveMaximum: 7 });
    const connection = await connectTo(broker.port)(credentials);
    assert.equal(connection.maxInFlight, 7);
    const outcomes = [];
    for (const _ of answers) outcomes.push(await connection.send(frame));
    assert.deepEqual(outcomes, [
      { kind: 'refused', reason: 'stream_full' },
      { kind: 'acknowledged', reason: 'too_many_sources' },
      { kind: 'acknowledged', reason: 'unnamed' },
      { kind: 'refused', reason: '0x97' },
    ]);
    await connection.close();
  });
}

test('a frame that was shed by priority is sent again, one over the quota of dead letters is not', () => {
  assert.deepEqual(outcomeOfPuback(0x97, 'shed_live'), { kind: 'refused', reason: 'shed_live' });
  assert.deepEqual(outcomeOfPuback(0x97, 'dead_letter_quota'), { kind: 'acknowledged', reason: 'dead_letter_quota' });
});

test('the reader understands packets however the stream is cut', () => {
  const stream = Buffer.from([
    ...[0x20, 0x06, 0x00, 0x00, 0x03, 0x21, 0x00, 0x09],
    ...[0x40, 0x02, 0x01, 0x02, 0xd0, 0x00],
    ...[0x40, 0x09, 0x01, 0x03, 0x99, 0x05, 0x1f, 0x00, 0x02, 0x68, 0x69],
    ...[0xe0, 0x02, 0x8b, 0x00],
  ]);
  for (let cut = 1; cut <= stream.length; cut++) {
    const heard: unknown[] = [];
    const read = createMqttReader({
      onConnack: (code, receiveMaximum) => heard.push(['connack', code, receiveMaximum]),
      onPuback: (id, code, tail) => heard.push(['puback', id, code, tail === null ? undefined : reasonStringOf(tail)]),
      onDisconnect: (code) => heard.push(['disconnect', code]),
    });
    for (let at = 0; at < stream.length; at += cut) read(stream.subarray(at, at + cut));
    assert.deepEqual(heard, [
      ['connack', 0, 9],
      ['puback', 0x0102, 0, undefined],
      ['puback', 0x0103, 0x99, 'hi'],
      ['disconnect', 0x8b],
    ]);
  }
  const refuse = createMqttReader({ onConnack: () => 0, onPuback: () => 0, onDisconnect: () => 0 });
  assert.throws(() => refuse(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])), RangeError);
});
