import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectPacket, said, startMqtt } from './mqtt-for-tests.ts';

test('MQTT 3.1.1: a device is let in and told nothing more', async (t) => {
  const { connect, counts } = await startMqtt(t);
  const client = await connect(4);
  client.send(connectPacket(4));
  assert.deepEqual(said(await client.next()), { cmd: 'connack', sessionPresent: false, returnCode: 0 });
  assert.equal(counts.authenticated, 1);
});

test('MQTT 5: the CONNACK says what the server does, and what it does not', async (t) => {
  const { connect } = await startMqtt(t);
  const client = await connect(5);
  client.send(connectPacket(5));
  assert.deepEqual(said(await client.next()), {
    cmd: 'connack',
    sessionPresent: false,
    reasonCode: 0,
    properties: {
      receiveMaximum: 1_024,
      maximumQoS: 1,
      retainAvailable: false,
      maximumPacketSize: 262_144,
      topicAliasMaximum: 2,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: false,
    },
  });
});
