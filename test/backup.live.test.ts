import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { imageOf } from '../api/photos/images-for-tests.ts';
import { createClickHouse } from '../processors/clickhouse/clickhouse-client.ts';
import { startStackIn, type TestStack } from '../stack/stack-for-tests.ts';
import { type SignedUp, signUpAt } from './signed-up.ts';

const WAIT_MS = 120_000;
const BACKUP = fileURLToPath(new URL('../processors/backup/main.ts', import.meta.url));
const RIDE = fileURLToPath(new URL('fixtures/ride-edge810-power.fit', import.meta.url));
const dir = await mkdtemp(join(tmpdir(), 'slip-everything-'));
let running: TestStack | null = null;

after(async () => {
  await running?.stop();
  await rm(dir, { recursive: true, force: true, maxRetries: 10 });
});

async function start(folder: string, ...flags: string[]): Promise<TestStack> {
  running = await startStackIn(join(dir, folder), ...flags);
  return running;
}

async function stop(): Promise<void> {
  await running?.stop();
  running = null;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + WAIT_MS;
  while (!(await holds())) {
    running?.assertUp();
    assert.ok(Date.now() < untilMs, `never: ${what}`);
    await delay(200);
  }
}

/** `npm run backup -- …` against a stack, with what it said. */
async function backup({ ports, dir: dataDir }: TestStack, ...words: string[]) {
  const engines = [`--nats-urls=nats://127.0.0.1:${ports.nats}`, `--questdb-url=http://127.0.0.1:${ports.questdb}`];
  const more = [`--clickhouse-url=http://127.0.0.1:${ports.clickhouse}`, `--data-dir=${dataDir}`];
  const child = spawn(process.execPath, [BACKUP, ...words, ...engines, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, said };
}

async function succeeds(stack: TestStack, ...words: string[]): Promise<string> {
  const { code, said } = await backup(stack, ...words);
  assert.equal(code, 0, said);
  return said;
}

interface Workout {
  readonly id: string;
}

interface ImportedFile {
  readonly state: string;
  readonly workouts: readonly string[];
}

/** Enters a workout by hand, with a photo. */
async function enter({ apiUrl }: TestStack, { ask, accessToken }: SignedUp, name: string): Promise<string> {
  const run = { sport: 'run', localStart: '2026-06-08T12:30', timeZone: 'Europe/Vienna', durationS: 1_800 };
  const { body } = await ask<Workout>('POST', '/v1/workouts', { body: { ...run, name, distanceM: 6_000 } });
  const photo = await fetch(`${apiUrl}/v1/workouts/${body.id}/photos`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'image/jpeg' },
    body: await imageOf(),
  });
  assert.equal(photo.status, 201, await photo.text());
  return body.id;
}

