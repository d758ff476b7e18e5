import type { Connect } from '../../runtime/device-client/connection.ts';
import { createWebsocketConnect } from '../../runtime/device-client/websocket.ts';
import { WEBSOCKET_PATH } from '../../schemas/names.ts';
import type { Protocol } from '../fleet.ts';
import { createMqttConnect } from './mqtt-client.ts';
import { createRawMqttConnect } from './mqtt-raw.ts';

/** Where one ingest listens. */
export interface IngestAddress {
  readonly host: string;
  readonly mqttPort: number;
  readonly websocketPort: number;
}

/** How each protocol reaches it. */
export function connectsTo({ host, mqttPort: port, websocketPort }: IngestAddress): Record<Protocol, Connect> {
  const url = `mqtt://${host}:${port}`;
  return {
    mqtt: createMqttConnect({ url, version: 4 }),
    mqtt5: createMqttConnect({ url, version: 5 }),
    raw: createRawMqttConnect({ host, port, version: 4 }),
    raw5: createRawMqttConnect({ host, port, version: 5 }),
    ws: createWebsocketConnect({ url: `ws://${host}:${websocketPort}${WEBSOCKET_PATH}` }),
  };
}
