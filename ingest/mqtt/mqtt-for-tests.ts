import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import mqttPacket, { type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet';
import { until } from '../../runtime/sockets/sockets-for-tests.ts';
import { topics } from '../../schemas/names.ts';
import { countedReasons, createFrontEndParts, type FrontEndParts } from '../front-end-for-tests.ts';
import type { Intake } from '../intake.ts';
import type { Version } from './packets.ts';
import { createMqttServer } from './server.ts';

/** A client that sends what it is told to, right or wrong, and keeps what it is sent. */
export interface RawClient {
  readonly socket: Socket;
  readonly packets: Packet[];
  readonly isClosed: boolean;
  send(...packets: (Packet | Uint8Array)[]): void;
  /** The next packet that was not asked for yet. */
  next(): Promise<Packet>;
  /** What came before the server closed the connection and was not asked for yet. */
  rest(): Promise<Packet[]>;
}

export async function connectRaw(port: number, version: Version, t: TestContext): Promise<RawClient> {
  const socket = connectTcp({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  t.after(() => socket.destroy());
  const packets: Packet[] = [];
  const parser = mqttPacket.parser({ protocolVersion: version });
  parser.on('packet', (packet) => packets.push(packet));
  parser.on('error', (err) => assert.fail(err));
  socket.on('data', (chunk: Buffer) => parser.parse(chunk));
  let isClosed = false;
  socket.on('close', () => {
    isClosed = true;
  });
  // A reset is one way in which a server may end a connection; the close says enough.
  socket.on('error', () => undefined);
  let read = 0;
  return {
    socket,
    packets,
    get isClosed() {
      return isClosed;
    },
    send(...all) {
      const bytes = all.map((one) => (one instanceof Uint8Array ? one : bytesOf(one, version)));
      socket.write(Buffer.concat(bytes));
    },
    async next() {
      await until('a packet', () => packets.length > read || isClosed, 30_000);
      assert.ok(packets.length > read, 'the connection was closed before another packet came');
      return packets[read++];
    },
    async rest() {
      await until('the end of the connection', () => isClosed, 30_000);
      return packets.slice(read);
    },
  };
}

export function bytesOf(packet: Packet, version: Version): Buffer {
  return mqttPacket.generate(packet, { protocolVersion: version });
}

export function connectPacket(version: Version, over: Partial<IConnectPacket> = {}): IConnectPacket {
  const who = { clientId: 'watch-app', username: 'watch', password: Buffer.from('token') };
  return { cmd: 'connect', protocolId: 'MQTT', protocolVersion: version, clean: true, keepalive: 60, ...who, ...over };
}

export function publishPacket(messageId: number, over: Partial<IPublishPacket> = {}): IPublishPacket {
  const frame = { topic: topics.frames('watch'), payload: `frame ${messageId}` };
  const qos = messageId === 0 ? 0 : 1;
  return { cmd: 'publish', messageId, qos, dup: false, retain: false, ...frame, ...over };
}

/**
 * A server on a free port, all in memory but its sockets. Time stands still until `clock.advance`. `intake` stands in
 * for the twin.
 */
export async function startMqtt(t: TestContext, options: FrontEndParts = {}, instead: { intake?: Intake } = {}) {
  const parts = createFrontEndParts(options);
  const server = createMqttServer({ ...parts, ...instead, host: '127.0.0.1', port: 0 });
  const { port } = await server.listen();
  t.after(async () => {
    await server.stop();
    parts.connections.stop();
  });
  const connect = (version: Version) => connectRaw(port, version, t);
  return {
    ...parts,
    server,
    port,
    connect,
    /** Connects and gets in. */
    async enter(version: Version, over: Partial<IConnectPacket> = {}) {
      const client = await connect(version);
      client.send(connectPacket(version, over));
      const connack = await client.next();
      assert.ok(connack.cmd === 'connack' && (connack.reasonCode ?? connack.returnCode) === 0);
      return client;
    },
    reasons: () => countedReasons(parts.counts),
    /** Frames that came, once there are so many. */
    async offered(count: number) {
      await until(`${count} frames`, () => parts.intake.offered.length >= count, 30_000);
      return parts.intake.offered;
    },
  };
}

/** What a packet says, without what the parser adds about how it travelled. */
export function said({ cmd, ...rest }: Packet) {
  const { length, topic, payload, qos, dup, retain, ...fields } = rest as unknown as Record<string, unknown>;
  const message = cmd === 'publish' ? { topic, payload: String(payload), qos, dup, retain } : {};
  return { cmd, ...message, ...JSON.parse(JSON.stringify(fields)) };
}

export { until };
