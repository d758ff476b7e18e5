import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ActivityMetrics } from '../schemas/activity-metrics.ts';
import type { StatedSettings } from '../schemas/athlete-settings.ts';
import { startTestStack, type TestStack } from '../stack/stack-for-tests.ts';
import { signUpAt } from './signed-up.ts';

const DAY_MS = 86_400_000;
const SHOWN_TIMEOUT_MS = 60_000;
const RIDER = 'ride-edge810-power';
const fileAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const dayOf = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);

const run = promisify(execFile);
let stack: TestStack;

before(async () => {
  stack = await startTestStack('--open');
});

after(() => stack?.stop());

/** As an operator types it. */
async function config(...words: string[]): Promise<string> {
  const env = { ...process.env, SLIPSTREAM_NATS_URLS: `nats://127.0.0.1:${stack.ports.nats}` };
  return (await run(process.execPath, [fileAt('../stack/config/main.ts'), ...words], { env })).stdout.trim();
}

async function state(stated: StatedSettings): Promise<string> {
  const file = join(stack.dir, 'rider.json');
  await writeFile(file, JSON.stringify(stated));
  return config('athlete', RIDER, '--file', file);
}

/** The recorded ride, as if it had ended then. The device is called as the file is. */
async function ride(endMs: number, file = fileAt(`fixtures/${RIDER}.fit`)): Promise<void> {
  await run(process.execPath, [
    ...[fileAt('../device-sim/main.ts'), 'run', '--json', '--devices=0', '--log-level=error'],
    ...[`--mqtt-port=${stack.ports.mqtt}`, `--websocket-port=${stack.ports.websocket}`, `--anchor-ms=${endMs}`],
    `--fit=${file}`,
  ]);
}

interface Shown {
  readonly id: string;
  readonly revision: number;
  readonly status: string;
  readonly endMs: number;
  readonly settingsVersion: number;
  readonly metrics: ActivityMetrics;
}

async function get<Answer>(path: string): Promise<Answer> {
  const answer = await fetch(`${stack.apiUrl}/v1${path}`);
  assert.equal(answer.status, 200, path);
  return (await answer.json()) as Answer;
}

/** The rides, the newest first, once the one that ended then is there whole and all before it are over. */
async function ridesUntil(endMs: number, athlete = RIDER): Promise<Shown[]> {
  const untilMs = Date.now() + SHOWN_TIMEOUT_MS;
  for (;;) {
    const { activities } = await get<{ activities: Shown[] }>(`/activities?athlete=${athlete}`);
    const [newest, ...others] = activities;
    const isThere = newest !== undefined && newest.endMs >= endMs - 1_000;
    if (isThere && others.every(({ status }) => status === 'finished')) {
      return Promise.all(activities.map(({ id }) => get<Shown>(`/activities/${id}?athlete=${athlete}`)));
    }
    if (Date.now() > untilMs) assert.fail(JSON.stringify(activities));
    await delay(100);
  }
}

test('what an operator states gives rides their zones and loads from its day on, and leaves those before', async () => {
  const nowMs = Date.now();
  const [first, second, third] = [3, 2, 0].map((days) => nowMs - days * DAY_MS);
  const stated: StatedSettings = {
    sex: 'male',
    body: [{ from: '2000-01-01', restingHeartRateBpm: 52 }],
    heart: [{ from: '2000-01-01', maxHeartRateBpm: 185 }],
    thresholds: [{ from: '2000-01-01', sports: ['ride'], ftpW: 250, wPrimeJ: 20_000 }],
  };
  assert.match(await state(stated), /stated as version 1/);
  await ride(first);
  const [shown] = await ridesUntil(first);
  assert.equal(shown.settingsVersion, 1);
  const needing = ['trimp_banister', 'trimp_edwards', 'intensity_factor', 'training_stress', 'w_balance'] as const;
  for (const name of needing) assert.notEqual(shown.metrics[name].value, null, name);
  assert.equal(shown.metrics.heart_rate_zones_s.value?.length, 6);

  await ride(second);
  const [, finished] = await ridesUntil(second);
  assert.deepEqual([finished.status, finished.settingsVersion], ['finished', 1]);

  const later = { from: dayOf(nowMs - DAY_MS), sports: ['ride' as const] };
  const change: StatedSettings = {
    ...stated,
    heart: [...(stated.heart ?? []), { ...later, heartRateZonesBpm: [100, 150] }],
    thresholds: [...(stated.thresholds ?? []), { ...later, ftpW: 200 }],
  };
  assert.match(await state(change), /stated as version 2/);
  await ride(third);
  const [newest, ...old] = await ridesUntil(third);
  assert.deepEqual([newest.settingsVersion, newest.metrics.heart_rate_zones_s.value?.length], [2, 3]);
  assert.equal(old.length, 2);
  // A backlog is computed again from the stored samples, perhaps with the later version: it says the same of its day.
  for (const { metrics } of old) {
    assert.equal(metrics.heart_rate_zones_s.value?.length, 6);
    const ratio = (newest.metrics.training_stress.value ?? 0) / (metrics.training_stress.value ?? 0);
    // The one that is live may lack some of its last seconds.
    assert.ok(Math.abs(ratio / (250 / 200) ** 2 - 1) < 0.01, `the same ride at another FTP, times ${ratio}`);
  }
});

test('what a person says in their profile reaches the activity that begins then, a change the next', async () => {
  const ann = await signUpAt(stack.apiUrl, 'ann@example.test');
  // In an open deployment a device that belongs to nobody is its own athlete.
  const file = join(stack.dir, `${ann.athlete}.fit`);
  await copyFile(fileAt(`fixtures/${RIDER}.fit`), file);
  const nowMs = Date.now();
  const profile = (ftpW: number, heartRateZonesBpm: number[]) => ({
    heart: [{ from: '2000-01-01', heartRateZonesBpm }],
    thresholds: [{ from: '2000-01-01', sports: ['ride'], ftpW }],
  });
  const seen: Shown[] = [];
  let etag = '"profile-0"';
  for (const [version, body] of [profile(250, [100, 150]), profile(200, [90, 120, 150])].entries()) {
    ({ etag } = await ann.ask('PUT', '/v1/profile', { body, ifMatch: etag }));
    await settingsReach(ann.athlete, version + 1);
    const endMs = nowMs - (1 - version) * DAY_MS;
    await ride(endMs, file);
    seen.push((await ridesUntil(endMs, ann.athlete))[0]);
  }
  assert.deepEqual(
    seen.map(({ settingsVersion, metrics }) => [settingsVersion, metrics.heart_rate_zones_s.value?.length]),
    [
      [1, 3],
      [2, 4],
    ],
  );
  const [before, after] = seen.map(({ metrics }) => metrics.intensity_factor.value ?? 0);
  assert.ok(Math.abs(after / before / (250 / 200) - 1) < 0.01, `${before} at 250 W, ${after} at 200 W`);
});

/** CONFIG has it once the outbox has delivered it; processors hear of it by a watch. */
async function settingsReach(athlete: string, version: number): Promise<void> {
  const untilMs = Date.now() + SHOWN_TIMEOUT_MS;
  for (;;) {
    const shown = await config('athlete', athlete);
    if (shown.includes(`"version": ${version},`)) return;
    if (Date.now() > untilMs) assert.fail(shown);
  }
}
