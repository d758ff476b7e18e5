import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topics } from '../../schemas/names.ts';
import { connectPacket, publishPacket, startMqtt, until } from './mqtt-for-tests.ts';

const listening = {
  cmd: 'subscribe' as const,
  messageId: 9,
  subscriptions: [{ topic: topics.commandsFilter('watch'), qos: 0 as const, nl: false, rap: false, rh: 0 }],
};

test('MQTT 5: a shed frame has its turn among the acknowledgements, and the connection stays', async (t) => {
  const { enter, offered, intake, counts, priorities, reasons } = await startMqtt(t);
  priorities.set('watch', 'background');
  const client = await enter(5);
  client.send(publishPacket(1));
  await offered(1);
  intake.refuses.background = 'shed_background';
  client.send(publishPacket(2));
  await until('the frame is shed', () => reasons().shed_background === 1);
  intake.refuses.background = undefined;
  client.send(publishPacket(3));
  const [first, third] = await offered(2);
  third.settle();
  first.settle();
  const pubacks = [await client.next(), await client.next(), await client.next()].map((puback) => {
    assert.ok(puback.cmd === 'puback');
    return [puback.messageId, puback.reasonCode ?? 0, puback.properties?.reasonString];
  });
  assert.deepEqual(pubacks, [
    [1, 0, undefined],
    [2, 0x97, 'shed_background'],
    [3, 0, undefined],
  ]);
  assert.deepEqual([counts.frames, counts.open, intake.turnedAwayFor], [2, 1, ['shed_background']]);
});

test('MQTT 3.1.1: what came before a shed frame is acknowledged, then the connection ends', async (t) => {
  const { enter, offered, intake, reasons } = await startMqtt(t);
  const client = await enter(4);
  client.send(publishPacket(1));
  const [first] = await offered(1);
  intake.refuses.live = 'shed_live';
  client.send(publishPacket(2));
  await until('the frame is shed', () => reasons().shed_live === 1);
  first.settle();
  const rest = await client.rest();
  assert.deepEqual(
    rest.map((packet) => [packet.cmd, packet.messageId]),
    [['puback', 1]],
  );
  assert.deepEqual([reasons(), intake.turnedAwayFor], [{ shed_live: 1 }, ['shed_live']]);
});

test('QoS 0 has no answer: a shed frame is counted, and MQTT 3.1.1 hears of it by the end', async (t) => {
  const { enter, intake, reasons, counts } = await startMqtt(t);
  intake.refuses.live = 'shed_live';
  const newer = await enter(5);
  newer.send(publishPacket(0));
  await until('the frame is shed', () => reasons().shed_live === 1);
  assert.equal(counts.open, 1);
  const older = await enter(4, { clientId: 'older' });
  older.send(publishPacket(0));
  assert.deepEqual(await older.rest(), []);
  assert.deepEqual([reasons(), intake.turnedAwayFor], [{ shed_live: 2 }, ['shed_live', 'shed_live']]);
});

test('an operator changes the priority of an open connection within a second', async (t) => {
  const { enter, offered, intake, clock, priorities } = await startMqtt(t);
  intake.refuses.live = 'shed_live';
  intake.settlesAtOnce = true;
  const client = await enter(5);
  const answer = async (id: number) => {
    client.send(publishPacket(id));
    const puback = await client.next();
    assert.ok(puback.cmd === 'puback');
    return puback.properties?.reasonString ?? 'stored';
  };
  const answers = [await answer(1)];
  priorities.set('watch', 'race');
  await clock.advance(500);
  answers.push(await answer(2));
  assert.deepEqual(answers, ['shed_live', 'stored']);
  assert.equal((await offered(1)).length, 1);
});

test('a device that listens to its commands is asked to slow down, in both versions, and a race is not', async (t) => {
  const { enter, offered, intake, priorities, counts } = await startMqtt(t);
  priorities.set('racer', 'race');
  intake.slowDownMs = 1_000;
  for (const version of [4, 5] as const) {
    const client = await enter(version, { clientId: `v${version}` });
    client.send(listening);
    assert.equal((await client.next()).cmd, 'suback');
    client.send(publishPacket(1));
    const asked = await client.next();
    assert.ok(asked.cmd === 'publish');
    assert.deepEqual(
      [asked.topic, JSON.parse(asked.payload.toString()), asked.qos],
      ['v1/devices/watch/commands/slow-down', { forMs: 1_000 }, 0],
    );
  }
  assert.deepEqual([counts.slowDowns, counts.commands], [2, 2]);
  const racer = await enter(5, { clientId: 'racer', username: 'racer' });
  racer.send(publishPacket(1, { topic: topics.frames('racer') }), publishPacket(2, { topic: topics.frames('racer') }));
  await offered(4);
  assert.equal(counts.slowDowns, 2);
});

test('who gives way is not let in, and told to come back', async (t) => {
  const { connect, intake } = await startMqtt(t);
  intake.closedFor = 'stream_full';
  const answers: unknown[] = [];
  for (const version of [4, 5] as const) {
    const client = await connect(version);
    client.send(connectPacket(version));
    const connack = await client.next();
    assert.ok(connack.cmd === 'connack');
    answers.push(version === 5 ? [connack.reasonCode, connack.properties?.reasonString] : connack.returnCode);
  }
  assert.deepEqual(answers, [3, [0x97, 'stream_full']]);
});
