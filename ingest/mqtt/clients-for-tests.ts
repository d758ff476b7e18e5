import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connectAsync } from 'mqtt';
import { topics } from '../../schemas/names.ts';
import type { Version } from './packets.ts';

/** A client of somebody else's making, as tests use all of them. */
export interface ForeignClient {
  readonly name: string;
  /** Subscribes to the device's commands, publishes both frames, and waits for their acknowledgements and a command. */
  session(request: SessionRequest): Promise<{ topic: string; payload: string }>;
}

export interface SessionRequest {
  readonly port: number;
  readonly version: Version;
  readonly device: string;
  readonly protobuf: Uint8Array;
  readonly json: string;
  /** A folder that goes away after the test. */
  readonly dir: string;
}

const BOUND_MS = 60_000;
const HOW_TO_INSTALL = 'install it with: node stack/setup.js --with-test-tools';
const python = fileURLToPath(new URL('../../.engines/pyclients/bin/python', import.meta.url));
const pahoScript = fileURLToPath(new URL('paho.session.py', import.meta.url));

async function run(what: string, command: string, args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(command, args, { timeout: BOUND_MS })).stdout;
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Error(isMissing ? `${what} is not there; ${HOW_TO_INSTALL}` : `${what} failed`, { cause });
  }
}

function writeBodies({ dir, device, protobuf, json }: SessionRequest): [topic: string, file: string][] {
  const files = [join(dir, `${device}.bin`), join(dir, `${device}.json`)];
  writeFileSync(files[0], protobuf);
  writeFileSync(files[1], json);
  return [
    [topics.frames(device), files[0]],
    [topics.framesJson(device), files[1]],
  ];
}

/** Debian's mosquitto-clients, as a shell script would use them. */
export const mosquitto: ForeignClient = {
  name: 'mosquitto_pub and mosquitto_sub',
  async session(request) {
    const { port, version, device } = request;
    const who = ['-h', '127.0.0.1', '-p', `${port}`, '-V', version === 5 ? 'mqttv5' : 'mqttv311', '-u', device];
    const filter = topics.commandsFilter(device);
    const sub = ['-P', 'token', '-i', 'sub', '-q', '1', '-C', '1', '-W', '60', '-F', '%t %p', '-t', filter];
    // It says nothing of each acknowledgement, but ends well only after it.
    const publish = async () => {
      for (const [topic, file] of writeBodies(request)) {
        const pub = ['-P', 'token', '-i', 'pub', '-q', '1', '-t', topic, '-f', file];
        await run('mosquitto_pub', 'mosquitto_pub', [...who, ...pub]);
      }
    };
    const [heard] = await Promise.all([run('mosquitto_sub', 'mosquitto_sub', [...who, ...sub]), publish()]);
    const [topic, payload] = heard.trim().split(' ');
    return { topic, payload };
  },
};

export const mqttJs: ForeignClient = {
  name: 'MQTT.js',
  async session({ port, version, device, protobuf, json }) {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      protocolVersion: version,
      username: device,
      password: 'token',
      clientId: 'mqtt.js',
      reconnectPeriod: 0,
      connectTimeout: BOUND_MS,
    });
    const command = new Promise<{ topic: string; payload: string }>((resolve, reject) => {
      client.on('message', (topic, payload) => resolve({ topic, payload: payload.toString() }));
      client.on('close', () => reject(new Error('the server closed the connection')));
    });
    await client.subscribeAsync(topics.commandsFilter(device), { qos: 1 });
    const sent = [
      client.publishAsync(topics.frames(device), Buffer.from(protobuf), { qos: 1 }),
      client.publishAsync(topics.framesJson(device), json, { qos: 1 }),
    ];
    const [heard] = await Promise.all([command, ...sent]);
    await client.endAsync();
    return heard;
  },
};

export const paho: ForeignClient = {
  name: 'paho-mqtt',
  async session(request) {
    const { port, version, device } = request;
    if (!existsSync(python)) throw new Error(`paho-mqtt is not there; ${HOW_TO_INSTALL}`);
    const bodies = writeBodies(request).flat();
    const told = JSON.parse(await run('paho-mqtt', python, [pahoScript, `${port}`, `${version}`, device, ...bodies]));
    const { connected, subscribed, published, command } = told;
    const said = JSON.stringify({ connected, subscribed, published });
    const good = { connected: 'Success', subscribed: ['Granted QoS 0'], published: ['Success', 'Success'] };
    if (said !== JSON.stringify(good)) throw new Error(`paho-mqtt was told ${said}`);
    return { topic: command[0], payload: command[1] };
  },
};
