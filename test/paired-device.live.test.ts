import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ConnectError } from '../runtime/device-client/connection.ts';
import { createWebsocketConnect } from '../runtime/device-client/websocket.ts';
import { signToken } from '../runtime/token.ts';
import { loadSigningKey } from '../runtime/token-keys.ts';
import { WEBSOCKET_PATH } from '../schemas/names.ts';
import { freePorts } from '../stack/ports.ts';
import { ensureTokenKeys } from '../stack/token-keys.ts';
import { type SignedUp, signUpAt } from './signed-up.ts';

const UP_TIMEOUT_MS = 180_000;
const SHOWN_TIMEOUT_MS = 120_000;
const PORTS = [
  ...['mqtt', 'websocket', 'api', 'nats', 'questdb', 'questdb-pg', 'clickhouse', 'ingest-admin', 'processors-admin'],
] as const;
const fileAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const run = promisify(execFile);
let dir: string;
let ports: Record<(typeof PORTS)[number], number>;
let stack: ChildProcess;
let ann: SignedUp;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slip-paired-'));
  const free = await freePorts(PORTS.length);
  ports = Object.fromEntries(PORTS.map((name, i) => [name, free[i]])) as typeof ports;
  const flags = PORTS.map((name) => `--${name}-port=${ports[name]}`);
  const args = [fileAt('../stack/main.ts'), `--data-dir=${dir}`, '--no-demo', ...flags];
  stack = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [stack.stdout, stack.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text));
  const untilMs = Date.now() + UP_TIMEOUT_MS;
  while (!output.includes('Ctrl-C drains')) {
    if (stack.exitCode !== null || Date.now() > untilMs) assert.fail(output);
    await delay(50);
  }
  ann = await signUpAt(apiUrl(), 'ann@example.test', await operatorToken());
});

after(async () => {
  if (stack?.exitCode === null) {
    const gone = new Promise((resolve) => stack.once('exit', resolve));
    stack.kill('SIGINT');
    await gone;
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 10 });
});

const apiUrl = () => `http://127.0.0.1:${ports.api}`;

/** Who may read the letters that were caught. */
async function operatorToken(): Promise<string> {
  const key = await loadSigningKey((await ensureTokenKeys(dir)).privateFile, '--key');
  const issuedMs = Date.now();
  return signToken(key, {
    ...{ role: 'operator', subject: 'olga', athlete: '', tokenId: randomUUID(), importer: false },
    ...{ issuedMs, expiresMs: issuedMs + 3_600_000 },
  });
}

async function until<Value>(what: string, look: () => Promise<Value | null>): Promise<Value> {
  const untilMs = Date.now() + SHOWN_TIMEOUT_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > untilMs) assert.fail(what);
    await delay(100);
  }
}

async function newCode(): Promise<string> {
  return (await ann.ask<{ code: string }>('POST', '/v1/devices/pairings')).body.code;
}

interface ShownActivity {
  readonly athlete: string;
  readonly devices: readonly string[];
}

interface ShownDevice {
  readonly device: string;
  readonly name: string;
  readonly state: {
    readonly lastSeenMs: number | null;
    readonly firmware: string;
    readonly missingFrames: number;
  } | null;
  readonly deadLetters: { readonly messages: number } | null;
}

test('a simulated device paired by a code streams, and its account reads the activity and the device', async () => {
  const nowMs = Date.now();
  await run(process.execPath, [
    ...[fileAt('../device-sim/main.ts'), 'run', '--json', '--devices=1', '--duration-s=900', '--log-level=error'],
    ...[
      `--mqtt-port=${ports.mqtt}`,
      `--websocket-port=${ports.websocket}`,
      `--anchor-ms=${nowMs}`,
      '--protocols=mqtt5',
    ],
    ...[`--api-url=${apiUrl()}`, `--pair=${await newCode()}`],
  ]);
  const [activity] = await until('an activity of the account', async () => {
    const { activities } = (await ann.ask<{ activities: ShownActivity[] }>('GET', '/v1/activities')).body;
    return activities.length > 0 ? activities : null;
  });
  const shown = await until('the device with its samples', async () => {
    const { devices } = (await ann.ask<{ devices: ShownDevice[] }>('GET', '/v1/devices')).body;
    return devices[0]?.state?.lastSeenMs ? devices : null;
  });
  const [{ device, name, state, deadLetters }] = shown;
  assert.equal(shown.length, 1);
  assert.deepEqual([activity.athlete, activity.devices], [ann.athlete, [device]]);
  assert.deepEqual([name, deadLetters?.messages], ['sim-0001', 0]);
  assert.match(device, /^d[0-9a-f]{12}-sim-0001$/);
  assert.match(state?.firmware ?? '', /^sim-/);
});

test('a device that is let go loses its connection and is refused, and paired again it is good', async () => {
  const connect = createWebsocketConnect({ url: `ws://127.0.0.1:${ports.websocket}${WEBSOCKET_PATH}` });
  const pair = async () => {
    const body = { code: await newCode(), device: 'watch-7' };
    return (await ann.ask<{ device: string; credential: string }>('POST', '/v1/devices/credentials', { body })).body;
  };
  const { device, credential: token } = await pair();
  const connection = await connect({ device, token });
  await ann.ask('DELETE', `/v1/devices/${device}`);
  assert.match(await connection.closed, /revoked_token/);
  await assert.rejects(connect({ device, token }), (error) => error instanceof ConnectError && error.isFinal);
  const again = await pair();
  assert.equal(again.device, device);
  const back = await connect({ device, token: again.credential });
  await back.close();
});
