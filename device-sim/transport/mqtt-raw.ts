import type { Connect, Connection, Outcome } from '../../runtime/device-client/connection.ts';
import { topics } from '../../schemas/names.ts';
import { publishPacket } from './mqtt-bytes.ts';
import { reasonStringOf } from './mqtt-reader.ts';
import { type MqttAddress, type MqttSocket, openMqttSocket } from './mqtt-socket.ts';
import { outcomeOfPuback } from './transport.ts';

const MAX_PACKET_ID = 65_535;

/** Devices that speak MQTT 3.1.1 or 5 through our own few packets: what the load uses, one frame at a time. */
export function createRawMqttConnect(address: MqttAddress): Connect {
  return async function connect(credentials) {
    const waiting = new Map<number, (outcome: Outcome) => void>();
    const socket = await openMqttSocket(address, credentials, {
      onPuback(packetId, code, tail) {
        const settle = waiting.get(packetId);
        waiting.delete(packetId);
        settle?.(outcomeOfPuback(code, tail === null ? undefined : reasonStringOf(tail)));
      },
    });
    return openConnection(socket, topics.frames(credentials.device), address.version, waiting);
  };
}

function openConnection(
  socket: MqttSocket,
  topic: string,
  version: 4 | 5,
  waiting: Map<number, (outcome: Outcome) => void>,
): Connection {
  let lastId = 0;
  let isOpen = true;
  const closed = socket.closed.then((why) => {
    isOpen = false;
    for (const settle of waiting.values()) settle({ kind: 'lost' });
    waiting.clear();
    return why;
  });
  return {
    maxInFlight: socket.maxInFlight,
    slowUntilMs: 0,
    closed,
    send(frame) {
      if (!isOpen) return Promise.resolve({ kind: 'lost' });
      lastId = (lastId % MAX_PACKET_ID) + 1;
      if (waiting.has(lastId)) throw new RangeError('more publishes in flight than MQTT has packet identifiers');
      socket.write(publishPacket(topic, version, lastId, frame).bytes);
      return new Promise((resolve) => waiting.set(lastId, resolve));
    },
    async close() {
      await socket.close();
      await closed;
    },
    cut: () => socket.cut(),
  };
}
