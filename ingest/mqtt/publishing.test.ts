import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topics } from '../../schemas/names.ts';
import type { Reason } from '../../schemas/reasons.ts';
import { publishPacket, said, startMqtt, until } from './mqtt-for-tests.ts';

const PINGREQ = Buffer.from([0xc0, 0x00]);

test('a frame is handed on as it came and acknowledged once it is stored', async (t) => {
  const { enter, offered, counts } = await startMqtt(t);
  for (const version of [4, 5] as const) {
    const client = await enter(version, { clientId: `v${version}`, username: `watch-${version}` });
    const json = topics.framesJson(`watch-${version}`);
    client.send(publishPacket(1, { topic: topics.frames(`watch-${version}`) }), PINGREQ);
    client.send(publishPacket(2, { topic: json, dup: true }), publishPacket(0, { topic: json, payload: '' }));
    const frames = (await offered(version === 4 ? 3 : 6)).slice(-3);
    assert.deepEqual(
      frames.map(({ device, encoding, bytes }) => [device, encoding, bytes.toString()]),
      [
        [`watch-${version}`, 'protobuf', 'frame 1'],
        [`watch-${version}`, 'json', 'frame 2'],
        [`watch-${version}`, 'json', ''],
      ],
    );
    assert.equal((await client.next()).cmd, 'pingresp', 'nothing is acknowledged before it is stored');
    for (const frame of frames.toReversed()) frame.settle();
    const extra = version === 5 ? { reasonCode: 0 } : {};
    assert.deepEqual(said(await client.next()), { cmd: 'puback', messageId: 1, ...extra });
    assert.deepEqual(said(await client.next()), { cmd: 'puback', messageId: 2, ...extra });
  }
  assert.deepEqual([counts.frames, counts.acknowledged], [6, 4]);
});

test('MQTT 5: a dead frame is acknowledged with its reason, in the detail that the client wants', async (t) => {
  const { enter, offered, reasons } = await startMqtt(t);
  const curious = await enter(5);
  const terse = await enter(5, { clientId: 'terse', properties: { requestProblemInformation: false } });
  for (const client of [curious, terse]) client.send(publishPacket(9));
  for (const frame of await offered(2)) frame.settle('frame_too_old');
  const puback = { cmd: 'puback', messageId: 9, reasonCode: 0x99 };
  assert.deepEqual(said(await curious.next()), { ...puback, properties: { reasonString: 'frame_too_old' } });
  assert.deepEqual(said(await terse.next()), puback);
  assert.deepEqual(reasons(), { frame_too_old: 2 });
});

test('MQTT 3.1.1: a dead frame is acknowledged as if it were stored', async (t) => {
  const { enter, offered, reasons } = await startMqtt(t);
  const client = await enter(4);
  client.send(publishPacket(9), publishPacket(0));
  for (const frame of await offered(2)) frame.settle('unknown_field');
  assert.deepEqual(said(await client.next()), { cmd: 'puback', messageId: 9 });
  assert.deepEqual(reasons(), { unknown_field: 2 });
});

test('a refused frame: MQTT 5 hears why and goes on, MQTT 3.1.1 is closed after what was acknowledged', async (t) => {
  const { enter, offered, counts, reasons } = await startMqtt(t);
  const old = await enter(4, { clientId: 'old', username: 'old' });
  const young = await enter(5);
  const topic = topics.frames('old');
  old.send(publishPacket(1, { topic }), publishPacket(2, { topic }), publishPacket(3, { topic }));
  young.send(publishPacket(1), publishPacket(2), publishPacket(3));
  const frames = await offered(6);
  for (const frame of frames) frame.settle(frame.bytes.toString() === 'frame 2' ? 'stream_unavailable' : null);
  assert.deepEqual((await old.rest()).map(said), [{ cmd: 'puback', messageId: 1 }]);
  const properties = { reasonString: 'stream_unavailable' };
  assert.deepEqual(said(await young.next()), { cmd: 'puback', messageId: 1, reasonCode: 0 });
  assert.deepEqual(said(await young.next()), { cmd: 'puback', messageId: 2, reasonCode: 0x97, properties });
  assert.deepEqual(said(await young.next()), { cmd: 'puback', messageId: 3, reasonCode: 0 });
  assert.deepEqual([reasons(), counts.acknowledged], [{ stream_unavailable: 2 }, 4]);
});

