import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startTestStack, type TestStack } from '../stack/stack-for-tests.ts';
import { signUpAt } from './signed-up.ts';

const TIMEOUT_MS = 240_000;
const pathOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

interface FileAnswer {
  readonly name: string;
  readonly state: string;
  readonly workouts: readonly string[];
  readonly reason: string | null;
}

let stack: TestStack;

before(async () => {
  stack = await startTestStack();
});

after(() => stack?.stop());

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + TIMEOUT_MS;
  while (!(await holds())) {
    assert.ok(Date.now() < untilMs, `never: ${what}`);
    await delay(200);
  }
}

/** Asks again while a store is out of reach: opening PGlite keeps the API from its watches for seconds. */
async function ask(method: string, path: string, token: string, body?: FormData) {
  const untilMs = Date.now() + TIMEOUT_MS;
  for (;;) {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${stack.apiUrl}${path}`, { method, headers, ...(body && { body }) });
    const text = await answer.text();
    if (answer.ok) return text === '' ? null : JSON.parse(text);
    const isAway = answer.status === 503 && Date.now() < untilMs;
    assert.ok(isAway, `${method} ${path}: ${answer.status} ${text}`);
    await delay(500);
  }
}

async function formOf(files: readonly (readonly [name: string, bytes: Uint8Array])[]): Promise<FormData> {
  const form = new FormData();
  for (const [name, bytes] of files) form.append('files', new Blob([bytes as Uint8Array<ArrayBuffer>]), name);
  return form;
}

/** A run of an hour as GPX, a point a second, each with as much beside it as makes the file so large. */
function gpx(startMs: number, totalBytes: number): Uint8Array {
  const beside = `<!--${'x'.repeat(Math.floor(totalBytes / 3_600) - 130)}-->`;
  const points = Array.from({ length: 3_600 }, (_, i) => {
    const time = new Date(startMs + i * 1_000).toISOString();
    const latitude = (48 + i * 3e-5).toFixed(6);
    return `<trkpt lat="${latitude}" lon="16.3"><ele>200</ele><time>${time}</time></trkpt>${beside}`;
  });
  return Buffer.from(`<?xml version="1.0"?><gpx version="1.1"><trk><trkseg>${points.join('')}</trkseg></trk></gpx>`);
}

test('recordings, a damaged one and 50 MB of GPX are imported, and the same file twice is one workout', async () => {
  const { accessToken: token } = await signUpAt(stack.apiUrl, 'ben@example.test', await stack.operatorToken());
  const fixture = async (name: string) => new Uint8Array(await readFile(pathOf(`test/fixtures/${name}`)));
  const large = gpx(Date.UTC(2024, 1, 29, 10), 50_000_000);
  assert.ok(large.length > 49_000_000);
  const ride = await fixture('ride-edge810-power.fit');
  const form = await formOf([
    ['Früh 🏃 ריצה.fit', ride],
    ['hike.gpx', await fixture('hike-korita-zbevnica.gpx')],
    ['large.gpx', large],
    ['cut.fit', await fixture('truncated.fit')],
    ['notes.fit', Buffer.from('no activity at all')],
  ]);
  const { id } = await ask('POST', '/v1/imports', token, form);

  async function settled(of: string): Promise<FileAnswer[]> {
    let files: FileAnswer[] = [];
    await until(`import ${of} is over`, async () => {
      stack.assertUp();
      files = (await ask('GET', `/v1/imports/${of}`, token)).files;
      return files.every(({ state }) => !['waiting', 'reading', 'stored'].includes(state));
    });
    return files;
  }

  const files = await settled(id);
  const [rideFile, , largeFile] = files;
  assert.deepEqual(
    files.map(({ name, state, reason }) => [name, state, reason]),
    [
      ['Früh 🏃 ריצה.fit', 'imported', null],
      ['hike.gpx', 'imported', null],
      ['large.gpx', 'imported', null],
      ['cut.fit', 'imported', null],
      ['notes.fit', 'refused', 'unknown_format'],
    ],
  );
  assert.deepEqual([rideFile.workouts.length, largeFile.workouts.length], [1, 1]);
  const again = await ask('POST', '/v1/imports', token, await formOf([['copy.fit', ride]]));
  assert.deepEqual((await settled(again.id))[0].workouts, rideFile.workouts);
  // A file with long rests is several workouts, which come one after another.
  await until('the history has the workouts of the files and no others', async () => {
    const [{ workouts }, { files: own }] = await Promise.all([
      ask('GET', '/v1/workouts?limit=200', token),
      ask('GET', `/v1/imports/${id}`, token),
    ]);
    const inHistory = workouts.map((one: { id: string }) => one.id).sort();
    return JSON.stringify(inHistory) === JSON.stringify(own.flatMap((one: FileAnswer) => one.workouts).sort());
  });
  const leapDay = await ask('GET', `/v1/workouts/${largeFile.workouts[0]}`, token);
  assert.equal(leapDay.startMs, Date.UTC(2024, 1, 29, 10));
});
