import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import { exportXml, ROUTE_PATH } from '../files/health/apple-export-for-tests.ts';
import { createHealthConnectDatabase, RUN_START_MS } from '../files/health/health-connect-for-tests.ts';
import { hkSample, hkWorkout, uuidOf } from '../files/health/health-for-tests.ts';
import { startTestStack, type TestStack } from '../stack/stack-for-tests.ts';
import { type SignedUp, signUpAt } from './signed-up.ts';

const TIMEOUT_MS = 240_000;
const DAY_MS = 86_400_000;

let stack: TestStack;

before(async () => {
  stack = await startTestStack();
});

after(() => stack?.stop());

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + TIMEOUT_MS;
  while (!(await holds())) {
    stack.assertUp();
    assert.ok(Date.now() < untilMs, `never: ${what}`);
    await delay(300);
  }
}

interface Workout {
  readonly id: string;
  readonly sport: string;
  readonly startMs: number;
  readonly averageHeartRateBpm: number | null;
}

async function historyOf(person: SignedUp): Promise<Workout[]> {
  return (await person.ask<{ workouts: Workout[] }>('GET', '/v1/workouts')).body.workouts;
}

/** A run yesterday, with a heart rate and a point of its route each second. */
function pushedRun(startMs: number) {
  const iso = (second: number) => new Date(startMs + second * 1_000).toISOString();
  const seconds = Array.from({ length: 600 }, (_, i) => i);
  const route = seconds.map((i) => ({ timestamp: iso(i), latitude: 48.2 + i * 3e-5, longitude: 16.3, altitude: 180 }));
  const hearts = seconds.map((i) =>
    hkSample('HeartRate', 150, 'count/min', { uuid: uuidOf(i + 1), startDate: iso(i), endDate: iso(i) }),
  );
  const span = { startDate: iso(0), endDate: iso(599) };
  const steps = hkSample('StepCount', 1_600, 'count', { uuid: uuidOf(1_000), ...span });
  return [hkWorkout({ ...span, route, workoutEvents: [] }), ...hearts, steps];
}

/** Uploads an export and waits until it is read. */
async function importExport(person: SignedUp, name: string, zip: Buffer, holds: { workouts: number; records: number }) {
  const form = new FormData();
  form.append('files', new Blob([new Uint8Array(zip)]), name);
  const headers = { authorization: `Bearer ${person.accessToken}` };
  const uploaded = await fetch(`${stack.apiUrl}/v1/imports`, { method: 'POST', headers, body: form });
  assert.equal(uploaded.status, 202, await uploaded.clone().text());
  const { id } = (await uploaded.json()) as { id: string };
  type Files = { files: { state: string; health: { workouts: number; records: number } | null }[] };
  await until(`${name} is read`, async () => {
    const [file] = (await person.ask<Files>('GET', `/v1/imports/${id}`)).body.files;
    assert.notEqual(file.state, 'refused', JSON.stringify(file));
    if (file.state !== 'stored') return false;
    const { workouts, records } = file.health!;
    assert.deepEqual({ workouts, records }, holds);
    return true;
  });
}

async function healthConnectZip(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'slipstream-health-connect-'));
  try {
    const file = join(folder, 'health.db');
    createHealthConnectDatabase(file);
    const zip = new ZipFile();
    zip.addBuffer(await readFile(file), 'health_connect_export.db');
    zip.end();
    return await buffer(zip.outputStream);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('a pushed workout and an exported one appear in the history, and one that is deleted leaves it', async () => {
  const ben = await signUpAt(stack.apiUrl, 'ben@example.test', await stack.operatorToken());
  const startMs = Math.floor((Date.now() - DAY_MS) / 1_000) * 1_000;
  const samples = pushedRun(startMs);
  const push = (body: object) =>
    ben.ask<{ taken: number; repeated: number }>('POST', '/v1/me/health/healthkit', { body });
  assert.equal((await push({ samples })).body.taken, samples.length);
  assert.equal((await push({ samples })).body.repeated, samples.length);
  await until('the pushed run is in the history with its heart rate', async () => {
    const [run] = await historyOf(ben);
    return run?.sport === 'run' && run.startMs === startMs && run.averageHeartRateBpm === 150;
  });

  const zip = new ZipFile();
  const points = [0, 1, 2].map((i) => `<trkpt lat="48.${i}" lon="16"><time>2025-11-30T07:00:0${i}Z</time></trkpt>`);
  const gpx = `<gpx><trk><trkseg>${points.join('')}</trkseg></trk></gpx>`;
  zip.addBuffer(Buffer.from(exportXml().replaceAll('2026-11-30 ', '2025-11-30 ')), 'apple_health_export/export.xml');
  zip.addBuffer(Buffer.from(gpx), `apple_health_export${ROUTE_PATH}`);
  zip.end();
  await importExport(ben, 'export.zip', await buffer(zip.outputStream), { workouts: 1, records: 4 });
  await until('the exported run is in the history too', async () => {
    return (await historyOf(ben)).some(({ sport, startMs: at }) => {
      return sport === 'treadmill_run' && at === Date.parse('2025-11-30T07:00:00Z');
    });
  });

  await importExport(ben, 'Health Connect.zip', await healthConnectZip(), { workouts: 1, records: 7 });
  await until('the run of the Android phone is in the history, with its heart rate', async () => {
    return (await historyOf(ben)).some(({ sport, startMs: at, averageHeartRateBpm }) => {
      return sport === 'run' && at === RUN_START_MS && averageHeartRateBpm !== null;
    });
  });
  type Day = { measures: { measure: string; total: number | null }[] };
  const { measures } = (await ben.ask<Day>('GET', '/v1/me/health/days/2025-11-30')).body;
  assert.equal(measures.find(({ measure }) => measure === 'steps')?.total, 6_000);

  await push({ samples: [], deleted: samples.slice(0, 1).map(({ uuid }) => uuid) });
  await until('the deleted run has left the history', async () => {
    return (await historyOf(ben)).every(({ startMs: at }) => at !== startMs);
  });
});
