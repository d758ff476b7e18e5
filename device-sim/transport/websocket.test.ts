import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { createFrameDecoder } from '../../schemas/frame/decode.ts';
import { encodeFrame } from '../../schemas/frame/encode.ts';
import { ConnectError } from './transport.ts';
import { createWebsocketConnect } from './websocket.ts';

const servers: WebSocketServer[] = [];
after(() => Promise.all(servers.map(stop)));

async function stop(server: WebSocketServer) {
  for (const client of server.clients) client.terminate();
  await new Promise((resolve) => server.close(resolve));
}

const decoder = createFrameDecoder();

/** What ingest would say: a welcome for the right token, then an acknowledgement with this status for each frame. */
async function startServer(react: (socket: WebSocket, ordinal: number, frame: Buffer) => void) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  servers.push(server);
  server.on('connection', (socket) => {
    let ordinal = 0;
    socket.on('message', (data: Buffer) => {
      if (data[0] === 1 && data.subarray(1).toString() === 'secret') socket.send(Buffer.from([0x81]));
      else if (data[0] === 1) socket.close(4001);
      else react(socket, ordinal++, data.subarray(1));
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function ack(ordinal: number, frame: Buffer, status: number): Buffer {
  assert.equal(decoder.decode(frame, 0, frame.length), null);
  const bytes = Buffer.alloc(21);
  bytes.writeUInt32LE(ordinal, 0);
  bytes.writeUInt32LE(decoder.frame.bootLow, 4);
  bytes.writeUInt32LE(decoder.frame.bootHigh, 8);
  bytes.writeBigUInt64LE(BigInt(decoder.frame.seq), 12);
  bytes[20] = status;
  return bytes;
}

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
  const held: Buffer[] = [];
  const { url } = await startServer((socket, ordinal, frame) => {
    held.unshift(ack(ordinal, frame, ordinal === 1 ? 0x99 : 0));
    if (held.length === 3) socket.send(Buffer.concat([Buffer.from([0x82]), ...held]));
  });
  const connection = await createWebsocketConnect({ url })(credentials);
  const outcomes = await Promise.all([1, 2, 3].map((seq) => connection.send(frameOf(seq))));
  assert.deepEqual(outcomes, [
    { kind: 'acknowledged', reason: null },
    { kind: 'acknowledged', reason: 'unnamed' },
    { kind: 'acknowledged', reason: null },
  ]);
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
    socket.send(Buffer.from([0x84, 0xe8, 0x03, 0, 0]));
    socket.send(Buffer.concat([Buffer.from([0x82]), ack(ordinal, frame, 0)]));
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
  await assert.rejects(createWebsocketConnect({ url })({ device: 'phone-1', token: 'wrong' }), ConnectError);
  await stop(server);
  await assert.rejects(createWebsocketConnect({ url })(credentials), ConnectError);
});

test('broken acknowledgements end the connection', async () => {
  const { url } = await startServer((socket) => socket.send(Buffer.from([0x82, 1, 2, 3])));
  const connection = await createWebsocketConnect({ url })(credentials);
  assert.deepEqual(await connection.send(frameOf(1)), { kind: 'lost' });
  assert.match(await connection.closed, /nonsense/);
});
