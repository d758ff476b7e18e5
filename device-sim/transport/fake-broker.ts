import { type AddressInfo, createServer, type Socket } from 'node:net';
import mqttPacket, { type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet';

/** What the broker does with one publish: a PUBACK with a code and perhaps a reason string, a cut, or nothing. */
export type Answer = { code: number; reasonString?: string } | 'cut' | 'silence';

export interface FakeBroker {
  readonly port: number;
  readonly received: { device: string; topic: string; payload: Buffer }[];
  readonly connects: IConnectPacket[];
  stop(): Promise<void>;
}

/**
 * A server that accepts devices and answers each publish as `answer` says, for tests of transports without ingest.
 * `connackCode` other than 0 refuses every connection.
 */
export async function startFakeBroker({
  answer = () => ({ code: 0 }),
  connackCode = 0,
  receiveMaximum = 32,
}: {
  answer?: (publish: IPublishPacket, count: number) => Answer;
  connackCode?: number;
  receiveMaximum?: number;
} = {}): Promise<FakeBroker> {
  const received: FakeBroker['received'] = [];
  const connects: IConnectPacket[] = [];
  const sockets = new Set<Socket>();

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const parser = mqttPacket.parser();
    let version = 4;
    let device = '';
    const write = (packet: Packet) => socket.write(mqttPacket.generate(packet, { protocolVersion: version }));
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connect') {
        connects.push(packet);
        version = packet.protocolVersion ?? 4;
        device = packet.username ?? '';
        const properties = version === 5 ? { receiveMaximum } : undefined;
        const code = { returnCode: connackCode, reasonCode: connackCode };
        write({ cmd: 'connack', sessionPresent: false, properties, ...code });
        if (connackCode !== 0) socket.end();
      } else if (packet.cmd === 'publish') {
        received.push({ device, topic: packet.topic, payload: packet.payload as Buffer });
        const told = answer(packet, received.length);
        if (told === 'cut') socket.destroy();
        if (typeof told === 'string') return;
        const properties = told.reasonString === undefined ? undefined : { reasonString: told.reasonString };
        write({ cmd: 'puback', messageId: packet.messageId, reasonCode: told.code, properties });
      } else if (packet.cmd === 'pingreq') write({ cmd: 'pingresp' });
      else if (packet.cmd === 'disconnect') socket.end();
    });
    socket.on('data', (chunk) => void (socket.destroyed || parser.parse(chunk)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    connects,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
