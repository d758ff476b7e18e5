import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { countedActivity } from '../api/progress/counted.arbitrary.ts';
import { closedAfterAll, closedAfterEach } from '../runtime/closings-for-tests.ts';
import { DESKTOP, openPage, PHONE, startBrowser, whyNoBrowser } from './browser.ts';
import { readRunUntil } from './recorded-run.ts';
import { logInOn, showApp } from './shown-app.ts';
import { violationsOf } from './wcag.ts';

const DAY_MS = 86_400_000;
const ZONE = { timezoneId: 'Europe/Vienna' };

suite('workouts in the application', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  const all = closedAfterAll();
  const t = closedAfterEach();

  before(async () => {
    browser = await startBrowser(all);
  });

  async function open(options: BrowserContextOptions = DESKTOP, expected?: RegExp) {
    const app = await showApp(t);
    await app.register();
    const opened = await openPage({ browser, t, ...(expected && { expected }) }, app.url, { ...options, ...ZONE });
    await logInOn(opened.page);
    return { app, ...opened };
  }

  async function fill(page: Page, given: Readonly<Record<string, string>>): Promise<void> {
    for (const [label, value] of Object.entries(given)) await page.getByLabel(label, { exact: true }).fill(value);
  }

  const RUN = { Began: '2026-06-08T18:30', Hours: '0', Minutes: '52', Seconds: '30', 'Distance, km': '10.5' };
  const save = (page: Page) => page.getByRole('button', { name: 'Save' }).click();
  const cards = (page: Page) => page.locator('.list .card');

  test('takes a first workout by hand in one form, and shows it in the history and by itself', async () => {
    const { page, troubles } = await open(PHONE);
    await page.getByText('No workout yet. Add one by hand').waitFor();
    await page.getByRole('link', { name: 'Add a workout' }).click();
    await fill(page, { ...RUN, Name: 'Evening run 🏃' });
    await page.getByText('More', { exact: true }).click();
    await fill(page, { 'Mean heart rate, beats a minute': '150', Notes: 'two lines\nof it' });
    await page.getByLabel('How hard it was').selectOption('4');
    assert.deepEqual(await violationsOf(page), [], 'the form');
    await save(page);
    await page.getByText('It is in your history.').waitFor();
    await page.getByRole('status').getByRole('link', { name: 'History' }).click();
    await page.getByText('1 workout: 10.5 km, 53 min, 0 m of climb').waitFor();
    assert.match(
      (await cards(page).first().textContent()) ?? '',
      /^Evening run 🏃 By handJun 8, 2026, 6:30 PMRun · 10.5 km/,
    );
    await cards(page).first().click();
    await page.getByRole('heading', { name: 'Evening run 🏃 · Run By hand' }).waitFor();
    const numbers = (await page.locator('dl.numbers').textContent()) ?? '';
    assert.equal(numbers, 'Time without pauses52:30Distance10.5 kmPace5:00 /kmMean heart rate150 bpm');
    await page.getByText('How hard it was: 4: somewhat hard · Who may see it: only me').waitFor();
    assert.deepEqual(await violationsOf(page), [], 'the workout');
    assert.deepEqual(troubles, []);
  });

  test('says to who reads Russian in Russian what will not do, in the units that they chose', async () => {
    const { page } = await open(DESKTOP, /422/);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('About you').click();
    const about = page.locator('section[aria-labelledby=profile]');
    await about.getByLabel('Units').selectOption('imperial');
    await about.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.locator('header').getByLabel('Language').selectOption('ru');
    await page.getByRole('link', { name: 'Добавить' }).click();
    await fill(page, { Минуты: '30', 'Расстояние, ми': '9999' });
    await page.getByText('Ещё', { exact: true }).click();
    await fill(page, { 'Средний пульс, ударов в минуту': '300' });
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByRole('alert').getByText('Что-то в форме не подходит; под полем сказано что.').waitFor();
    const wrong = (await page.locator('.field .wrong').allTextContents()).filter((text) => text !== '');
    assert.deepEqual(
      wrong.map((text) => text.replaceAll(/\s/g, ' ')),
      ['не больше 1 243 ми', 'не больше 260'],
    );
    if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT });
  });

  test('says at the field what will not do, and keeps what was written', async () => {
    const { page } = await open(DESKTOP, /422/);
    await page.getByRole('link', { name: 'Add a workout' }).click();
    await fill(page, { ...RUN, Minutes: '0', Seconds: '0', Name: 'Nothing' });
    await save(page);
    await page.getByRole('alert').getByText('Something in the form will not do').waitFor();
    const minutes = page.getByLabel('Minutes', { exact: true });
    assert.equal(await minutes.getAttribute('aria-invalid'), 'true');
    assert.equal(await page.locator('[data-draft]').count(), 0, 'what is in the form is no draft');
    await page.reload();
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Nothing', 'it is still written there');
    await fill(page, { Minutes: '30' });
    await save(page);
    await page.getByText('It is in your history.').waitFor();
  });

  test('keeps what is entered without a network, also over a reload, and sends it once when there is one', async () => {
    const { page, app } = await open(PHONE, /ERR_INTERNET_DISCONNECTED|Failed to load/);
    await page.evaluate('navigator.serviceWorker.ready.then(() => 0)');
    await page.context().setOffline(true);
    await page.getByRole('link', { name: 'Add', exact: true }).click();
    await fill(page, { ...RUN, Name: 'In the hills' });
    await save(page);
    await page.getByText('It is kept in this browser').waitFor();
    await page.goto(`${app.url}/workouts/new`);
    await page.locator('[data-draft=waiting]').getByText('In the hills').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    // The answer to the first attempt is lost on the way.
    let attempts = 0;
    const keys = new Set<string | undefined>();
    await page.context().route('**/v1/workouts', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      keys.add(route.request().headers()['idempotency-key']);
      if (++attempts > 1) return route.continue();
      await route.fetch();
      await route.abort();
    });
    const sent = page.waitForRequest(
      (request) => request.method() === 'POST' && request.url().endsWith('/v1/workouts'),
    );
    await page.context().setOffline(false);
    await page.evaluate('dispatchEvent(new Event("online"))');
    await sent;
    await page.evaluate('dispatchEvent(new Event("online"))');
    await page.locator('[data-draft]').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('1 workout: 10.5 km').waitFor();
    assert.equal(await cards(page).count(), 1, 'two attempts, one workout');
    assert.deepEqual([attempts >= 2, keys.size], [true, 1]);
  });

  test('filters, sums and searches the history, by an address that can be kept', async () => {
    const { page, app, troubles } = await open();
    const enter = (payload: object) =>
      page.evaluate(
        (body) =>
          fetch('/v1/workouts', { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then(
            ({ status }) => status,
          ),
        JSON.stringify({ timeZone: 'Europe/Vienna', durationS: 3_600, ...payload }),
      );
    assert.equal(
      await enter({ sport: 'run', localStart: '2026-06-01T08:00', distanceM: 12_000, name: 'Hill reps' }),
      201,
    );
    assert.equal(
      await enter({ sport: 'ride', localStart: '2026-06-02T08:00', distanceM: 30_000, notes: 'Reps too' }),
      201,
    );
    assert.equal(await enter({ sport: 'run', localStart: '2026-06-03T23:30', distanceM: 8_000 }), 201);
    await page.getByRole('link', { name: 'History' }).first().click();
    await page.getByText('3 workouts: 50 km, 3 h 0 min').waitFor();
    await page.getByLabel('Sport').selectOption('run');
    await page.getByText('2 workouts: 20 km').waitFor();
    await page.getByLabel('Until').fill('2026-06-01');
    await page.getByText('1 workout: 12 km').waitFor();
    assert.equal(page.url(), `${app.url}/history?sport=run&until=2026-06-01`);
    await page.reload();
    await page.getByText('1 workout: 12 km').waitFor();
    await page.getByLabel('Sport').selectOption('');
    await page.getByLabel('Until').fill('');
    await page.getByLabel('In name or notes').fill('REPS');
    await page.getByText('2 workouts: 42 km').waitFor();
    await page.getByLabel('In name or notes').fill('nowhere');
    await page.getByText('No workout matches.').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    assert.deepEqual(troubles, []);
  });

  test('changes a workout from the version that was seen, tells what changed, and removes it', async () => {
    const { page } = await open(DESKTOP, /412/);
    await page.getByRole('link', { name: 'Add a workout' }).click();
    await fill(page, { ...RUN, Name: 'Run' });
    await save(page);
    await page.getByRole('status').getByRole('link', { name: 'History' }).click();
    await cards(page).first().click();
    await page.getByRole('button', { name: 'Edit' }).click();
    const second = await page.context().newPage();
    await second.goto(page.url());
    await fill(page, { 'Distance, km': '11.2', Name: 'Longer run' });
    await save(page);
    await page.getByRole('heading', { name: 'Longer run · Run By hand' }).waitFor();
    await page.locator('[data-change=changed]').getByText('Distance: 10.5 km → 11.2 km').waitFor();
    await second.getByRole('button', { name: 'Edit' }).click();
    // What was seen there is the newer version by now, or the older one: the older one may not win.
    await page.getByRole('button', { name: 'Edit' }).click();
    await fill(page, { Name: 'Again' });
    await save(page);
    await page.getByRole('heading', { name: 'Again · Run By hand' }).waitFor();
    await fill(second, { Name: 'Mine' });
    await save(second);
    await second.getByRole('alert').getByText('It was changed elsewhere meanwhile').waitFor();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Yes, remove it' }).click();
    await page.getByText('No workout yet.').waitFor();
  });

  test('shows what runs live, with the log-in alone, and leads to it; then this week against the last', async () => {
    const { page, app, troubles } = await open(DESKTOP, /503/);
    const [{ athlete }] = await app.identity.database.selectFrom('accounts').select('athlete').execute();
    const untilMs = Date.now() + 120_000;
    const run = await readRunUntil(untilMs, athlete);
    const startMs = Date.now() - 8 * DAY_MS;
    app.counted.insert([countedActivity({ athlete, startMs, distanceM: 9_000, movingS: 3_000, trainingLoad: 60 })]);
    let number = 1;
    let atMs = Date.now();
    app.hot.insert(run.rows.filter(({ tsMs }) => tsMs < atMs));
    app.hold(athlete, () => ({ activity: run.at(atMs), number }));
    const ticking = setInterval(() => void app.clock.advance(50), 50);
    t.after(() => clearInterval(ticking));
    const card = page.locator('[data-live]');
    await card.getByText('Watch it live').waitFor();
    const before = (await card.textContent()) ?? '';
    atMs += 60_000;
    number++;
    await card.filter({ hasNotText: before }).waitFor();
    await page.locator('[data-measure=distanceM]').getByText('at this point of last week').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    await card.click();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.locator('dl.numbers').getByText('Distance').waitFor();
    await page.getByRole('link', { name: 'Today' }).click();
    await card.waitFor();
    assert.deepEqual(troubles, []);
  });

  for (const [name, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`keeps WCAG AA on a ${name}, ${colorScheme}, and does not scroll sideways`, async () => {
        const { page, troubles } = await open({ ...options, colorScheme });
        const check = async (where: string) => {
          assert.deepEqual(await violationsOf(page), [], where);
          const [content, seen] = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
          assert.ok(content <= seen, `${where}: ${content} of ${seen} px`);
        };
        await page.getByRole('link', { name: 'Add a workout' }).click();
        await page.getByText('More', { exact: true }).click();
        await check('the form');
        await fill(page, { ...RUN, Name: `${'W'.repeat(100)} שלום` });
        await save(page);
        await page.getByText('It is in your history.').waitFor();
        await page.getByRole('link', { name: 'Today' }).click();
        await cards(page).first().waitFor();
        await check('today');
        await page.getByRole('link', { name: 'History' }).first().click();
        await cards(page).first().waitFor();
        await check('the history');
        await cards(page).first().click();
        await page.locator('[data-change=entered]').waitFor();
        await page.getByRole('button', { name: 'Edit' }).click();
        await check('a workout that is edited');
        assert.deepEqual(troubles, []);
      });
    }
  }
});
