import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IConnectPacket } from 'mqtt-packet';
import type { Reason } from '../../schemas/reasons.ts';
import { bytesOf, connectPacket, publishPacket, said, startMqtt, until } from './mqtt-for-tests.ts';

const PINGREQ = Buffer.from([0xc0, 0x00]);
const refusal = { cmd: 'connack', sessionPresent: false };

test('MQTT 3.1.1: a device is let in and told nothing more', async (t) => {
  const { connect, counts } = await startMqtt(t);
  const client = await connect(4);
  client.send(connectPacket(4));
  assert.deepEqual(said(await client.next()), { ...refusal, returnCode: 0 });
  assert.deepEqual([counts.accepted, counts.open, counts.authenticated], [1, 1, 1]);
});

test('MQTT 5: the CONNACK says what the server does, and what it does not', async (t) => {
  const { connect } = await startMqtt(t);
  const client = await connect(5);
  const properties = { sessionExpiryInterval: 3_600 };
  const will = { topic: 'bye', payload: 'gone', qos: 1 as const, retain: false };
  client.send(connectPacket(5, { clientId: '', keepalive: 0, properties, will }));
  const connack = said(await client.next());
  assert.match(connack.properties.assignedClientIdentifier, /^[0-9a-f-]{36}$/);
  assert.deepEqual(connack, {
    ...refusal,
    reasonCode: 0,
    properties: {
      sessionExpiryInterval: 0,
      receiveMaximum: 1_024,
      maximumQoS: 1,
      retainAvailable: false,
      maximumPacketSize: 262_144,
      assignedClientIdentifier: connack.properties.assignedClientIdentifier,
      topicAliasMaximum: 2,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: false,
      serverKeepAlive: 1_200,
      reasonString: 'wills are not published',
    },
  });
});

test('a token that is no good is refused with the code of each version', async (t) => {
  const { connect, authenticator, reasons, records } = await startMqtt(t);
  const codes: [Reason, number, number][] = [
    ['bad_token', 4, 0x86],
    ['expired_token', 5, 0x87],
    ['revoked_token', 5, 0x87],
    ['wrong_device', 5, 0x87],
    ['revocations_unknown', 3, 0x88],
  ];
  for (const [reason, returnCode, reasonCode] of codes) {
    authenticator.answers.set(reason, reason as 'bad_token');
    const [old, young] = [await connect(4), await connect(5)];
    old.send(connectPacket(4, { password: Buffer.from(reason) }));
    young.send(connectPacket(5, { password: Buffer.from(reason) }));
    assert.deepEqual((await old.rest()).map(said), [{ ...refusal, returnCode }]);
    assert.deepEqual((await young.rest()).map(said), [
      { ...refusal, reasonCode, properties: { reasonString: reason } },
    ]);
  }
  assert.deepEqual(reasons(), Object.fromEntries(codes.map(([reason]) => [reason, 2])));
  const logged = records.filter((record) => record.msg === 'a connection is closed').map((record) => record.reason);
  assert.deepEqual(new Set(logged), new Set(codes.map(([reason]) => reason)));
});

test('a check of the token that fails refuses the device, and the error is in the log', async (t) => {
  const { connect, authenticator, reasons, records } = await startMqtt(t);
  authenticator.answers.set('token', new Error('no keys'));
  const client = await connect(4);
  client.send(connectPacket(4));
  assert.deepEqual((await client.rest()).map(said), [{ ...refusal, returnCode: 3 }]);
  assert.deepEqual(reasons(), { revocations_unknown: 1 });
  assert.ok(records.some(({ msg, err }) => msg === 'a token could not be checked' && err !== undefined));
});

test('while nothing is taken a device is told to come back', async (t) => {
  const { connect, intake, reasons } = await startMqtt(t);
  intake.closedFor = 'stream_full';
  const client = await connect(5);
  client.send(connectPacket(5));
  const properties = { reasonString: 'stream_full' };
  assert.deepEqual((await client.rest()).map(said), [{ ...refusal, reasonCode: 0x97, properties }]);
  assert.deepEqual(reasons(), { stream_full: 1 });
});