/** All that the API says of a person: their history, each workout with its track, and the bytes of each photo. */
async function everythingOf({ apiUrl }: TestStack, accessToken: string) {
  async function get(path: string): Promise<Buffer> {
    const answer = await fetch(`${apiUrl}${path}`, { headers: { authorization: `Bearer ${accessToken}` } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(answer.status, 200, `${path}: ${bytes}`);
    return bytes;
  }
  const read = async (path: string) => JSON.parse((await get(path)).toString());
  const { workouts } = (await read('/v1/workouts')) as { workouts: Workout[] };
  const found = [];
  for (const { id } of workouts) {
    const { photos } = (await read(`/v1/workouts/${id}/photos`)) as { photos: { id: string }[] };
    const images = await Promise.all(photos.map((photo) => get(`/v1/workouts/${id}/photos/${photo.id}`)));
    found.push({
      workout: await read(`/v1/workouts/${id}`),
      photos,
      images: images.map((one) => one.toString('base64')),
    });
  }
  return { workouts, found, account: await read('/v1/account') };
}

test('all that people kept comes back into empty engines, and who was deleted since does not', async () => {
  const before = await start('before');
  const ofNobody = join(dir, 'nobody');
  assert.match(await succeeds(before, 'create', ofNobody), /accounts +Nobody has signed up yet/);
  await succeeds(before, 'verify', ofNobody);
  const operator = await before.operatorToken();
  const ann = await signUpAt(before.apiUrl, 'ann@example.test', operator);
  const ben = await signUpAt(before.apiUrl, 'ben@example.test', operator);
  const byHand = await enter(before, ann, 'a run with a photo');
  await enter(before, ben, 'what nobody is to see again');
  const form = new FormData();
  form.append('files', new Blob([await readFile(RIDE)]), 'ride.fit');
  const headers = { authorization: `Bearer ${ann.accessToken}` };
  const imported = await fetch(`${before.apiUrl}/v1/imports`, { method: 'POST', headers, body: form });
  const importedText = await imported.text();
  assert.equal(imported.status, 202, importedText);
  const { id: importId } = JSON.parse(importedText) as { id: string };
  await until('what was recorded is in the history and stays as it is', async () => {
    const { workouts } = (await ann.ask<{ workouts: Workout[] }>('GET', '/v1/workouts')).body;
    const { files } = (await ann.ask<{ files: ImportedFile[] }>('GET', `/v1/imports/${importId}`)).body;
    const wanted = [byHand, ...files.flatMap((file) => file.workouts)].sort();
    const isSettled = files.every(({ state }) => state === 'imported');
    return isSettled && JSON.stringify(workouts.map(({ id }) => id).sort()) === JSON.stringify(wanted);
  });
  const known = await everythingOf(before, ann.accessToken);
  const images = new Map(known.found.map(({ workout, images }) => [workout.id, images.length]));
  assert.ok(images.size > 1 && images.get(byHand) === 1);

  const folder = join(dir, 'backup');
  const said = await succeeds(before, 'create', folder);
  assert.match(said, /accounts +2 accounts/);
  assert.match(said, /objects +4 objects/);
  const receipt = await ben.ask<{ deletion: string }>('POST', '/v1/account/deletion', {
    body: { password: 'correct horse battery' },
  });
  const notes = join(before.dir, 'deletions');
  // A note that is still being written has another name.
  const isNoted = (names: readonly string[]) => names.length === 1 && names[0].endsWith('.json');
  await until('the deletion is noted', async () => isNoted(await readdir(notes)));
  await cp(notes, join(dir, 'apart'), { recursive: true });
  await stop();
  await rm(before.dir, { recursive: true, maxRetries: 10 });

  const engines = await start('now', '--no-services');
  const damaged = join(dir, 'damaged');
  await cp(folder, damaged, { recursive: true });
  const pack = join(damaged, 'objects/000001.pack');
  const bytes = await readFile(pack);
  bytes[bytes.length - 1] ^= 1;
  await writeFile(pack, bytes);
  const refused = await backup(engines, 'restore', damaged, `--deletions-dir=${join(dir, 'apart')}`);
  assert.equal(refused.code, 1);
  assert.match(refused.said, /objects\/000001\.pack is not what was backed up/);
  const unknown = await backup(engines, 'restore', folder);
  assert.equal(unknown.code, 1);
  assert.match(unknown.said, /notes of deletions in .* cannot be read/);
  await succeeds(engines, 'restore', folder, `--deletions-dir=${join(dir, 'apart')}`);
  const twice = await backup(engines, 'restore', folder, `--deletions-dir=${join(dir, 'apart')}`);
  assert.match(twice.said, /PGlite is not empty/);
  const ofBen = `SELECT toString(count()) AS n FROM slipstream.stated_workouts WHERE athlete = '${ben.athlete}'`;
  const cold = createClickHouse(`http://127.0.0.1:${engines.ports.clickhouse}`);
  assert.deepEqual(await cold.select(ofBen), [{ n: '0' }], 'before any service runs');
  await cold.close();
  await stop();

  const now = await start('now');
  const logIn = (email: string) =>
    fetch(`${now.apiUrl}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: 'correct horse battery', as: 'token' }),
    });
  assert.equal((await logIn('ben@example.test')).status, 401);
  const session = await logIn('ann@example.test');
  assert.equal(session.status, 201, await session.clone().text());
  const { accessToken } = (await session.json()) as { accessToken: string };
  assert.deepEqual(await everythingOf(now, accessToken), known);
  const asOperator = { headers: { authorization: `Bearer ${await now.operatorToken()}` } };
  await until('his deletion has gone through the stores again, under its number', async () => {
    const answer = await fetch(`${now.apiUrl}/v1/operations/deletions`, asOperator);
    const { deletions } = (await answer.json()) as { deletions: { id: string; passes: number }[] };
    return deletions.length === 1 && deletions[0].id === receipt.body.deletion && deletions[0].passes > 0;
  });
});
