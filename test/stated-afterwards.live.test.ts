import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createMqttConnect } from '../device-sim/transport/mqtt-client.ts';
import type { ActivityMetrics } from '../schemas/activity-metrics.ts';
import { eventCode, sportCode } from '../schemas/events.ts';
import { encodeFrame, type SensorFrame } from '../schemas/frame/encode.ts';
import { startTestStack, type TestStack } from '../stack/stack-for-tests.ts';

const SHOWN_TIMEOUT_MS = 90_000;
const LENGTH_S = 240;
const FRAME_S = 20;
const fileAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const run = promisify(execFile);
let stack: TestStack;
let operator: string;

before(async () => {
  stack = await startTestStack();
  operator = await token('tess', '--operator');
});

after(() => stack?.stop());

async function command(main: string, ...words: string[]): Promise<string> {
  const env = { ...process.env, SLIPSTREAM_NATS_URLS: `nats://127.0.0.1:${stack.ports.nats}` };
  return (await run(process.execPath, [fileAt(main), ...words], { env })).stdout.trim();
}

const token = (subject: string, ...words: string[]) =>
  command('../stack/token/main.ts', subject, `--key=${stack.keyFile}`, ...words);

/** As an operator types it. */
const config = (...words: string[]) => command('../stack/config/main.ts', ...words);

/** A second with each frame of `device`, from `startMs` on; the pod measures more speed, and a heart of its own. */
function framesOf(device: string, startMs: number): SensorFrame[] {
  const isPod = device.startsWith('pod');
  const frames = Array.from({ length: LENGTH_S / FRAME_S }, (_, n): SensorFrame => {
    const seconds = Array.from({ length: FRAME_S }, (_, i) => n * FRAME_S + i);
    return {
      ...{ device, boot: '00000000000000a1', seq: n + 2, source: 'gps' },
      timesMs: seconds.map((s) => startMs + 1_000 * s),
      columns: {
        speed: seconds.map((s) => (isPod ? 4_000 : 3_000) + (s % 7)),
        heart_rate: seconds.map((s) => (isPod ? 160 : 140) + (s % 5)),
      },
    };
  });
  const said = { device, boot: '00000000000000a1', source: 'events' };
  const start = { event: [eventCode('start')], sport: [sportCode('run')] };
  const stop = { event: [eventCode('stop')], sport: [null] };
  return [
    { ...said, seq: 1, timesMs: [startMs], columns: start },
    ...frames,
    { ...said, seq: frames.length + 2, timesMs: [startMs + 1_000 * LENGTH_S], columns: stop },
  ];
}

/** What the athlete's devices recorded, sent in the order in which they would have sent it. */
async function send(athlete: string, devices: readonly string[], startMs: number): Promise<void> {
  const connect = createMqttConnect({ url: `mqtt://127.0.0.1:${stack.ports.mqtt}`, version: 5 });
  const open = await Promise.all(
    devices.map(async (device) => ({
      connection: await connect({ device, token: await token(device, `--athlete=${athlete}`) }),
      frames: framesOf(device, startMs),
    })),
  );
  for (const i of open[0].frames.keys()) {
    for (const { connection, frames } of open) {
      assert.deepEqual(await connection.send(encodeFrame(frames[i])), { kind: 'acknowledged', reason: null });
    }
  }
  await Promise.all(open.map(({ connection }) => connection.close()));
}

interface Shown {
  readonly id: string;
  readonly revision: number;
  readonly status: string;
  readonly settingsVersion: number;
  readonly origins: readonly { device: string; source: string }[];
  readonly metrics: ActivityMetrics;
}

async function get<Answer>(path: string): Promise<Answer> {
  const answer = await fetch(`${stack.apiUrl}/v1${path}`, {
    headers: { authorization: `Bearer ${operator}` },
  });
  assert.equal(answer.status, 200, path);
  return (await answer.json()) as Answer;
}

/** The athlete's one activity, once it is over and rests on these devices alone. */
async function activityOf(athlete: string, devices: readonly string[], afterRevision = 0): Promise<Shown> {
  const untilMs = Date.now() + SHOWN_TIMEOUT_MS;
  for (;;) {
    const { activities } = await get<{ activities: Shown[] }>(`/activities?athlete=${athlete}`);
    const shown = await Promise.all(activities.map(({ id }) => get<Shown>(`/activities/${id}?athlete=${athlete}`)));
    const [one, ...others] = shown;
    const from = new Set(one?.origins.map(({ device }) => device));
    const isThere = one?.status === 'finished' && one.revision > afterRevision && others.length === 0;
    if (isThere && from.size === devices.length && devices.every((device) => from.has(device))) return one;
    if (Date.now() > untilMs) assert.fail(`${athlete} from ${devices}: ${JSON.stringify(shown)}`);
    await delay(100);
  }
}

