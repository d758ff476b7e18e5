import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { gpxOf, readingImporter, zipOf } from '../api/imports/imports-for-tests.ts';
import { applyWorkoutFact } from '../api/workouts/project-activities.ts';
import { factOf } from '../api/workouts/workouts-for-tests.ts';
import { closedAfterAll, closedAfterEach } from '../runtime/closings-for-tests.ts';
import { UPLOAD_LIMITS } from '../schemas/upload-limits.ts';
import { DESKTOP, openPage, PHONE, startBrowser, whyNoBrowser } from './browser.ts';
import { logInOn, showApp } from './shown-app.ts';
import { violationsOf } from './wcag.ts';

const START_MS = Date.now() - 5 * 86_400_000;
const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });
const RUN = file('Früh 🏃 ריצה.gpx', gpxOf(START_MS));
const NOTES = file('notes.fit', Buffer.from('no activity'));

suite('importing files in the application', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  const all = closedAfterAll();
  const t = closedAfterEach();

  before(async () => {
    browser = await startBrowser(all);
  });

  /** At the form, by the way that leads there. */
  async function open(options: BrowserContextOptions = DESKTOP, expected?: RegExp) {
    const app = await showApp(t);
    await app.register();
    app.setImporter(readingImporter(app.clock.nowMs));
    const opened = await openPage({ browser, t, ...(expected && { expected }) }, app.url, options);
    await logInOn(opened.page);
    await opened.page.getByRole('link', { name: 'History' }).first().click();
    await opened.page.getByRole('link', { name: 'Import files' }).click();
    await opened.page.getByText('Nothing yet.').waitFor();
    return { app, ...opened };
  }

  type App = Awaited<ReturnType<typeof open>>['app'];

  /** The stream says of the only file that is stored which workout it is in, and what else is. */
  async function tellWorkout(
    { identity: { database }, clock }: App,
    revision: number,
    others: [string, string][] = [],
  ) {
    const { athlete } = await database.selectFrom('accounts').select('athlete').executeTakeFirstOrThrow();
    const { source } = await database
      .selectFrom('import_files')
      .select('source')
      .where('source', 'is not', null)
      .executeTakeFirstOrThrow();
    const sources = [[`files-${athlete}`, source!] as const, ...others].map(([device, of]) => {
      return { device, source: of, groups: {} };
    });
    const fact = factOf(athlete, START_MS, { revision, origins: { sources, contests: [] } });
    await applyWorkoutFact(database, fact, clock.nowMs());
    return fact.entity;
  }

  const picker = (page: Page) => page.getByLabel('Activity files, or a zip of them');
  const send = (page: Page) => page.getByRole('button', { name: 'Upload' }).click();
  const row = (page: Page, state: string) => page.locator(`[data-file=${state}]`);
  const arrived = (page: Page) => page.getByText('The files have arrived.').waitFor();

  test('takes files, says of each what became of it, also after a reload, and leads to its workout', async () => {
    const { app, page, troubles } = await open(PHONE);
    assert.deepEqual(await violationsOf(page), [], 'the form');
    await picker(page).setInputFiles([RUN, NOTES]);
    await page.getByText('2 files, 0.1 MB').waitFor();
    await send(page);
    await arrived(page);
    await row(page, 'waiting').getByText(RUN.name).waitFor();
    await row(page, 'refused').getByText('Not taken. It is no FIT, GPX or TCX file.').waitFor();
    await page.getByText('1 of 2 done').waitFor();
    await page.getByRole('progressbar', { name: 'How far the import of' }).waitFor();
    assert.deepEqual(await violationsOf(page), [], 'an import that goes on');
    await page.reload();
    await row(page, 'waiting').getByText('Waits for its turn.').waitFor();
    await app.jobs.runAll();
    await row(page, 'stored').getByText('Is stored; its workout appears in a moment.').waitFor();
    const entity = await tellWorkout(app, 1);
    await row(page, 'imported').getByText('Imported.').waitFor();
    await page.getByText('2 of 2 done').waitFor();
    assert.deepEqual(await violationsOf(page), [], 'an import that is over');
    await page.getByRole('link', { name: `To the workout (${RUN.name})` }).click();
    await page.getByRole('heading', { level: 1, name: 'Workout' }).waitFor();
    assert.equal(page.url(), `${app.url}/workouts/${entity}`);
    assert.deepEqual(troubles, []);
  });

  test('says that a file is the same as one that was there, or is merged with what others recorded', async () => {
    const { app, page, troubles } = await open();
    await picker(page).setInputFiles([RUN]);
    await send(page);
    await row(page, 'waiting').waitFor();
    await app.jobs.runAll();
    await tellWorkout(app, 1, [['watch-1', 'gps']]);
    await row(page, 'merged').getByText('another file or a device recorded the same').waitFor();
    await app.clock.advance(1_000);
    await picker(page).setInputFiles([{ ...RUN, name: 'copy.gpx' }]);
    await send(page);
    await row(page, 'waiting').getByText('copy.gpx').waitFor();
    await app.jobs.runAll();
    await page.getByText('The same as a file that was there before').waitFor();
    await page.getByRole('link', { name: 'To the workout (copy.gpx)' }).waitFor();
    assert.equal(await page.locator('[data-import]').count(), 2);
    assert.deepEqual(await violationsOf(page), []);
    assert.deepEqual(troubles, []);
  });

  test('takes a zip that is dropped beside the form, by the keyboard from there on', async () => {
    const { page, troubles } = await open();
    await page.getByText('You may also drop them anywhere on this page.').waitFor();
    const zip = await zipOf([RUN, { ...RUN, name: 'second.gpx' }].map(({ name, buffer }) => ({ name, bytes: buffer })));
    const transfer = await page.evaluateHandle(`(() => {
      const bytes = Uint8Array.from(atob('${zip.toString('base64')}'), (one) => one.charCodeAt(0));
      const dropped = new DataTransfer();
      dropped.items.add(new File([bytes], 'all.zip'));
      return dropped;
    })()`);
    await page.locator('header').dispatchEvent('drop', { dataTransfer: transfer });
    await page.getByText('1 file, 0.1 MB').waitFor();
    await picker(page).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await arrived(page);
    await row(page, 'waiting').getByText('second.gpx').waitFor();
    assert.equal(await row(page, 'waiting').count(), 2);
    assert.deepEqual(troubles, []);
  });

  test('says why nothing was taken and what to do, and sends what was chosen again', async () => {
    const { app, page } = await open(PHONE, /403|422|ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
    const trouble = (text: string) => page.getByRole('alert').getByText(text).waitFor();
    await send(page);
    await trouble('Choose files first.');
    await picker(page).setInputFiles(Array.from({ length: UPLOAD_LIMITS.maxParts + 1 }, () => NOTES));
    await send(page);
    await trouble('Too much at once: up to 50 files or zips of 128 MB');
    await picker(page).setInputFiles([file('broken.zip', Buffer.from('PK\u0003\u0004 and no more'))]);
    await send(page);
    await trouble('A zip cannot be unpacked, so nothing was taken.');
    await picker(page).setInputFiles([RUN]);
    await page.context().setOffline(true);
    await send(page);
    await trouble('No answer from the server.');
    await page.context().setOffline(false);
    const consents = await app.identity.database.selectFrom('consents').selectAll().execute();
    await app.identity.database.deleteFrom('consents').execute();
    await send(page);
    await trouble('Your consent is needed first');
    assert.deepEqual(await violationsOf(page), []);
    await app.identity.database.insertInto('consents').values(consents).execute();
    await send(page);
    await arrived(page);
    await row(page, 'waiting').getByText(RUN.name).waitFor();
    assert.equal(await page.locator('[data-import]').count(), 1);
    await app.identity.database.deleteFrom('consents').execute();
    await picker(page).setInputFiles([NOTES]);
    await send(page);
    await page.getByRole('link', { name: 'To your consents' }).click();
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  });

  test('stops an upload that somebody takes back, of which nothing is taken; in Russian', async () => {
    const { page } = await open(DESKTOP, /ERR_FAILED|ERR_ABORTED/);
    await page.getByRole('combobox', { name: 'Language' }).selectOption('ru');
    await page.route('**/v1/imports', (route) => (route.request().method() === 'POST' ? undefined : route.continue()));
    await page.getByLabel('Файлы тренировок или zip с ними').setInputFiles([RUN]);
    await page.getByRole('button', { name: 'Отправить' }).click();
    await page.getByText('Файлы в пути').waitFor();
    await page.getByRole('link', { name: 'История' }).first().click();
    await page.getByRole('link', { name: 'Загрузить файлы' }).click();
    await page.getByText('Файлы в пути').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    await page.getByRole('button', { name: 'Остановить' }).click();
    await page.getByText('Файлы в пути').waitFor({ state: 'detached' });
    await page.getByText('Пока ничего.').waitFor();
  });
});