test('while nothing is taken, a publish is refused in its turn', async (t) => {
  const { enter, intake, offered, reasons } = await startMqtt(t);
  const young = await enter(5);
  const old = await enter(4, { clientId: 'old' });
  const unsure = await enter(4, { clientId: 'unsure' });
  young.send(publishPacket(1));
  const [first] = await offered(1);
  intake.closedFor = 'stream_full';
  young.send(publishPacket(2), publishPacket(0), PINGREQ);
  assert.equal((await young.next()).cmd, 'pingresp', 'the refusal waits for the frame before it');
  first.settle();
  const properties = { reasonString: 'stream_full' };
  assert.deepEqual(said(await young.next()), { cmd: 'puback', messageId: 1, reasonCode: 0 });
  assert.deepEqual(said(await young.next()), { cmd: 'puback', messageId: 2, reasonCode: 0x97, properties });
  old.send(publishPacket(1));
  unsure.send(publishPacket(0));
  assert.deepEqual([await old.rest(), await unsure.rest()], [[], []]);
  assert.deepEqual(reasons(), { stream_full: 4 });
});

test('a device publishes to its own topics and to no other', async (t) => {
  const cases: [string, Reason, number][] = [
    [topics.frames('other'), 'foreign_topic', 0x87],
    [topics.framesJson('watch2'), 'foreign_topic', 0x87],
    [topics.command('watch', 'sync'), 'bad_topic', 0x90],
    ['v1/devices/watch/frames/', 'bad_topic', 0x90],
    ['v1/devices/watch/frames/jsox', 'bad_topic', 0x90],
    ['v2/devices/watch/frames', 'bad_topic', 0x90],
    ['$SYS/broker', 'bad_topic', 0x90],
    ['v1/devices/+/frames', 'bad_topic', 0x90],
  ];
  const { enter, intake, reasons } = await startMqtt(t);
  const young = await enter(5);
  for (const [i, [topic, reason, reasonCode]] of cases.entries()) {
    young.send(publishPacket(i + 1, { topic }));
    const puback = { cmd: 'puback', messageId: i + 1, reasonCode, properties: { reasonString: reason } };
    assert.deepEqual(said(await young.next()), puback);
    for (const messageId of [0, 1]) {
      const old = await enter(4, { clientId: 'old' });
      old.send(publishPacket(messageId, { topic }));
      assert.deepEqual(await old.rest(), []);
    }
  }
  assert.deepEqual(intake.offered, []);
  assert.deepEqual(reasons(), { foreign_topic: 6, bad_topic: 18 });
});

test('MQTT 5: a topic alias stands for its topic, and means nothing where none was set', async (t) => {
  const { enter, offered, reasons } = await startMqtt(t);
  const client = await enter(5);
  const alias = (topicAlias: number, topic = '') => ({ topic, properties: { topicAlias } });
  client.send(
    publishPacket(1, alias(1, topics.frames('watch'))),
    publishPacket(2, alias(2, topics.framesJson('watch'))),
  );
  client.send(
    publishPacket(3, alias(1)),
    publishPacket(4, alias(2)),
    publishPacket(5, alias(1, topics.frames('other'))),
  );
  client.send(publishPacket(6, alias(1)));
  assert.deepEqual(
    (await offered(4)).map(({ encoding }) => encoding),
    ['protobuf', 'json', 'protobuf', 'json'],
  );
  await until('both foreign ones are refused', () => reasons().foreign_topic === 2);
  for (const [over, reason, reasonCode] of [
    [alias(2), 'protocol_error', 0x82],
    [alias(3, topics.frames('watch')), 'protocol_error', 0x94],
    [{ topic: '' }, 'protocol_error', 0x82],
  ] as const) {
    const one = await enter(5, { clientId: 'one' });
    one.send(publishPacket(1, over));
    const properties = { reasonString: reason };
    assert.deepEqual((await one.rest()).map(said), [{ cmd: 'disconnect', reasonCode, properties }]);
  }
  assert.deepEqual(reasons(), { foreign_topic: 2, protocol_error: 3 });
});

