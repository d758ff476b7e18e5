import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { test } from 'node:test';
import { connectPacket, publishPacket, said, startMqtt, until } from './mqtt-for-tests.ts';

const PINGREQ = Buffer.from([0xc0, 0x00]);

test('PINGREQ is answered and keeps the connection, silence for one and a half keep-alives ends it', async (t) => {
  const { enter, clock, counts, reasons } = await startMqtt(t);
  const [old, young] = [await enter(4, { keepalive: 10 }), await enter(5, { keepalive: 10, clientId: 'other' })];
  for (let i = 0; i < 3; i++) {
    await clock.advance(14_900);
    for (const client of [old, young]) {
      client.send(PINGREQ);
      assert.equal((await client.next()).cmd, 'pingresp');
    }
  }
  assert.equal(counts.open, 2);
  await clock.advance(16_000);
  assert.deepEqual(await old.rest(), []);
  const properties = { reasonString: 'keep_alive_timeout' };
  assert.deepEqual((await young.rest()).map(said), [{ cmd: 'disconnect', reasonCode: 0x8d, properties }]);
  assert.deepEqual(reasons(), { keep_alive_timeout: 2 });
});

test('a keep-alive that is longer than the server allows is shortened for MQTT 5, and 0 for both', async (t) => {
  const { connect, enter, clock, reasons } = await startMqtt(t, { limits: { maxKeepAliveMs: 20_000 } });
  const young = await connect(5);
  young.send(connectPacket(5, { keepalive: 3_600 }));
  const connack = await young.next();
  assert.ok(connack.cmd === 'connack' && connack.properties?.serverKeepAlive === 20);
  const endless = await enter(4, { keepalive: 0, clientId: 'endless' });
  const patient = await enter(4, { keepalive: 60, clientId: 'patient' });
  await clock.advance(31_000);
  await Promise.all([young.rest(), endless.rest()]);
  assert.equal(patient.isClosed, false);
  assert.deepEqual(reasons(), { keep_alive_timeout: 2 });
});

test('a connection that is held because the intake is full is not silent', async (t) => {
  const { enter, clock, intake, offered, reasons } = await startMqtt(t);
  const client = await enter(4, { keepalive: 10 });
  intake.maxUnsettled = 0;
  client.send(publishPacket(1));
  const [frame] = await offered(1);
  await clock.advance(60_000);
  frame.settle();
  assert.deepEqual(said(await client.next()), { cmd: 'puback', messageId: 1 });
  assert.deepEqual(reasons(), {});
});

test('who does not connect in time is cut, however many bytes trickle in', async (t) => {
  const { connect, clock, counts, reasons } = await startMqtt(t);
  const [silent, slow] = [await connect(4), await connect(4)];
  await until('both are accepted', () => counts.accepted === 2);
  for (const byte of [0x10, 0x20, 0x00]) {
    const received = counts.receivedBytes;
    slow.send(Buffer.from([byte]));
    await until('the byte is read', () => counts.receivedBytes > received);
    await clock.advance(3_000);
  }
  assert.equal(counts.open, 2);
  await clock.advance(2_000);
  assert.deepEqual([await silent.rest(), await slow.rest()], [[], []]);
  assert.deepEqual(reasons(), { connect_timeout: 2 });
});

test('who waits too long for its token to be checked is cut', async (t) => {
  const { connect, clock, authenticator, counts, reasons } = await startMqtt(t);
  authenticator.answers.set('token', new Promise<never>(() => undefined));
  const client = await connect(4);
  client.send(connectPacket(4));
  await until('CONNECT is read', () => counts.receivedBytes > 0);
  await clock.advance(11_000);
  assert.deepEqual(await client.rest(), []);
  assert.deepEqual(reasons(), { connect_timeout: 1 });
});

test('the same client takes over from itself, another one of the device goes on', async (t) => {
  const { enter, counts, reasons } = await startMqtt(t);
  const [old, other] = [await enter(5), await enter(5, { clientId: 'other' })];
  await enter(4);
  const properties = { reasonString: 'taken_over' };
  assert.deepEqual((await old.rest()).map(said), [{ cmd: 'disconnect', reasonCode: 0x8e, properties }]);
  await until('the old place is free', () => counts.open === 2);
  assert.equal(other.isClosed, false);
  assert.deepEqual(reasons(), { taken_over: 1 });
});

test('a client that connects to another process takes over from itself there', async (t) => {
  const here = await startMqtt(t);
  const there = await startMqtt(t, { hub: here.hub });
  const old = await here.enter(4);
  const other = await here.enter(4, { clientId: 'other' });
  await there.enter(4);
  assert.deepEqual(await old.rest(), []);
  assert.deepEqual([other.isClosed, here.reasons(), there.reasons()], [false, { taken_over: 1 }, {}]);
});

test('a device has so many connections and no more', async (t) => {
  const { enter, connect, reasons } = await startMqtt(t, { limits: { maxConnectionsPerDevice: 2 } });
  const first = await enter(4, { clientId: 'a' });
  await enter(4, { clientId: 'b' });
  const third = await connect(5);
  third.send(connectPacket(5, { clientId: 'c' }));
  const properties = { reasonString: 'too_many_connections' };
  assert.deepEqual((await third.rest()).map(said), [
    { cmd: 'connack', sessionPresent: false, reasonCode: 0x97, properties },
  ]);
  await enter(4, { clientId: 'b' });
  await enter(4, { clientId: 'z', username: 'another' });
  assert.equal(first.isClosed, false);
  assert.deepEqual(reasons(), { too_many_connections: 1, taken_over: 1 });
});

test('strangers hold so many sockets and no more, and leave room when they go', async (t) => {
  const { port, connect, enter, counts, reasons } = await startMqtt(t, { limits: { maxUnauthenticated: 2 } });
  const [stranger] = [await connect(4), await connect(4)];
  const late = connectTcp({ host: '127.0.0.1', port });
  late.resume();
  await once(late, 'close');
  assert.deepEqual(reasons(), { too_many_connections: 1 });
  stranger.socket.destroy();
  await until('the place is free', () => counts.open === 1);
  await enter(4, { clientId: 'a' });
  await enter(4, { clientId: 'b' });
});

test('draining: nothing new is read, what was taken is acknowledged, then everybody is sent away', async (t) => {
  const { server, enter, connect, offered, counts, reasons } = await startMqtt(t);
  const [old, young, idle] = [await enter(4), await enter(5, { clientId: 'b' }), await enter(5, { clientId: 'c' })];
  const stranger = await connect(4);
  old.send(publishPacket(1));
  young.send(publishPacket(7));
  const frames = [...(await offered(2))];
  let isDrained = false;
  const drained = server.drain().then(() => {
    isDrained = true;
  });
  assert.deepEqual(await stranger.rest(), []);
  const goodbye = { cmd: 'disconnect', reasonCode: 0x8b, properties: { reasonString: 'draining' } };
  assert.deepEqual((await idle.rest()).map(said), [goodbye]);
  old.send(publishPacket(2));
  assert.equal(isDrained, false);
  for (const frame of frames) frame.settle();
  assert.deepEqual((await old.rest()).map(said), [{ cmd: 'puback', messageId: 1 }]);
  assert.deepEqual((await young.rest()).map(said), [{ cmd: 'puback', messageId: 7, reasonCode: 0 }, goodbye]);
  await drained;
  assert.deepEqual([counts.open, counts.frames, reasons()], [0, 2, { draining: 4 }]);
});
