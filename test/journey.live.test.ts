import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { filesOfZip, readFit, sha256 } from '../api/own-data/export/export-for-tests.ts';
import { noPostgresql } from '../stack/postgresql-for-tests.ts';
import { openPage, PHONE, startBrowser, whyNoBrowser } from './browser.ts';
import { type JourneyStack, startJourneyStack, until, WITHIN_MS } from './journey/journey-stack.ts';
import { type KnownAs, tracesOf } from './journey/traces.ts';

const ANN = { email: 'ann@example.test', password: 'correct horse battery' };
const RECORDING = fileURLToPath(new URL('fixtures/run-fenix2.fit', import.meta.url));
/** A run of a quarter of an hour, lived in half a minute: long enough to be seen while it goes on. */
const RUN = { durationS: 900, speed: 30 };
const DAY_MS = 86_400_000;
const RELOAD_AFTER_MS = 5_000;

/** A zone in which it is about noon, so that neither a day nor a month ends meanwhile. */
function noonZone(): string {
  const ahead = 12 - new Date().getUTCHours();
  return `Etc/GMT${ahead >= 0 ? `-${ahead}` : `+${-ahead}`}`;
}

/** The first moment of last month by a clock that shows about noon now, as a form takes it. */
function firstOfLastMonth(): string {
  const noon = new Date(Date.now() + (12 - new Date().getUTCHours()) * 3_600_000);
  const last = new Date(Date.UTC(noon.getUTCFullYear(), noon.getUTCMonth(), 1) - DAY_MS);
  return `${last.toISOString().slice(0, 7)}-01T00:00`;
}

suite('the whole journey', { skip: whyNoBrowser ?? noPostgresql }, () => {
  test('of somebody who signs up, runs, sees records, imports, compares, and deletes everything', async (t) => {
    const browser = await startBrowser(t);
    const stack = await startJourneyStack(t);
    const phone = { ...PHONE, timezoneId: noonZone() };
    // A session is asked for before there is one, and what was deleted answers nothing.
    const { page, troubles } = await openPage({ browser, t, expected: /401|404/ }, `${stack.apiUrl}/app`, phone);
    page.setDefaultTimeout(WITHIN_MS);
    const fromMs = performance.now();

    /** Says which part of the journey it was that failed, and how long each took. */
    async function step<Value>(name: string, act: () => Promise<Value>): Promise<Value> {
      stack.assertUp();
      const beganMs = performance.now();
      try {
        return await act();
      } catch (cause) {
        throw new Error(`${name}: ${(cause as Error).message}`, { cause });
      } finally {
        t.diagnostic(`${name}: ${((performance.now() - beganMs) / 1_000).toFixed(1)} s`);
      }
    }

    await step('signs up and confirms by the letter', () => signUpOn(page, stack));
    const device = await step('pairs a device by the code that is shown', () => pairOn(page, stack, t));
    await step('sees the run while it goes on', () => watchOn(page));
    const known = await step('is kept with the run by who computes it', () => keptWhileItGoesOn(page, stack));
    const sinceMs = performance.now() - fromMs;
    t.diagnostic(`from nothing to the first workout that shows: ${(sinceMs / 1_000).toFixed(1)} s`);
    await step('ends the run', () => device.ended);
    await step('finds the run in the history', () => findRunOn(page));
    await step('sees the record and is told of it', () => seeRecordOn(page));
    await step('adds a workout of last month by hand', () => addByHandOn(page));
    await step('imports a file', () => importOn(page));
    await step('compares this month with the last', () => compareOn(page, stack));
    await step('is known to every store', () => knownToAll(stack, known));
    await step('exports everything', () => exportOn(page, known));
    await step('is known to the store of exports', () => keptAsObject(stack, known));
    await step('deletes the account', () => deleteOn(page, stack));
    await step('is known to no store any more', () => forgotten(stack, known));
    assert.deepEqual(troubles, []);
  });
});

async function signUpOn(page: Page, stack: JourneyStack): Promise<void> {
  await page.getByRole('link', { name: 'Sign up' }).click();
  await page.getByLabel('E-mail address').fill(ANN.email);
  await page.getByLabel('Password', { exact: true }).fill(ANN.password);
  await page.getByLabel('I agree that my workouts').check();
  await page.getByRole('button', { name: 'Create my account' }).click();
  await page.getByText(`A letter to ${ANN.email} holds a link.`).waitFor();
  const letter = await page.context().newPage();
  letter.setDefaultTimeout(WITHIN_MS);
  await letter.goto(await stack.linkTo(ANN.email));
  for (const one of [page, letter]) await one.getByRole('heading', { name: 'Today' }).waitFor();
  await letter.close();
}

