import assert from 'node:assert/strict';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { topics } from '../../schemas/names.ts';
import { encodeCommand } from '../../schemas/websocket-framing.ts';
import { bytesOf, publishPacket, said, startMqtt, until } from './mqtt-for-tests.ts';

const MIB = 1024 * 1024;

test('a client that never reads its commands is cut once a bound of them waits', async (t) => {
  const { enter, bus, names, counts, reasons, connections } = await startMqtt(t);
  const client = await enter(5);
  const subscriptions = [{ topic: topics.commandsFilter('watch'), qos: 0 as const, nl: false, rap: false, rh: 0 }];
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions });
  await client.next();
  client.socket.pause();
  const command = encodeCommand({ name: 'firmware', payload: Buffer.alloc(100_000) });
  // The kernels' buffers on the way hold some MiB, whatever the server does.
  for (let sent = 0; counts.open > 0; sent++) {
    assert.ok(sent < 1_000, 'the client was cut before 100 MB of commands');
    bus.publish(names.command('watch'), command);
    await until('the command is on its way', () => counts.commands > sent || counts.open === 0);
  }
  assert.deepEqual([reasons(), connections.total], [{ slow_reader: 1 }, 0]);
});

test('a client that publishes and never reads its acknowledgements is cut, and memory stays', async (t) => {
  const { port, intake, counts, reasons } = await startMqtt(t, { limits: { maxOutputBytes: 16 * 1024 } });
  intake.settlesAtOnce = true;
  const socket = connectTcp({ host: '127.0.0.1', port });
  t.after(() => socket.destroy());
  let isClosed = false;
  socket.on('close', () => {
    isClosed = true;
  });
  // A reset is how the server ends it.
  socket.on('error', () => undefined);
  const connect = { cmd: 'connect', clientId: 'watch', protocolId: 'MQTT', protocolVersion: 4, clean: true } as const;
  socket.write(bytesOf({ ...connect, username: 'watch' }, 4));
  const publish = bytesOf(publishPacket(1, { payload: '' }), 4);
  const many = Buffer.concat(Array.from({ length: 2_000 }, () => publish));
  const heapBefore = process.memoryUsage().arrayBuffers;
  let highest = 0;
  while (!isClosed) {
    await new Promise<void>((resolve) => (socket.write(many) ? setImmediate(resolve) : onceEither(socket, resolve)));
    intake.offered.length = 0;
    highest = Math.max(highest, process.memoryUsage().arrayBuffers - heapBefore);
    assert.ok(counts.frames < 20_000_000, 'the client was cut before 20 million frames');
  }
  assert.deepEqual(reasons(), { slow_reader: 1 });
  assert.ok(highest < 64 * MIB, `${highest} bytes were held`);
});

function onceEither(socket: Socket, done: () => void): void {
  socket.once('drain', done);
  socket.once('close', done);
}

test('a closed client that does not read its last words loses its socket after a while', async (t) => {
  const { enter, clock, counts, reasons, authenticator } = await startMqtt(t);
  const client = await enter(5);
  client.socket.pause();
  authenticator.end('watch', 'expired_token');
  await until('it is closed', () => counts.reasons.expired_token === 1);
  client.send(publishPacket(1));
  await clock.advance(3_000);
  await until('its socket is gone', () => counts.open === 0);
  assert.deepEqual([reasons(), counts.frames], [{ expired_token: 1 }, 0]);
});

test('a device whose network is gone is noticed by its silence', async (t) => {
  const { port, clock, counts, reasons, connect } = await startMqtt(t);
  // Between the two, a network that swallows everything from some moment on, the end of the connection too.
  const ends: Socket[] = [];
  let isUp = true;
  const network = createServer((device) => {
    const server = connectTcp({ host: '127.0.0.1', port });
    ends.push(device, server);
    device.on('data', (chunk) => isUp && server.write(chunk));
    server.on('data', (chunk) => isUp && device.write(chunk));
    for (const end of [device, server]) end.on('error', () => end.destroy());
  });
  await new Promise<void>((resolve) => network.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    network.close();
    for (const end of ends) end.destroy();
  });
  const near = await connect(4);
  const device = connectTcp({ host: '127.0.0.1', port: (network.address() as { port: number }).port });
  t.after(() => device.destroy());
  const packet = { cmd: 'connect', clientId: 'far', username: 'far', keepalive: 30, clean: true } as const;
  device.write(bytesOf({ ...packet, protocolId: 'MQTT', protocolVersion: 4 }, 4));
  await until('it is in', () => counts.authenticated === 1);
  isUp = false;
  device.destroy();
  near.send({ ...packet, clientId: 'near', username: 'near', protocolId: 'MQTT', protocolVersion: 4 });
  assert.equal(said(await near.next()).returnCode, 0);
  await clock.advance(44_000);
  assert.equal(counts.open, 2);
  near.send(Buffer.from([0xc0, 0x00]));
  await near.next();
  await clock.advance(5_000);
  await until('its socket is gone', () => counts.open === 1);
  assert.deepEqual(reasons(), { keep_alive_timeout: 1 });
});
