import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { encodeFrame } from '../../schemas/frame/encode.ts';
import { peekIdentity } from '../../schemas/frame/peek-identity.ts';
import type { Reason } from '../../schemas/reasons.ts';
import {
  type Ack,
  ackOf,
  encodeAcks,
  encodeGoodbye,
  encodeSlowDown,
  encodeWelcome,
  readUp,
} from '../../schemas/websocket-framing.ts';
import { ConnectError } from './connection.ts';
import { createWebsocketConnect } from './websocket.ts';

const servers: WebSocketServer[] = [];
after(() => Promise.all(servers.map(stop)));

async function stop(server: WebSocketServer) {
  for (const client of server.clients) client.terminate();
  await new Promise((resolve) => server.close(resolve));
}

const WELCOME = encodeWelcome({ maxInFlightFrames: 7, maxMessageBytes: 1_000 });

/** What ingest would say: a welcome for the right token, then whatever `react` answers to each frame. */
async function startServer(react: (socket: WebSocket, ordinal: number, frame: Uint8Array) => void) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  servers.push(server);
  server.on('connection', (socket) => {
    let ordinal = 0;
    socket.on('message', (data: Buffer) => {
      const message = readUp(data);
      assert.ok(typeof message !== 'string');
      if (message.kind === 'frame') return react(socket, ordinal++, message.body);
      if (message.token === 'secret') return socket.send(WELCOME);
      socket.send(encodeGoodbye('bad_token'));
      socket.close(1008, 'bad_token');
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const ack = (ordinal: number, frame: Uint8Array, reason: Reason | null) =>
  ackOf(ordinal, peekIdentity('protobuf', frame), reason);

const frameOf = (seq: number) =>
  encodeFrame({
    device: 'phone-1',
    boot: '00000000000000ff',
    seq,
    source: 'hr',
    timesMs: [seq],
    columns: { heart_rate: [60] },
  });
const credentials = { device: 'phone-1', token: 'secret' };

test('answers settle their own frame, whatever their order, several in one message', async () => {
  const reasons = [null, 'frame_too_old', 'stream_full'] as const;
  const held: Ack[] = [];
  const { url } = await startServer((socket, ordinal, frame) => {
    held.unshift(ack(ordinal, frame, reasons[ordinal]));
    if (held.length === 3) socket.send(encodeAcks(held));
  });
  const connection = await createWebsocketConnect({ url })(credentials);
  const outcomes = await Promise.all([1, 2, 3].map((seq) => connection.send(frameOf(seq))));
  assert.deepEqual(outcomes, [
    { kind: 'acknowledged', reason: null },
    { kind: 'acknowledged', reason: 'frame_too_old' },
    { kind: 'refused', reason: 'stream_full' },
  ]);
  assert.equal(connection.maxInFlight, 7);
  await connection.close();
  assert.equal(await connection.closed, 'the device said goodbye');
  assert.deepEqual(await connection.send(frameOf(4)), { kind: 'lost' });
});

test('what was in flight when the connection ends is lost', async () => {
  const { url } = await startServer((socket) => socket.terminate());
  const connection = await createWebsocketConnect({ url })(credentials);
  assert.deepEqual(await connection.send(frameOf(1)), { kind: 'lost' });
  const cut = await createWebsocketConnect({ url })(credentials);
  cut.cut();
  assert.equal(await cut.closed, 'the device lost its radio');
});

test('a request to slow down is heard', async () => {
  const { url } = await startServer((socket, ordinal, frame) => {
    socket.send(encodeSlowDown(1_000));
    socket.send(encodeAcks([ack(ordinal, frame, null)]));
  });
  const connection = await createWebsocketConnect({ url })(credentials);
  assert.equal(connection.slowUntilMs, 0);
  const beforeMs = Date.now();
  await connection.send(frameOf(1));
  assert.ok(connection.slowUntilMs >= beforeMs + 1_000);
  await connection.close();
});

test('a server that does not want the token, or is not there, is a ConnectError', async () => {
  const { server, url } = await startServer(() => undefined);
  const wrong = { device: 'phone-1', token: 'wrong' };
  await assert.rejects(
    createWebsocketConnect({ url })(wrong),
    (error) => error instanceof ConnectError && error.isFinal && /goodbye: bad_token/.test(error.message),
  );
  await stop(server);
  await assert.rejects(createWebsocketConnect({ url })(credentials), ConnectError);
});

test('broken acknowledgements end the connection', async () => {
  const { url } = await startServer((socket) => socket.send(Buffer.from([0x82, 1, 2, 3])));
  const connection = await createWebsocketConnect({ url })(credentials);
  assert.deepEqual(await connection.send(frameOf(1)), { kind: 'lost' });
  assert.match(await connection.closed, /nonsense/);
});