const hasSecondsOfOne = ({ origins }: Shown) => /"aloneS":[1-9]/.test(JSON.stringify(origins));
const said = ({ revision: _, settingsVersion: __, ...rest }: Shown) => rest;

test('a device that is left out leaves what the other alone measured, and counts again when taken back', async () => {
  const startMs = 1_000 * Math.floor(Date.now() / 1_000) - 1_000 * (LENGTH_S + 30);
  await send('ann', ['watch-a', 'pod-a'], startMs);
  await send('ben', ['pod-b'], startMs);
  // A first revision may stand before all of the second device's samples are counted.
  let both = await activityOf('ann', ['watch-a', 'pod-a']);
  while (hasSecondsOfOne(both)) both = await activityOf('ann', ['watch-a', 'pod-a'], both.revision);
  const alone = await activityOf('ben', ['pod-b']);
  assert.notDeepEqual(both.metrics.distance_m, alone.metrics.distance_m);

  const [from, until] = [startMs - 60_000, startMs + 1_000 * LENGTH_S + 60_000].map((ms) => new Date(ms).toISOString());
  const span = ['exclude', 'ann', 'watch-a/*', `--from=${from}`, `--until=${until}`];
  assert.match(await config(...span), /is left out \(version 1\)$/);
  const without = await activityOf('ann', ['pod-a'], both.revision);
  assert.deepEqual(without.metrics, alone.metrics);
  assert.deepEqual([without.id, without.settingsVersion], [both.id, 1]);

  assert.match(await config(...span, '--clear'), /counts again \(version 2\)$/);
  const again = await activityOf('ann', ['watch-a', 'pod-a'], without.revision);
  assert.deepEqual(said(again), said(both));
  assert.equal(again.settingsVersion, 2);
  assert.equal(await config('exclude', 'ann'), 'athlete ann: nothing is left out');
});

test('what was said of the wet afterwards is in the load of the gear, until it is taken back', async () => {
  const shoes = { id: 'racers', kind: 'shoes', name: 'Racers', defaultFor: ['run'], from: '2026-01-01' };
  const file = join(stack.dir, 'cyd.json');
  await writeFile(file, JSON.stringify({ gear: [shoes] }));
  await config('athlete', 'cyd', '--file', file);
  const startMs = 1_000 * Math.floor(Date.now() / 1_000) - 1_000 * (LENGTH_S + 30);
  await send('cyd', ['watch-c'], startMs);
  const { metrics } = await activityOf('cyd', ['watch-c']);
  const movingS = metrics.moving_s.value;
  assert.deepEqual([metrics.wet.value, await wetS((seconds) => seconds !== undefined)], [null, null]);
  const span = [startMs - 1_000, startMs + 60_000].map((ms) => new Date(ms).toISOString());
  const words = ['wet', 'cyd', `--from=${span[0]}`, `--until=${span[1]}`];
  assert.match(await config(...words), /it was wet \(version 2\)$/);
  assert.equal(await wetS((seconds) => seconds === movingS), movingS);
  assert.match(await config(...words, '--dry'), /it was dry \(version 3\)$/);
  assert.equal(await wetS((seconds) => seconds === 0), 0);
  await config(...words, '--clear');
  assert.equal(await wetS((seconds) => seconds === null), null);
});

/** Seconds in the wet of cyd's shoes, once they are so; undefined while the shoes have done nothing. */
async function wetS(isThere: (seconds: number | null | undefined) => boolean): Promise<number | null | undefined> {
  const untilMs = Date.now() + SHOWN_TIMEOUT_MS;
  for (;;) {
    const { gear } = await get<{ gear: { activities: number; measured: { wetS: number | null } }[] }>(
      '/athletes/cyd/gear',
    );
    const seconds = gear[0]?.activities === 1 ? gear[0].measured.wetS : undefined;
    if (isThere(seconds)) return seconds;
    if (Date.now() > untilMs) assert.fail(JSON.stringify(gear));
    await delay(100);
  }
}
