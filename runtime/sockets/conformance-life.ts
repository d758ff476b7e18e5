import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../../stack/ports.ts';
import { createSilentLog } from '../log.ts';
import { StartError } from '../service.ts';
import type { ConnectionRequest, Socket, SocketServerOptions } from './socket-server.ts';
import { collect, PATH, type Subject, startServer, until } from './sockets-for-tests.ts';

/** How connections begin and end. */
export function lifeCycleConformance(subject: Subject): void {
  test('a path that ends with any word tells which', async (t) => {
    const { sockets, connect } = await startServer(t, subject, { path: '/v1/races/:id' });
    for (const path of ['/v1/races/', '/v1/races', '/v1/races/a/b', '/v1/races/a.b']) {
      await assert.rejects(connect({ path }), /404/);
    }
    await connect({ path: '/v1/races/ten-km' });
    assert.deepEqual(
      sockets.map(({ data }) => data.word),
      ['ten-km'],
    );
  });

  test('another path is refused with 404', async (t) => {
    const { connect, events } = await startServer(t, subject);
    await assert.rejects(connect({ path: '/v1/elsewhere' }), /404/);
    for (const tail of ['/more', '/', 's']) await assert.rejects(connect({ path: `${PATH}${tail}` }), /404/);
    assert.deepEqual(events, []);
  });

  test('a connection over the limit is refused with 503 until another one has left', async (t) => {
    const { connect, server } = await startServer(t, subject, { maxConnections: 2 });
    const [first] = [await connect(), await connect()];
    await assert.rejects(connect(), /503/);
    first.close();
    await until('it has left', () => server.connectionCount() === 1);
    await connect();
    await until('the new one is in', () => server.connectionCount() === 2);
  });

  test('a peer that closes is reported once with its code, and its socket can still be called', async (t) => {
    const { connect, events, sockets, server } = await startServer(t, subject);
    const peer = await connect();
    peer.close(4_001);
    await until('it has left', () => events.length === 2);
    const socket = sockets[0];
    assert.deepEqual([socket.send(new Uint8Array(1)), socket.bufferedBytes()], ['dropped', 0]);
    socket.subscribe('topic');
    socket.unsubscribe('topic');
    socket.pause();
    socket.resume();
    socket.close(1000);
    socket.terminate();
    assert.equal(server.publish('topic', new Uint8Array(1)), 0);
    assert.deepEqual(events, ['open', 'close 4001']);
  });

  test('a peer that vanishes is reported as 1006', async (t) => {
    const { connect, events } = await startServer(t, subject);
    (await connect()).vanish();
    await until('it is noticed', () => events.length === 2);
    assert.deepEqual(events, ['open', 'close 1006']);
  });

  test('a socket that the server closes tells its peer why, after what was sent before', async (t) => {
    const handlers = {
      message(socket: Socket<ConnectionRequest>) {
        socket.send(Buffer.from('goodbye'));
        socket.close(1008, 'the token has expired');
      },
    };
    const { connect, events } = await startServer(t, subject, { handlers });
    const peer = await connect();
    const received = collect(peer, 1);
    peer.send(new Uint8Array(1));
    assert.equal(Buffer.from((await received)[0]).toString(), 'goodbye');
    assert.equal(await peer.closed, 1008);
    await until('the server knows', () => events.length === 2);
    assert.equal(events[0], 'open');
    assert.match(events[1], /^close/);
  });

  test('a handler that throws costs its own socket, and the log says why', async (t) => {
    const handlers = {
      message(socket: Socket<ConnectionRequest>, bytes: Uint8Array) {
        if (bytes[0] === 13) throw new Error('unlucky');
        socket.send(bytes.slice());
      },
    };
    const { connect, records } = await startServer(t, subject, { handlers });
    const [bad, good] = [await connect(), await connect()];
    bad.send(new Uint8Array([13]));
    assert.equal(await bad.closed, 1011);
    const received = collect(good, 1);
    good.send(new Uint8Array([1]));
    assert.equal((await received)[0][0], 1);
    assert.match(JSON.stringify(records), /the socket handler message threw/);
    assert.match(JSON.stringify(records), /unlucky/);
  });

  test('closing the server says 1001 to everyone and refuses newcomers', async (t) => {
    const { connect, server, events } = await startServer(t, subject);
    const peers = [await connect(), await connect()];
    await until('both are in', () => server.connectionCount() === 2);
    await server.close();
    assert.deepEqual(await Promise.all(peers.map((peer) => peer.closed)), [1001, 1001]);
    assert.equal(server.connectionCount(), 0);
    assert.equal(events.filter((event) => event.startsWith('close')).length, 2);
    await assert.rejects(connect());
  });

  test('after it stops listening those who are in stay in', async (t) => {
    const { connect, server } = await startServer(t, subject);
    const peer = await connect();
    server.stopListening();
    await assert.rejects(connect());
    const received = collect(peer, 1);
    peer.send(new Uint8Array([7]));
    assert.equal((await received)[0][0], 7);
  });

  const noPorts = subject.hasPorts ? false : 'it has no ports';
  test('closing does not wait for a peer that never answers', { skip: noPorts }, async (t) => {
    const { connect, server } = await startServer(t, subject);
    const peer = await connect();
    await until('it is in', () => server.connectionCount() === 1);
    peer.stopReading();
    await server.close({ graceMs: 20 });
    assert.equal(server.connectionCount(), 0);
  });

  test('a taken port is one sentence that names the option', { skip: noPorts }, async (t) => {
    const { address } = await startServer(t, subject);
    const other = subject.create({ ...optionsOf(), portOption: '--websocket-port' }, createSilentLog());
    t.after(() => other.close());
    const message = /^StartError: 127\.0\.0\.1:\d+ is taken .* --websocket-port$/;
    await assert.rejects(other.listen(address), (err) => err instanceof StartError && message.test(String(err)));
  });

  test('an address that is not here is one sentence that says so', { skip: noPorts }, async (t) => {
    const other = subject.create(optionsOf(), createSilentLog());
    t.after(() => other.close());
    const message = 'this machine has no address 203.0.113.1: give one that it has';
    await assert.rejects(other.listen({ host: '203.0.113.1', port: 0 }), new StartError(message));
  });

  test('several servers share a port when they are told to', { skip: noPorts }, async (t) => {
    // A port that is free, because a server that takes any does not share it.
    const port = await freePort();
    const servers = [0, 1].map(() => {
      const options = { ...optionsOf(), maxConnections: 100, reusePort: true };
      const server = subject.create(options, createSilentLog());
      t.after(() => server.close({ graceMs: 100 }));
      return server;
    });
    for (const server of servers) await server.listen({ host: '127.0.0.1', port });
    const hasBoth = () => servers.every((server) => server.connectionCount() > 0);
    for (let i = 0; i < 64 && !hasBoth(); i++) {
      const peer = await subject.connect(servers[0], { host: '127.0.0.1', port }, { path: PATH });
      t.after(() => peer.vanish());
    }
    await until('both have some', hasBoth);
  });

  const noIdle = subject.idleTimeoutMs === undefined ? 'it has none that a test could wait for' : false;
  test('a silent peer that answers no ping is cut off, one that answers stays', { skip: noIdle }, async (t) => {
    const { connect, server, events } = await startServer(t, subject, { idleTimeoutMs: subject.idleTimeoutMs! });
    const alive = await connect();
    const silent = await connect({ answersPings: false });
    assert.equal(await silent.closed, 1006);
    await until('the server knows', () => events.length === 3);
    assert.equal(server.connectionCount(), 1);
    assert.equal(events[2], 'close 1006 for its limit: idle');
    const received = collect(alive, 1);
    alive.send(new Uint8Array([5]));
    assert.equal((await received)[0][0], 5);
  });
}

/** Of a server that only has to listen. */
function optionsOf(): SocketServerOptions<undefined> {
  return {
    path: PATH,
    createData: () => undefined,
    handlers: { message: () => undefined },
    maxMessageBytes: 1,
    maxBackpressureBytes: 1,
    whenSlow: 'drop',
    maxConnections: 1,
    idleTimeoutMs: 60_000,
  };
}
