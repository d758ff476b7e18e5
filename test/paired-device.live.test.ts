import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ConnectError } from '../runtime/device-client/connection.ts';
import { createWebsocketConnect } from '../runtime/device-client/websocket.ts';
import { WEBSOCKET_PATH } from '../schemas/names.ts';
import { startTestStack, type TestStack } from '../stack/stack-for-tests.ts';
import { type SignedUp, signUpAt } from './signed-up.ts';

const SHOWN_TIMEOUT_MS = 120_000;
const fileAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const run = promisify(execFile);
let stack: TestStack;
let ann: SignedUp;

before(async () => {
  stack = await startTestStack();
  ann = await signUpAt(stack.apiUrl, 'ann@example.test', await stack.operatorToken());
});

after(() => stack?.stop());

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
      `--mqtt-port=${stack.ports.mqtt}`,
      `--websocket-port=${stack.ports.websocket}`,
      `--anchor-ms=${nowMs}`,
      '--protocols=mqtt5',
    ],
    ...[`--api-url=${stack.apiUrl}`, `--pair=${await newCode()}`],
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
  const connect = createWebsocketConnect({ url: `ws://127.0.0.1:${stack.ports.websocket}${WEBSOCKET_PATH}` });
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
