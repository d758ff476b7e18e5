import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lifeCycleConformance } from './conformance-life.ts';
import { slowReaderConformance } from './conformance-slow.ts';
import { CLOSE_CODE, type ConnectionRequest, type Socket } from './socket-server.ts';
import { collect, type Subject, startServer, until } from './sockets-for-tests.ts';

/** Holds one implementation to the contract of `socket-server.ts`. */
export function socketServerConformance(subject: Subject): void {
  describe(`the socket server ${subject.name}`, { timeout: 60_000 }, () => {
    messageConformance(subject);
    lifeCycleConformance(subject);
    slowReaderConformance(subject);
  });
}

function messageConformance(subject: Subject): void {
  test('messages arrive whole and in order, both ways', async (t) => {
    const { connect } = await startServer(t, subject);
    const peer = await connect();
    const sent = Array.from({ length: 100 }, (_, i) => new Uint8Array(i * 97).fill(i));
    const received = collect(peer, sent.length);
    for (const bytes of sent) peer.send(bytes);
    assert.deepEqual(
      (await received).map((bytes) => Buffer.from(bytes).toString('hex')),
      sent.map((bytes) => Buffer.from(bytes).toString('hex')),
    );
  });

  test('messages that are sent together arrive one by one, in order among the others', async (t) => {
    const { connect, sockets } = await startServer(t, subject);
    const peer = await connect();
    await until('it is in', () => sockets.length === 1);
    const sent = Array.from({ length: 60 }, (_, i) => new Uint8Array(i * 397).fill(i));
    const received = collect(peer, sent.length);
    for (let i = 0; i < sent.length; i += 6) {
      assert.notEqual(sockets[0].sendAll(sent.slice(i, i + 5)), 'dropped');
      assert.notEqual(sockets[0].send(sent[i + 5]), 'dropped');
    }
    assert.deepEqual(
      (await received).map((bytes) => Buffer.from(bytes).toString('hex')),
      sent.map((bytes) => Buffer.from(bytes).toString('hex')),
    );
    sockets[0].terminate();
    await until('it is out', () => sockets[0].sendAll([new Uint8Array(1), new Uint8Array(1)]) === 'dropped');
  });

  test('a text message comes as its UTF-8, marked as text', async (t) => {
    const kinds: string[] = [];
    const handlers = {
      message(socket: Socket<ConnectionRequest>, bytes: Uint8Array, kind: string) {
        kinds.push(kind);
        socket.send(bytes.slice());
      },
    };
    const { connect } = await startServer(t, subject, { handlers });
    const peer = await connect();
    const received = collect(peer, 2);
    peer.send(Buffer.from('vélo'), 'text');
    peer.send(Buffer.from('vélo'), 'binary');
    assert.deepEqual(
      (await received).map((bytes) => Buffer.from(bytes).toString()),
      ['vélo', 'vélo'],
    );
    assert.deepEqual(kinds, ['text', 'binary']);
  });

  test('the data slot knows how the peer came, and each socket has its own', async (t) => {
    const { address, connect, sockets } = await startServer(t, subject);
    await connect({ query: 'race=berlin&x=1', origin: 'https://example.org', cookie: 'a=b; c=d' });
    await connect();
    await until('both are open', () => sockets.length === 2);
    const remoteAddress = subject.hasPorts ? '127.0.0.1' : 'memory';
    const host = subject.hasPorts ? `${address.host}:${address.port}` : 'memory';
    const cookie = 'a=b; c=d';
    assert.deepEqual(
      sockets.map((socket) => socket.data),
      [
        { query: 'race=berlin&x=1', word: '', origin: 'https://example.org', host, cookie, remoteAddress },
        { query: '', word: '', origin: undefined, host, cookie: undefined, remoteAddress },
      ],
    );
  });

  test('a message over the limit closes its connection and is not delivered', async (t) => {
    let delivered = 0;
    const handlers = { message: () => void delivered++ };
    const { connect, events } = await startServer(t, subject, { maxMessageBytes: 1_000, handlers });
    const peer = await connect();
    peer.send(new Uint8Array(1_000));
    await until('the short one is there', () => delivered === 1);
    peer.send(new Uint8Array(1_001));
    assert.equal(await peer.closed, CLOSE_CODE.tooBig);
    await until('the server has closed it', () => events.length === 2);
    assert.equal(delivered, 1);
    assert.match(events[1], /^close 10(06|09) for its limit: message$/);
  });

  test('a message far over the limit is not even read', async (t) => {
    const handlers = { message: () => assert.fail('it was delivered') };
    const { connect, events } = await startServer(t, subject, { maxMessageBytes: 1_000, handlers });
    const peer = await connect();
    peer.send(new Uint8Array(100_000));
    await peer.closed;
    await until('the server has closed it', () => events.length === 2);
    assert.match(events[1], /^close 10(06|09) for its limit: message$/);
  });

  test('published bytes reach the subscribers of their topic and nobody else', async (t) => {
    const { connect, server, sockets } = await startServer(t, subject);
    const peers = [await connect(), await connect(), await connect()];
    await until('all are open', () => sockets.length === 3);
    const messages = peers.map((peer) => {
      const texts: string[] = [];
      peer.onMessage((bytes) => texts.push(Buffer.from(bytes).toString()));
      return texts;
    });
    sockets[0].subscribe('board/berlin');
    sockets[1].subscribe('board/berlin');
    sockets[1].subscribe('board/rome');
    const counts = [
      server.publish('board/berlin', Buffer.from('b1')),
      server.publish('board/rome', Buffer.from('r1')),
      server.publish('board/oslo', Buffer.from('o1')),
    ];
    await until('the first round is there', () => messages[0].length === 1 && messages[1].length === 2);
    sockets[0].unsubscribe('board/berlin');
    counts.push(server.publish('board/berlin', Buffer.from('b2')));
    await until('the second round is there', () => messages[1].length === 3);
    peers[1].close();
    await until('it has left', () => server.connectionCount() === 2);
    counts.push(server.publish('board/berlin', Buffer.from('b3')));
    for (const peer of [peers[0], peers[2]]) peer.send(Buffer.from('last'));
    await until('the echoes are there', () => messages[0].length === 2 && messages[2].length === 1);
    assert.deepEqual(counts, [2, 1, 0, 1, 0]);
    assert.deepEqual(messages, [['b1', 'last'], ['b1', 'r1', 'b2'], ['last']]);
  });
}
