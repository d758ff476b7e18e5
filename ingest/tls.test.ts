import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { WebSocket } from 'ws';
import type { Certificate, KeyPair } from '../runtime/certificate.ts';
import { makeCertificate } from '../runtime/certificate-for-tests.ts';
import { createMemoryLog } from '../runtime/log.ts';
import { createSocketServer } from '../runtime/sockets/choose.ts';
import { until } from '../runtime/sockets/sockets-for-tests.ts';
import { WEBSOCKET_PATH } from '../schemas/names.ts';
import { encodeHello, readDown } from '../schemas/websocket-framing.ts';
import { countedReasons, createFrontEndParts, type FrontEndParts } from './front-end-for-tests.ts';
import { bytesOf, connectPacket, publishPacket } from './mqtt/mqtt-for-tests.ts';
import { createMqttServer } from './mqtt/server.ts';
import { createWebsocketServer } from './websocket/server.ts';

const HOST = '127.0.0.1';
const TIMEOUT_MS = 30_000;
const first = makeCertificate({ notAfterMs: Date.now() + 86_400_000, name: 'first' });
const second = makeCertificate({ notAfterMs: Date.now() + 86_400_000, name: 'second' });

/** A certificate that is renewed when the test says so. */
function createTestCertificate() {
  const takers: ((pair: KeyPair) => void)[] = [];
  const certificate: Certificate = {
    pair: first,
    notAfterMs: 0,
    trouble: null,
    onRenewed: (take) => void takers.push(take),
    stop: () => undefined,
  };
  const renew = (pair: KeyPair) => {
    for (const take of takers) take(pair);
  };
  return { certificate, renew };
}

async function startMqtts(t: TestContext, options: FrontEndParts = {}) {
  const parts = createFrontEndParts(options);
  const { certificate, renew } = createTestCertificate();
  const server = createMqttServer({ ...parts, host: HOST, port: 0, certificate });
  const { port } = await server.listen();
  t.after(async () => {
    await server.stop();
    parts.connections.stop();
  });
  return { ...parts, port, renew, reasons: () => countedReasons(parts.counts) };
}

async function connectSecurely(t: TestContext, port: number, { cert: ca }: KeyPair): Promise<TLSSocket> {
  const socket = connectTls({ host: HOST, port, ca });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

test('a device that trusts the certificate speaks MQTT through TLS and gets its acknowledgement', async (t) => {
  const { port, intake } = await startMqtts(t);
  const socket = await connectSecurely(t, port, first);
  const packets: Packet[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 5 }).on('packet', (packet) => packets.push(packet));
  socket.on('data', (chunk: Buffer) => void parser.parse(chunk));
  socket.write(bytesOf(connectPacket(5), 5));
  await until('the CONNACK', () => packets.length === 1, TIMEOUT_MS);
  socket.write(bytesOf(publishPacket(7), 5));
  await until('the frame', () => intake.offered.length === 1, TIMEOUT_MS);
  intake.offered[0].settle();
  await until('the PUBACK', () => packets.length === 2, TIMEOUT_MS);
  assert.deepEqual(
    packets.map((packet) => [packet.cmd, packet.messageId]),
    [
      ['connack', undefined],
      ['puback', 7],
    ],
  );
});

test('a renewed certificate is shown to those who come next; those who are there stay', async (t) => {
  const { port, renew } = await startMqtts(t);
  const early = await connectSecurely(t, port, first);
  renew(second);
  const late = await connectSecurely(t, port, second);
  const nameOf = (socket: TLSSocket) => socket.getPeerCertificate().subject.CN;
  assert.deepEqual([nameOf(early), nameOf(late), early.destroyed], ['first', 'second', false]);
});

test('bytes that are no handshake end their connection and are counted', async (t) => {
  const { port, reasons } = await startMqtts(t);
  const plain = connectTcp({ host: HOST, port });
  t.after(() => plain.destroy());
  plain.on('error', () => plain.destroy());
  plain.write(bytesOf(connectPacket(5), 5));
  await once(plain, 'close', { signal: AbortSignal.timeout(TIMEOUT_MS) });
  assert.deepEqual(reasons(), { malformed_packet: 1 });
});

test('strangers who never finish a handshake hold so many places and no more, and only for a while', async (t) => {
  const limits = { maxUnauthenticated: 2, connectTimeoutMs: 1_500 };
  const { port, reasons } = await startMqtts(t, { limits });
  const idle = Array.from({ length: 3 }, () => connectTcp({ host: HOST, port }));
  let closed = 0;
  for (const socket of idle) {
    t.after(() => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => closed++);
    await once(socket, 'connect');
  }
  await until('the one too many to be cut', () => closed >= 1, TIMEOUT_MS);
  await until('the others to time out', () => closed === 3, TIMEOUT_MS);
  assert.deepEqual(reasons(), { connect_timeout: 2 });
  await connectSecurely(t, port, first);
});

test('a phone speaks WebSocket through TLS, served by the adapter that can renew its certificate', async (t) => {
  const parts = createFrontEndParts();
  parts.authenticator.answers.set('phone-token', { device: 'phone' });
  const { certificate, renew } = createTestCertificate();
  const { log, records } = createMemoryLog();
  const server = await createWebsocketServer({
    ...parts,
    host: HOST,
    port: 0,
    certificate,
    createSockets: (options) => createSocketServer(options, log),
  });
  const { port } = await server.listen();
  t.after(async () => {
    await server.stop();
    parts.connections.stop();
  });
  for (const pair of [first, second]) {
    renew(pair);
    const phone = new WebSocket(`wss://${HOST}:${port}${WEBSOCKET_PATH}`, { ca: pair.cert });
    t.after(() => phone.terminate());
    await once(phone, 'open');
    phone.send(encodeHello({ client: '', token: 'phone-token' }));
    const [answer] = await once(phone, 'message');
    assert.equal(readDown(new Uint8Array(answer as Buffer))?.kind, 'welcome');
  }
  assert.deepEqual(
    records.map(({ adapter }) => adapter),
    ['ws'],
  );
});
