import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { NOW_MS } from '../api/api-for-tests.ts';
import { countedActivity } from '../api/progress/counted.arbitrary.ts';
import { closedAfterAll, closedAfterEach } from '../runtime/closings-for-tests.ts';
import { DESKTOP, openPage, PHONE, startBrowser, whyNoBrowser } from './browser.ts';
import { showProgress } from './shown-progress.ts';
import { violationsOf } from './wcag.ts';

suite('the page of progress', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  let shown: Awaited<ReturnType<typeof showProgress>>;
  const all = closedAfterAll();
  const t = closedAfterEach();

  before(async () => {
    browser = await startBrowser(all);
    shown = await showProgress(all);
  });

  const open = (link: string, options: BrowserContextOptions = DESKTOP, expected?: RegExp) =>
    openPage({ browser, t, ...(expected && { expected }) }, link, { timezoneId: 'Europe/Vienna', ...options });
  const tile = (page: Page, measure: string) => page.locator(`[data-measure=${measure}]`);
  const textOf = async (page: Page, selector: string) => ((await page.locator(selector).textContent()) ?? '').trim();
  const drawn = (page: Page) => page.locator('.chart canvas').nth(1).waitFor();

  test('says in words how this month, week and year stand against the last and a year ago', async () => {
    const { page, troubles } = await open(shown.link);
    await drawn(page);
    assert.equal(page.url(), shown.url, 'the token has left the address');
    assert.equal(await page.getByLabel('Span').inputValue(), 'month');
    const month = (await tile(page, 'distanceM').textContent()) ?? '';
    assert.match(month, /^Distance[\d.,]+ km\d+% (more|less) than at this point of last month [\d.,]+ km then, /);
    assert.match(
      month,
      /(times as much as|more than) at this point of the month a year ago [\d.]+ km then, [\d.]+ km in the end$/,
    );
    await page.getByLabel('Span').selectOption('year');
    await tile(page, 'movingS').getByText('than at this point of last year').waitFor();
    assert.match((await tile(page, 'movingS').textContent()) ?? '', /^Time moving\d+ h \d+ min\d+% more than at this/);
    await page.getByLabel('Span').selectOption('week');
    // Nothing yet on this Monday.
    await tile(page, 'activities').getByText('as much as at this point of last week').waitFor();
    assert.deepEqual(troubles, []);
  });

  test('shows another sport everywhere when one is chosen by keyboard', async () => {
    const { page, troubles } = await open(shown.link);
    await drawn(page);
    await page.getByLabel('Sport', { exact: true }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('heading', { name: 'Week by week: Ride' }).waitFor();
    assert.deepEqual(await page.locator('[data-sport]').evaluateAll((all) => all.map((one) => one.dataset.sport)), [
      'ride',
    ]);
    // One Saturday's ride in June as in May.
    assert.match(
      (await tile(page, 'elevationGainM').textContent()) ?? '',
      /^Climb700 mas much as at this point of last month 700 m then, 3,500 m in the end/,
    );
    assert.deepEqual(troubles, []);
  });

  test('tells a trend with its uncertainty, and the weeks as a table', async () => {
    const { page, troubles } = await open(shown.link);
    await drawn(page);
    const label = () => page.locator('.chart').first().getAttribute('aria-label');
    assert.match((await label()) ?? '', /^Distance of the last 26 weeks: from [\d.]+ km to [\d.]+ km, /);
    assert.match(
      await textOf(page, '.trend'),
      /^(Rising by [\d.]+ km a week \(95 % certain: [\d.]+ km to [\d.]+ km\)|No clear trend: between -?[\d.]+ km and )/,
    );
    await page.getByLabel('What').selectOption('activities');
    assert.match(
      (await label()) ?? '',
      /^Activities of the last 26 weeks: from \d+ to \d+, 0 in the one that goes on\.$/,
    );
    const table = page.locator('section[aria-labelledby=weeks] table');
    await page.locator('section[aria-labelledby=weeks] summary').click();
    assert.equal(await table.locator('tbody tr').count(), 26);
    assert.match((await table.locator('tbody tr').first().textContent()) ?? '', /^Jun 8, 20260/);
    assert.deepEqual(troubles, []);
  });

  test('shows fitness, fatigue and form of today, and of each week as a table', async () => {
    const { page } = await open(shown.link);
    await drawn(page);
    const value = async (line: string) => Number(await textOf(page, `[data-line=${line}] dd`));
    assert.ok((await value('fitness')) > 10, 'who trains is fit');
    const section = page.locator('section[aria-labelledby=form]');
    await section.locator('summary').click();
    assert.equal(await section.locator('tbody tr').count(), Math.ceil(180 / 7));
    assert.match(
      (await section.locator('.chart').getAttribute('aria-label')) ?? '',
      /^Over 180 days: fitness from \d+ to \d+, now \d+; fatigue \d+, form -?\d+\.$/,
    );
  });

  test('opens the history of a record by keyboard: each step, how much it was better, and where', async () => {
    const { page } = await open(shown.link);
    await drawn(page);
    const record = page.locator('[data-sport=run] [data-record="5 km"]');
    assert.match((await record.locator('summary').textContent()) ?? '', /^5 km \d\d:\d\d \w+ \d+, 202\d · \d+ steps$/);
    await record.locator('summary').focus();
    await page.keyboard.press('Enter');
    const steps = await record.locator('ol li').allTextContents();
    assert.ok(steps.length > 2);
    assert.match(steps[0], /^\w+ \d+, 20\d\d: \d\d:\d\d, \d:\d\d faster$/);
    assert.match(steps.at(-1) ?? '', /, (not )?the first$/);
    assert.match((await record.locator('ol a').first().getAttribute('href')) ?? '', /^\/\?activity=[0-9a-f]{16}$/);
  });

  test('tells what is in a row, and each year with its months', async () => {
    const { page } = await open(shown.link);
    await drawn(page);
    assert.match(
      await textOf(page, '[data-streak=daysInARow]'),
      /^Days now[3-9] dayssince Jun \d+, 2026longest: \d+ days, /,
    );
    const section = page.locator('section[aria-labelledby=years]');
    assert.deepEqual(await section.locator('option').allTextContents(), ['2026', '2025', '2024', '2023']);
    const before = await textOf(page, '[data-year=distanceM] dd');
    await section.getByLabel('Year').selectOption('2025');
    assert.notEqual(await textOf(page, '[data-year=distanceM] dd'), before);
    await section.getByText('By month').click();
    const rows = await section.getByRole('region', { name: 'By month' }).locator('tbody tr').allTextContents();
    assert.equal(rows.length, 12);
    assert.match(rows[0], /^January\d+[\d.,]+ km\d+ h \d+ min[\d,]+ m$/);
  });

  test('shows what came late when it is looked at again', async () => {
    const own = await showProgress(t);
    const { page } = await open(own.link);
    await drawn(page);
    await page.getByLabel('Span').selectOption('week');
    await tile(page, 'distanceM').getByText('0 km', { exact: true }).waitFor();
    own.counted.insert([countedActivity({ startMs: NOW_MS - 3_600_000, distanceM: 12_300 })]);
    await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
    await tile(page, 'distanceM').getByText('12.3 km', { exact: true }).waitFor();
  });

  test('speaks Russian to who does', async () => {
    const { page, troubles } = await open(shown.link, { ...PHONE, locale: 'ru-RU' });
    await drawn(page);
    await page.getByRole('heading', { name: 'Прогресс' }).waitFor();
    assert.match((await tile(page, 'distanceM').textContent()) ?? '', /на \d+\s% (больше|меньше), чем к этому моменту/);
    assert.equal(await page.locator('html').getAttribute('lang'), 'ru');
    await page.getByRole('combobox', { name: 'Язык' }).selectOption('en');
    await page.getByRole('heading', { name: 'Progress' }).waitFor();
    assert.deepEqual(troubles, []);
  });

  test('asks who comes without a token for one, and says in words why another will not do', async () => {
    const { page } = await open(shown.url);
    await page.getByLabel('The token of your device').fill('watch-1');
    assert.deepEqual(await violationsOf(page), []);
    await page.getByRole('button', { name: 'Show my progress' }).click();
    await drawn(page);
    const { page: other } = await open(`${shown.url}#token=forged`, DESKTOP, /401/);
    await other.getByRole('status').getByText(/token/i).waitFor();
  });

  test('says that there is nothing yet, and is reached from the activities with the same token', async () => {
    const own = await showProgress(t, { hasHistory: false });
    const { page } = await open(own.link.replace('/progress', '/'), DESKTOP, /503/);
    await page.getByRole('link', { name: 'Progress' }).click();
    await page.getByText('No activity yet: progress shows here once one has ended.').waitFor();
    assert.equal(page.url(), own.url);
  });

  for (const [name, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`keeps WCAG AA on a ${name}, ${colorScheme}, and does not scroll sideways`, async () => {
        const { page, troubles } = await open(shown.link, { ...options, colorScheme });
        await drawn(page);
        assert.deepEqual(await violationsOf(page), []);
        await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
        assert.deepEqual(await violationsOf(page), [], 'with everything open');
        const [content, seen] = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
        assert.ok(content <= seen, `${content} of ${seen} px`);
        assert.deepEqual(troubles, []);
      });
    }
  }
});