test('each CONNECT that cannot be served has its code and its reason', async (t) => {
  const { connect, reasons, counts } = await startMqtt(t, { limits: { maxConnectBytes: 1_000 } });
  const v4 = (over: Partial<IConnectPacket>) => bytesOf(connectPacket(4, over), 4);
  const v5 = (over: Partial<IConnectPacket>) => bytesOf(connectPacket(5, over), 5);
  const will = { topic: 'bye', payload: 'gone', qos: 1 as const, retain: false };
  const twice = v5({ properties: { receiveMaximum: 7 } });
  const at = twice.indexOf(Buffer.from([3, 0x21, 0, 7]));
  const doubled = Buffer.concat([twice.subarray(0, at), Buffer.from([6, 0x21, 0, 7]), twice.subarray(at + 1)]);
  doubled[1] += 3;
  const flagBit = v5({});
  flagBit[9] |= 1;
  const oldName = Buffer.from('100e00064d514973647003020 03c0000'.replace(' ', ''), 'hex');
  const wrongName = v4({});
  wrongName[4] = 'X'.charCodeAt(0);
  const level6 = v5({});
  level6[8] = 6;
  const cases: [string, Buffer, Reason, number | null][] = [
    ['MQTT 3.1', oldName, 'not_supported', 1],
    ['a level to come', level6, 'not_supported', 1],
    ['another protocol name', wrongName, 'malformed_packet', null],
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n'), 'malformed_packet', null],
    ['TLS on the plain port', Buffer.from('160301', 'hex'), 'malformed_packet', null],
    ['flags on CONNECT', Buffer.from([0x11]), 'malformed_packet', null],
    ['a publish first', bytesOf(publishPacket(1), 4), 'protocol_error', null],
    ['a ping first', PINGREQ, 'protocol_error', null],
    ['a CONNECT cut short', Buffer.from('100700044d51545404', 'hex'), 'malformed_packet', null],
    ['a long CONNECT', v4({ username: 'x'.repeat(1_000) }), 'packet_too_large', null],
    ['no id and no clean session', v4({ clean: true, clientId: '' }).fill(0, 9, 10), 'malformed_packet', 2],
    ['a long client id', v4({ clientId: 'x'.repeat(129) }), 'malformed_packet', 2],
    ['a long client id', v5({ clientId: 'x'.repeat(129) }), 'malformed_packet', 0x85],
    ['a reserved flag', flagBit, 'malformed_packet', 0x81],
    ['authentication of another kind', v5({ properties: { authenticationMethod: 'X' } }), 'not_supported', 0x8c],
    ['a will of QoS 2', v5({ will: { ...will, qos: 2 } }), 'not_supported', 0x9b],
    ['a retained will', v5({ will: { ...will, retain: true } }), 'not_supported', 0x9a],
    ['a receive maximum of 0', v5({ properties: { receiveMaximum: 0 } }), 'protocol_error', 0x82],
    ['a property that comes twice', doubled, 'protocol_error', 0x82],
    ['a maximum packet size too small', v5({ properties: { maximumPacketSize: 100 } }), 'packet_too_large', 0x95],
  ];
  const before = { ...counts.reasons };
  for (const [what, bytes, reason, code] of cases) {
    const isV5 = code !== null && code > 0x80;
    const client = await connect(isV5 ? 5 : 4);
    client.send(bytes);
    const packets = (await client.rest()).map(said);
    assert.deepEqual(
      packets.map(({ cmd, reasonCode, returnCode }) => [cmd, isV5 ? reasonCode : returnCode]),
      code === null ? [] : [['connack', code]],
      what,
    );
    await until(`${what}: ${reason}`, () => counts.reasons[reason] === before[reason] + 1);
    before[reason] += 1;
  }
  assert.equal(counts.authenticated, 0);
  assert.deepEqual(
    Object.values(reasons()).reduce((sum, n) => sum + n, 0),
    cases.length,
  );
});

test('without a user name the client id is the device', async (t) => {
  const { enter, offered } = await startMqtt(t);
  const client = await enter(4, { clientId: 'watch', username: undefined, password: undefined });
  client.send(publishPacket(1));
  assert.equal((await offered(1))[0].device, 'watch');
});

test('what is sent right behind CONNECT waits for the token and is then read', async (t) => {
  const { connect, authenticator, offered, intake, counts } = await startMqtt(t);
  const { promise, resolve } = Promise.withResolvers<never>();
  authenticator.answers.set('token', promise);
  const client = await connect(5);
  client.send(connectPacket(5), publishPacket(1), PINGREQ, publishPacket(2));
  client.send(publishPacket(3));
  await until('CONNECT is read', () => counts.receivedBytes > 0);
  assert.equal(intake.offered.length, 0);
  resolve({ athlete: 'ann' } as never);
  const frames = await offered(3);
  assert.deepEqual(
    frames.map(({ athlete, bytes }) => [athlete, bytes.toString()]),
    [1, 2, 3].map((n) => ['ann', `frame ${n}`]),
  );
  assert.deepEqual([(await client.next()).cmd, (await client.next()).cmd], ['connack', 'pingresp']);
});