async function pairOn(page: Page, stack: JourneyStack, t: TestContext) {
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Pair a device' }).click();
  const devices = page.getByRole('region', { name: 'Your devices' });
  const told = devices.getByRole('status');
  await told.getByText('Type this code into the device.').waitFor();
  const code = /[A-Z]{4}-[A-Z]{4}/.exec((await told.innerText()).split('\n').at(-1) ?? '')?.[0];
  assert.ok(code, await told.innerText());
  const device = stack.startDevice(code, RUN);
  t.after(device.stop);
  await devices.getByText('sim-0001', { exact: true }).waitFor();
  return device;
}

/** It appears by itself, and its distance grows. */
async function watchOn(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Today' }).click();
  const going = page.getByRole('link', { name: 'Watch it live' });
  await going.waitFor();
  const first = await going.innerText();
  await until('the distance of the run grows', async () => (await going.innerText()) !== first);
}

/** Of a page that reads once: what it shows follows from facts, which take their time. */
async function shownAfterReloads(page: Page, what: string, shown: Locator): Promise<void> {
  await until(what, async () => {
    const isShown = await shown
      .first()
      .waitFor({ timeout: RELOAD_AFTER_MS })
      .then(
        () => true,
        () => false,
      );
    if (!isShown) await page.reload();
    return isShown;
  });
}

async function findRunOn(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Watch it live' }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'History' }).first().click();
  await shownAfterReloads(page, '1 workout with its sums', page.getByText(/^1 workout: \d/));
  await page.getByRole('listitem').getByRole('link', { name: 'Run' }).first().click();
  await page.getByRole('heading', { level: 2, name: 'Run' }).waitFor();
}

async function seeRecordOn(page: Page): Promise<void> {
  await page.getByRole('link', { name: /^News \d+ new/ }).click();
  await page
    .getByRole('listitem')
    .getByRole('link', { name: /new records? \(run\)/i })
    .waitFor();
  await page.getByRole('link', { name: 'Today' }).click();
  await page.getByRole('link', { name: 'Progress' }).first().click();
  const records = page.getByRole('region', { name: 'Records' });
  await shownAfterReloads(page, 'a record over a kilometre', records.getByText('1 km'));
  await page.goBack();
}

async function addByHandOn(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Add', exact: true }).click();
  await page.getByLabel('Sport').selectOption('run');
  const fields = { Began: firstOfLastMonth(), Hours: '1', Minutes: '0', Seconds: '0', 'Distance, km': '200' };
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('It is in your history.').waitFor();
}

async function importOn(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'History' }).first().click();
  await page.getByRole('link', { name: 'Import files' }).click();
  await page.getByLabel('Activity files, or a zip of them').setInputFiles(RECORDING);
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.getByText('The files have arrived.').waitFor();
  await page.getByRole('link', { name: /^To the workout/ }).click();
  await page.getByRole('heading', { level: 2, name: 'Run' }).waitFor();
}

/** 200 km last month, entered by hand, are more than a quarter of an hour. Sums learn of it within seconds. */
async function compareOn(page: Page, stack: JourneyStack): Promise<void> {
  await page.goto(`${stack.apiUrl}/progress`);
  const compared = page.getByRole('region', { name: 'Compared with yourself' });
  const less = compared.getByText(/less than at this point of last month/).filter({ hasText: '200 km' });
  await shownAfterReloads(page, 'less than 200 km of last month', less);
}

/** What the person is called everywhere. They are in the checkpoints until they were silent for long. */
async function keptWhileItGoesOn(page: Page, stack: JourneyStack): Promise<KnownAs> {
  const read = (path: string) =>
    page.evaluate<Record<string, unknown>, string>(
      (one) => fetch(one).then((answer) => answer.json() as Promise<Record<string, unknown>>),
      path,
    );
  const { id, athlete } = (await read('/v1/account')) as { id: string; athlete: string };
  const { devices } = (await read('/v1/devices')) as { devices: { device: string }[] };
  const paired = devices.map(({ device }) => device);
  // What imported the file is a device of theirs, too.
  const known = { account: id, athlete, email: ANN.email, devices: [...paired, `files-${athlete}`] };
  await until('the checkpoints know of them', async () => (await tracesOf(stack, known))['bucket CHECKPOINTS'] > 0);
  return known;
}

/** Or nothing could be forgotten. */
async function knownToAll(stack: JourneyStack, known: KnownAs): Promise<void> {
  const wanted = ['postgresql accounts', 'postgresql workouts', 'postgresql notifications', 'clickhouse samples'];
  wanted.push('clickhouse records', 'clickhouse stated_workouts', 'questdb samples', 'stream FACTS', 'bucket OFFSETS');
  await until('every store knows of them', async () => {
    const found = await tracesOf(stack, known);
    return wanted.every((name) => (found[name] ?? 0) > 0);
  });
}

/** A list of the files of an export, as far as it is looked at here. */
interface Manifest {
  readonly files: readonly { name: string; count: number; bytes: number; sha256: string }[];
  readonly leftOut: readonly unknown[];
}

