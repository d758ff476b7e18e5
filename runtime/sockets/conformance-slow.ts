import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ConnectionRequest, SendResult, Socket } from './socket-server.ts';
import { collect, type Subject, startServer, until } from './sockets-for-tests.ts';

const MESSAGE_BYTES = 64 * 1024;
const LIMIT_BYTES = 1024 * 1024;
/** Far beyond what the kernels of both ends hold for one loopback connection, and our limit together. */
const FLOOD_MESSAGES = 1_024;

/** What happens when one side is faster than the other. */
export function slowReaderConformance(subject: Subject): void {
  /** Sends numbered messages until the flood is over; resolves with the results and the most that was ever held. */
  async function flood(socket: Socket<ConnectionRequest>) {
    const results: SendResult[] = [];
    let mostBytes = 0;
    for (let i = 0; i < FLOOD_MESSAGES; i++) {
      const bytes = new Uint8Array(MESSAGE_BYTES);
      new DataView(bytes.buffer).setUint32(0, i);
      results.push(socket.send(bytes));
      mostBytes = Math.max(mostBytes, socket.bufferedBytes());
      // The event loop turns, so that what the kernel takes is really taken.
      if (i % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return { results, mostBytes };
  }

  const numberOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);

  test('a peer that stops reading costs bounded memory; what it missed is said, the rest arrives', async (t) => {
    let drains = 0;
    const handlers = { message: () => undefined, drain: () => void drains++ };
    const limits = { maxBackpressureBytes: LIMIT_BYTES, whenSlow: 'drop' as const, handlers };
    const { connect, sockets, server, events } = await startServer(t, subject, limits);
    const peer = await connect();
    await until('it is in', () => sockets.length === 1);
    peer.stopReading();
    const { results, mostBytes } = await flood(sockets[0]);
    assert.ok(mostBytes > 0 && mostBytes <= LIMIT_BYTES + MESSAGE_BYTES + 16, `${mostBytes} bytes were held`);
    assert.equal(results[0], 'sent');
    assert.ok(results.includes('buffered'));
    assert.equal(results.at(-1), 'dropped');
    assert.equal(drains, 0);

    const taken = [...results.keys()].filter((i) => results[i] !== 'dropped');
    const received = collect(peer, taken.length);
    peer.startReading();
    assert.deepEqual((await received).map(numberOf), taken);
    await until('the socket has drained', () => drains > 0);
    assert.equal(sockets[0].bufferedBytes(), 0);
    assert.equal(sockets[0].send(new Uint8Array(1)), 'sent');
    assert.deepEqual([server.connectionCount(), events], [1, ['open']]);
  });

  test('what is sent together to a peer that stops reading is bounded as well, and it drains', async (t) => {
    let drains = 0;
    const handlers = { message: () => undefined, drain: () => void drains++ };
    const limits = { maxBackpressureBytes: LIMIT_BYTES, whenSlow: 'drop' as const, handlers };
    const { connect, sockets, events } = await startServer(t, subject, limits);
    const peer = await connect();
    await until('it is in', () => sockets.length === 1);
    let arrived = 0;
    peer.onMessage(() => void arrived++);
    peer.stopReading();
    const together = Array.from({ length: 4 }, () => new Uint8Array(MESSAGE_BYTES));
    let result: SendResult = 'sent';
    for (let turn = 0; turn < FLOOD_MESSAGES && result !== 'dropped'; turn++) {
      result = sockets[0].sendAll(together);
      const most = LIMIT_BYTES + together.length * (MESSAGE_BYTES + 16);
      assert.ok(sockets[0].bufferedBytes() <= most, `${sockets[0].bufferedBytes()} bytes were held`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(result, 'dropped');
    assert.equal(drains, 0);
    peer.startReading();
    await until('the socket has drained', () => drains > 0);
    const before = arrived;
    assert.equal(sockets[0].sendAll([new Uint8Array(1), new Uint8Array(2)]), 'sent');
    await until('what is sent now arrives', () => arrived >= before + 2);
    assert.deepEqual(events, ['open']);
  });

  test('a peer that stops reading is cut off when its server wants it so', async (t) => {
    const limits = { maxBackpressureBytes: LIMIT_BYTES, whenSlow: 'close' as const };
    const { connect, sockets, server, events } = await startServer(t, subject, limits);
    const peer = await connect();
    await until('it is in', () => sockets.length === 1);
    peer.stopReading();
    const { results, mostBytes } = await flood(sockets[0]);
    assert.ok(mostBytes <= LIMIT_BYTES + MESSAGE_BYTES + 16, `${mostBytes} bytes were held`);
    assert.equal(results.at(-1), 'dropped');
    await until('it is out', () => server.connectionCount() === 0);
    assert.equal(sockets[0].bufferedBytes(), 0);
    assert.deepEqual(events, ['open', 'close 1006 for its limit: backpressure']);
  });

  test('a subscriber that stops reading is cut off as well when its server wants it so', async (t) => {
    const limits = { maxBackpressureBytes: LIMIT_BYTES, whenSlow: 'close' as const };
    const { connect, sockets, server, events } = await startServer(t, subject, limits);
    const [slow, quick] = [await connect(), await connect()];
    await until('both are in', () => sockets.length === 2);
    for (const socket of sockets) socket.subscribe('board');
    slow.stopReading();
    let got = 0;
    quick.onMessage(() => void got++);
    for (let i = 0; i < FLOOD_MESSAGES; i++) {
      server.publish('board', new Uint8Array(MESSAGE_BYTES));
      if (i % 8 === 0) await until('the quick one keeps up', () => got > i);
    }
    await until('the slow one is out', () => server.connectionCount() === 1);
    await until('the quick one has all', () => got === FLOOD_MESSAGES);
    assert.deepEqual(events, ['open', 'open', 'close 1006 for its limit: backpressure']);
  });

  /** Messages wait for a peer that does not read; the last of them says so. */
  async function startWithWaiting(t: TestContext) {
    const limits = { maxBackpressureBytes: 16 * LIMIT_BYTES, whenSlow: 'drop' as const };
    const handlers = { message: () => undefined };
    const running = await startServer(t, subject, { ...limits, handlers });
    const peer = await running.connect();
    await until('it is in', () => running.sockets.length === 1);
    peer.stopReading();
    const [socket] = running.sockets;
    let count = 0;
    while (socket.bufferedBytes() < LIMIT_BYTES) {
      const bytes = new Uint8Array(MESSAGE_BYTES);
      new DataView(bytes.buffer).setUint32(0, count++);
      assert.notEqual(socket.send(bytes), 'dropped');
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { ...running, peer, socket, count };
  }

  test('a goodbye comes after all that waited, and nothing is sent after it', async (t) => {
    const { peer, socket, server, count } = await startWithWaiting(t);
    const received = collect(peer, count);
    socket.close(4_008, 'enough');
    assert.equal(socket.send(new Uint8Array(4)), 'dropped');
    peer.startReading();
    assert.deepEqual((await received).map(numberOf), [...Array(count).keys()]);
    assert.equal(await peer.closed, 4_008);
    await until('it is out', () => server.connectionCount() === 0);
  });

  test('a goodbye that a peer does not read can be cut short', async (t) => {
    const { peer, socket, server } = await startWithWaiting(t);
    socket.close(4_008, 'enough');
    socket.terminate();
    await until('it is out', () => server.connectionCount() === 0);
    peer.startReading();
    assert.ok([1006, 4_008].includes(await peer.closed));
  });

  test('closing the server leaves a peer its grace to read what waited, even one that goes on sending', async (t) => {
    const { peer, server, count } = await startWithWaiting(t);
    const received = collect(peer, count);
    const closed = server.close({ graceMs: 30_000 });
    for (let i = 0; i < FLOOD_MESSAGES; i++) peer.send(new Uint8Array(16_000));
    peer.startReading();
    assert.deepEqual((await received).map(numberOf), [...Array(count).keys()]);
    await closed;
    assert.equal(await peer.closed, 1001);
  });

  test('closing the server waits no longer than its grace', async (t) => {
    const { server } = await startWithWaiting(t);
    await server.close({ graceMs: 50 });
    assert.equal(server.connectionCount(), 0);
  });

  test('a subscriber that stops reading takes nothing from the others', async (t) => {
    const limits = { maxBackpressureBytes: LIMIT_BYTES, whenSlow: 'drop' as const };
    const { connect, sockets, server } = await startServer(t, subject, limits);
    const [slow, quick] = [await connect(), await connect()];
    await until('both are in', () => sockets.length === 2);
    for (const socket of sockets) socket.subscribe('board');
    slow.stopReading();
    let got = 0;
    quick.onMessage((bytes) => {
      assert.equal(numberOf(bytes), got);
      got++;
    });
    let mostBytes = 0;
    for (let i = 0; i < FLOOD_MESSAGES; i++) {
      const bytes = new Uint8Array(MESSAGE_BYTES);
      new DataView(bytes.buffer).setUint32(0, i);
      server.publish('board', bytes);
      for (const socket of sockets) mostBytes = Math.max(mostBytes, socket.bufferedBytes());
      if (i % 8 === 0) await until('the quick one keeps up', () => got > i);
    }
    await until('the quick one has all', () => got === FLOOD_MESSAGES);
    assert.ok(mostBytes <= LIMIT_BYTES + MESSAGE_BYTES + 16, `${mostBytes} bytes were held`);
  });

  test('a paused socket reads no more than it has read, and all the rest when resumed', async (t) => {
    const total = 20_000;
    let handled = 0;
    const handlers = {
      message(socket: Socket<ConnectionRequest>, bytes: Uint8Array) {
        if (bytes.byteLength === 1) return void socket.send(bytes.slice());
        assert.equal(numberOf(bytes), handled);
        if (++handled === 1) socket.pause();
      },
    };
    const { connect, sockets, server } = await startServer(t, subject, { handlers });
    if (!server.canPause) return t.skip('it cannot pause, and says so');
    const [fast, other] = [await connect(), await connect()];
    await until('both are in', () => sockets.length === 2);
    for (let i = 0; i < total; i++) {
      const bytes = new Uint8Array(1_000);
      new DataView(bytes.buffer).setUint32(0, i);
      fast.send(bytes);
    }
    await until('the first is handled', () => handled > 0);
    let echoes = 0;
    other.onMessage(() => void echoes++);
    for (let i = 1; i <= 50; i++) {
      other.send(new Uint8Array(1));
      await until('the other one is served', () => echoes === i);
    }
    assert.ok(handled <= 200, `${handled} messages were handled while paused`);
    sockets[0].resume();
    await until('all are handled', () => handled === total);
  });
}
