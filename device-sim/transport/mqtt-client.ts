import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import {
  CONNECT_TIMEOUT_MS,
  type Connect,
  ConnectError,
  type Connection,
  type Credentials,
  DEFAULT_MAX_IN_FLIGHT,
  type Outcome,
} from '../../runtime/device-client/connection.ts';
import { topics } from '../../schemas/names.ts';
import { KEEP_ALIVE_S, outcomeOfPuback } from './transport.ts';

/** CONNACK codes that say no for good: 3.1.1 table 3.1 and 5.0 table 3-1. */
const FINAL_CODES = new Set([4, 5, 0x84, 0x85, 0x86, 0x87, 0x8a]);

export interface MqttTarget {
  /** `mqtt://host:port`, or any URL that MQTT.js takes. */
  readonly url: string;
  readonly version: 4 | 5;
}

/** Devices that speak MQTT 3.1.1 or 5 through MQTT.js: QoS 1, clean session, no reconnecting of its own. */
export function createMqttConnect({ url, version }: MqttTarget): Connect {
  return async function connect(credentials) {
    const client = mqtt.connect(url, clientOptions(credentials, version));
    try {
      const maxInFlight = await connected(client);
      return openConnection(client, topics.frames(credentials.device), maxInFlight);
    } catch (error) {
      client.end(true);
      throw error;
    }
  };
}

function clientOptions({ device, token }: Credentials, version: 4 | 5): IClientOptions {
  return {
    clientId: device,
    username: device,
    password: token ?? undefined,
    protocolVersion: version,
    clean: true,
    keepalive: KEEP_ALIVE_S,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A device decides itself when to come back and what to send again.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
  };
}

/** Resolves with the server's receive maximum (MQTT 5, 3.2.2.3.3). */
function connected(client: MqttClient): Promise<number> {
  return new Promise((resolve, reject) => {
    client.once('connect', (connack) => resolve(connack.properties?.receiveMaximum ?? DEFAULT_MAX_IN_FLIGHT));
    client.once('error', (error) => {
      const code = 'code' in error ? Number(error.code) : Number.NaN;
      reject(new ConnectError(error.message, { isFinal: FINAL_CODES.has(code), cause: error }));
    });
    client.once('close', () => reject(new ConnectError('the server closed the connection')));
  });
}

function openConnection(client: MqttClient, topic: string, maxInFlight: number): Connection {
  const waiting = new Set<(outcome: Outcome) => void>();
  const closed = Promise.withResolvers<string>();
  let isOpen = true;
  let why = 'the connection was closed';

  client.on('error', (error) => {
    why = error.message;
  });
  client.on('disconnect', (packet) => {
    why = `the server said goodbye: ${packet.properties?.reasonString ?? `0x${packet.reasonCode?.toString(16)}`}`;
  });
  client.on('close', end);

  function end(): void {
    if (!isOpen) return;
    isOpen = false;
    for (const settle of waiting) settle({ kind: 'lost' });
    waiting.clear();
    client.end(true);
    closed.resolve(why);
  }

  return {
    maxInFlight,
    slowUntilMs: 0,
    closed: closed.promise,
    send(frame) {
      if (!isOpen) return Promise.resolve({ kind: 'lost' });
      return new Promise((resolve) => {
        const settle = (outcome: Outcome) => {
          waiting.delete(settle);
          resolve(outcome);
        };
        waiting.add(settle);
        client.publish(topic, frame as Buffer, { qos: 1 }, (error, packet) => settle(outcomeOf(error, packet)));
      });
    },
    async close() {
      if (!isOpen) return;
      why = 'the device said goodbye';
      await client.endAsync();
      end();
    },
    cut() {
      why = 'the device lost its radio';
      client.stream.destroy();
      end();
    },
  };
}

/** MQTT.js gives a PUBACK with a failing code as an error that has the code, anything else as one that has not. */
function outcomeOf(error: Error | undefined | null, packet: unknown): Outcome {
  if (!error) return { kind: 'acknowledged', reason: null };
  if (!('code' in error) || typeof error.code !== 'number') return { kind: 'lost' };
  const puback = packet as { properties?: { reasonString?: string } } | undefined;
  return outcomeOfPuback(error.code, puback?.properties?.reasonString);
}