test('a second CONNECT ends the connection', async (t) => {
  const { enter, reasons } = await startMqtt(t);
  const [old, young] = [await enter(4), await enter(5, { clientId: 'other' })];
  old.send(connectPacket(4));
  young.send(connectPacket(5));
  assert.deepEqual(await old.rest(), []);
  const properties = { reasonString: 'protocol_error' };
  assert.deepEqual((await young.rest()).map(said), [{ cmd: 'disconnect', reasonCode: 0x82, properties }]);
  assert.deepEqual(reasons(), { protocol_error: 2 });
});

test('a client that goes by itself is no fault of anybody', async (t) => {
  const { enter, reasons, counts, connections, authenticator } = await startMqtt(t);
  const [polite, rude] = [await enter(4), await enter(5, { clientId: 'other' })];
  polite.send({ cmd: 'disconnect' });
  rude.socket.destroy();
  await polite.rest();
  await until('both places are free', () => counts.open === 0 && connections.total === 0);
  assert.deepEqual([reasons(), authenticator.guarded], [{}, 0]);
});

test('a DISCONNECT with flags is malformed', async (t) => {
  const { enter, reasons } = await startMqtt(t);
  const client = await enter(4);
  client.send(Buffer.from([0xe1, 0x00]));
  await client.rest();
  assert.deepEqual(reasons(), { malformed_packet: 1 });
});

test('a token that ends takes its connections along', async (t) => {
  const { enter, authenticator, reasons } = await startMqtt(t);
  const [old, young] = [await enter(4), await enter(5, { clientId: 'other' })];
  authenticator.end('watch', 'revoked_token');
  assert.deepEqual(await old.rest(), []);
  const properties = { reasonString: 'revoked_token' };
  assert.deepEqual((await young.rest()).map(said), [{ cmd: 'disconnect', reasonCode: 0x87, properties }]);
  assert.deepEqual([reasons(), authenticator.guarded], [{ revoked_token: 2 }, 0]);
});

test('an address that is over its limits is cut before a byte of it is read, with a reason of its own', async (t) => {
  const untrusted = { trustedAddresses: [] };
  for (const [limits, reason] of [
    [{ maxConnectionsPerAddress: 2 }, 'too_many_from_address'],
    [{ maxUnauthenticatedPerAddress: 2 }, 'too_many_from_address'],
    [{ maxConnectsPerAddressMinute: 2 }, 'connecting_too_often'],
  ] as const) {
    const { connect, reasons, counts } = await startMqtt(t, { limits: { ...untrusted, ...limits } });
    await connect(5);
    await connect(4);
    await until('both are in', () => counts.open === 2);
    assert.deepEqual(await (await connect(5)).rest(), []);
    assert.deepEqual([reasons(), counts.open], [{ [reason]: 1 }, 2]);
  }
});

test('an address that shows bad tokens waits for the next minute; good ones are no failures', async (t) => {
  const limits = { trustedAddresses: [], maxFailedConnectsPerAddressMinute: 2 };
  const { connect, enter, authenticator, clock, reasons, counts } = await startMqtt(t, { limits });
  authenticator.answers.set('bad', 'bad_token');
  authenticator.answers.set('unsure', 'revocations_unknown');
  for (const token of ['bad', 'unsure', 'bad']) {
    (await enter(5)).send({ cmd: 'disconnect' });
    const client = await connect(5);
    client.send(connectPacket(5, { password: Buffer.from(token) }));
    await client.rest();
    await until('both are gone', () => counts.open === 0);
  }
  assert.deepEqual(await (await connect(5)).rest(), []);
  assert.deepEqual(reasons(), { bad_token: 2, revocations_unknown: 1, too_many_failures: 1 });
  await clock.advance(60_000);
  await enter(5);
});

test('strangers that send without end are cut once their address has sent too much', async (t) => {
  const limits = { trustedAddresses: [], maxUnauthenticatedBytesPerAddressMinute: 1_000 };
  const { connect, reasons, counts } = await startMqtt(t, { limits });
  // The beginning of a CONNECT that announces more than it sends.
  const half = Buffer.concat([Buffer.from([0x10, 0xe8, 0x07]), Buffer.alloc(500)]);
  const [one, other] = [await connect(4), await connect(4)];
  one.send(half);
  await until('the first half is read', () => counts.receivedBytes === half.length);
  other.send(half);
  await other.rest();
  assert.deepEqual([reasons(), counts.open], [{ too_many_failures: 1 }, 1]);
});