/** Everything as one file: what was run live, entered by hand and imported is in it, and counted as it is. */
async function exportOn(page: Page, { account, athlete, email }: KnownAs): Promise<void> {
  await page.goto(new URL('/app/settings', page.url()).href);
  const section = page.locator('section[aria-labelledby=export]');
  await section.locator('summary').click();
  await section.getByLabel('Password as it is now').fill(ANN.password);
  await section.locator('button', { hasText: 'Ask for my data' }).click();
  await section.locator('[data-export=ready]').waitFor();
  const downloading = page.waitForEvent('download');
  await section.getByRole('button', { name: /^Download/ }).click();
  const files = await filesOfZip(await readFile(await (await downloading).path()));
  const manifest = JSON.parse(files.get('manifest.json')!.toString()) as Manifest;
  assert.deepEqual(
    manifest.files.map(({ name, bytes, sha256: digest }) => [name, bytes, digest]),
    [...files]
      .filter(([name]) => !['README.txt', 'manifest.json'].includes(name))
      .map(([name, bytes]) => [name, bytes.length, sha256(bytes)]),
  );
  assert.deepEqual(manifest.leftOut, []);
  const countOf = (name: string) => manifest.files.find((file) => file.name === `database/${name}.json`)?.count;
  const rows = (name: string) =>
    JSON.parse(files.get(`database/${name}.json`)!.toString()) as Record<string, unknown>[];
  const owners = rows('accounts').map((row) => [row.id, row.athlete, row.email]);
  assert.deepEqual(owners, [[account, athlete, email]]);
  // The run and the file were recorded; what was entered by hand was not, so it is no activity with samples.
  const counts = ['accounts', 'workouts', 'devices', 'imports', 'import_files'].map((name) => [name, countOf(name)]);
  assert.deepEqual(Object.fromEntries(counts), WHAT_SHE_MADE);
  const sources = rows('workouts').map((row) => row.source);
  assert.deepEqual(sources.sort(), ['manual', 'stream', 'stream']);
  const recorded = [...files].filter(([name]) => name.startsWith('activities/'));
  assert.equal(recorded.length, 2);
  for (const [name, bytes] of recorded) {
    const activities = await readFit(bytes, Date.now());
    assert.equal(activities.length, 1, name);
    assert.ok(activities[0].samples.timesMs.length > 0, name);
  }
  const rowsOf = ({ name, count }: Manifest['files'][number]) => (name.startsWith('samples/samples-') ? count : 0);
  const samples = manifest.files.reduce((sum, file) => sum + rowsOf(file), 0);
  assert.ok(samples >= RUN.durationS, `${samples} samples of a run of ${RUN.durationS} s and of a file`);
}

/** Of what she made in this journey; of what comes by itself, such as news, there are more. */
const WHAT_SHE_MADE = { accounts: 1, workouts: 3, devices: 1, imports: 1, import_files: 1 };

async function keptAsObject(stack: JourneyStack, known: KnownAs): Promise<void> {
  const found = await tracesOf(stack, known);
  assert.ok(found['objects UPLOADS'] > 0, JSON.stringify(found));
}

/** The receipt has the number of the proof that operators find. */
async function deleteOn(page: Page, stack: JourneyStack): Promise<void> {
  const section = page.locator('section[aria-labelledby=delete-account]');
  await section.locator('summary').click();
  await section.getByLabel('Password as it is now').fill(ANN.password);
  await section.getByRole('checkbox').check();
  await section.getByRole('button', { name: 'Delete my account now' }).click();
  await page.getByRole('heading', { level: 1, name: 'Your account is deleted' }).waitFor();
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as a file' }).click();
  const receipt = await readFile(await (await downloading).path(), 'utf8');
  const { id } = await stack.deletion();
  assert.ok(receipt.includes(`Number of the deletion: ${id}`), receipt);
  await page.goto(new URL('/app', page.url()).href);
  await page.getByRole('link', { name: 'Sign up' }).waitFor();
}

/**
 * Frames leave the stream by themselves once all stores have them, and whoever is silent leaves the checkpoints. All
 * else is gone with the first pass.
 */
async function forgotten(stack: JourneyStack, known: KnownAs): Promise<void> {
  let found: Record<string, number> = {};
  const isKnown = (name: string) => name !== 'postgresql deletions';
  await until('the deletion has gone through all stores', async () => (await stack.deletion()).passes > 0);
  await until('no store answers with a trace', async () => {
    found = await tracesOf(stack, known);
    return Object.keys(found).filter(isKnown).length === 0;
  }).catch((cause) => {
    throw new Error(`they are still found: ${JSON.stringify(found)}`, { cause });
  });
  const { removed } = await stack.deletion();
  for (const store of ['postgresql', 'clickhouse', 'questdb', 'streams', 'buckets']) {
    assert.ok(
      Object.values(removed[store] ?? {}).some((count) => count > 0),
      `${store}: ${JSON.stringify(removed)}`,
    );
  }
}