test('what is not there ends the connection, and MQTT 5 hears what it was', async (t) => {
  const { enter, reasons } = await startMqtt(t, { limits: { maxPacketBytes: 1_000 } });
  const noId = Buffer.from('32080003612f62000000', 'hex');
  const cases: [string, Parameters<typeof publishPacket> | Buffer, Reason, number][] = [
    ['QoS 2', [1, { qos: 2 }], 'not_supported', 0x9b],
    ['a packet that is too large', [1, { payload: 'x'.repeat(1_000) }], 'packet_too_large', 0x95],
    ['QoS 3', Buffer.from([0x36, 0x02, 0, 0]), 'malformed_packet', 0x81],
    ['a duplicate of QoS 0', Buffer.from([0x38, 0x02, 0, 0]), 'malformed_packet', 0x81],
    ['a topic longer than the packet', Buffer.from([0x32, 0x03, 0, 9, 65]), 'malformed_packet', 0x81],
    ['a length in five bytes', Buffer.from([0x32, 0x80, 0x80, 0x80, 0x80, 1]), 'malformed_packet', 0x81],
    ['a length that is longer than needed', Buffer.from([0x32, 0x83, 0x00]), 'malformed_packet', 0x81],
    ['a ping with a body', Buffer.from([0xc0, 0x01, 0]), 'malformed_packet', 0x81],
    ['the reserved packet', Buffer.from([0x00, 0x00]), 'malformed_packet', 0x81],
    ["a server's packet", Buffer.from([0xd0, 0x00]), 'protocol_error', 0x82],
    ['an acknowledgement of nothing', Buffer.from([0x40, 0x02, 0, 1]), 'protocol_error', 0x82],
    ['a PUBREL', Buffer.from([0x62, 0x02, 0, 1]), 'protocol_error', 0x82],
  ];
  for (const [what, sent, reason, reasonCode] of cases) {
    const packet = Buffer.isBuffer(sent) ? sent : publishPacket(...sent);
    const old = await enter(4, { clientId: 'old' });
    old.send(packet);
    assert.deepEqual(await old.rest(), [], what);
    const young = await enter(5, { clientId: 'young' });
    young.send(packet);
    const disconnect = { cmd: 'disconnect', reasonCode, properties: { reasonString: reason } };
    assert.deepEqual((await young.rest()).map(said), [disconnect], what);
  }
  const retaining = await enter(5);
  retaining.send(publishPacket(1, { retain: true }));
  const properties = { reasonString: 'not_supported' };
  assert.deepEqual((await retaining.rest()).map(said), [{ cmd: 'disconnect', reasonCode: 0x9a, properties }]);
  const nameless = await enter(5);
  nameless.send(noId);
  assert.equal(said((await nameless.rest())[0]).reasonCode, 0x82);
  const asking = await enter(5);
  asking.send(Buffer.from([0xf0, 0x02, 0x18, 0x00]));
  assert.equal(said((await asking.rest())[0]).reasonCode, 0x82);
  assert.deepEqual(reasons(), { not_supported: 3, packet_too_large: 2, malformed_packet: 14, protocol_error: 8 });
});

test('MQTT 3.1.1 retains in vain: the frame is taken as any other', async (t) => {
  const { enter, offered } = await startMqtt(t);
  const client = await enter(4);
  client.send(publishPacket(1, { retain: true }));
  assert.equal((await offered(1))[0].bytes.toString(), 'frame 1');
});

test('more in flight than agreed: MQTT 5 is ended, MQTT 3.1.1 is not read until there is room', async (t) => {
  const { enter, offered, intake, reasons } = await startMqtt(t, { limits: { maxInFlightFrames: 3 } });
  const publishes = [1, 2, 3, 4, 5].map((n) => publishPacket(n));
  const old = await enter(4, { clientId: 'old' });
  old.send(...publishes);
  const frames = await offered(3);
  for (let n = 0; n < 5; n++) {
    assert.ok(frames.length <= n + 3, 'no more than three are in flight');
    (await offered(n + 1))[n].settle();
    assert.deepEqual(said(await old.next()), { cmd: 'puback', messageId: n + 1 });
  }
  const young = await enter(5);
  young.send(...publishes);
  const properties = { reasonString: 'receive_maximum_exceeded' };
  assert.deepEqual((await young.rest()).map(said), [{ cmd: 'disconnect', reasonCode: 0x93, properties }]);
  for (const frame of intake.offered.slice(5)) frame.settle();
  assert.deepEqual([intake.offered.length, reasons()], [8, { receive_maximum_exceeded: 1 }]);
});

test('a full intake stops the reading of those who send, and lets it go on when there is room', async (t) => {
  const { enter, offered, intake, counts } = await startMqtt(t);
  intake.maxUnsettled = 2;
  const client = await enter(5);
  const sent = Array.from({ length: 400 }, (_, i) => publishPacket(i + 1, { payload: Buffer.alloc(10_000, i) }));
  client.send(...sent);
  for (let n = 0; n < sent.length; n++) {
    const frames = await offered(n + 1);
    assert.ok(frames.length <= n + 3, 'one more than the bound is taken, and no other');
    assert.equal(frames[n].bytes[9_999], n & 0xff);
    frames[n].settle();
  }
  await until('all is acknowledged', () => counts.acknowledged === 400);
});
