import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, suite, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { closedAfterAll } from '../runtime/closings-for-tests.ts';
import { DESKTOP, openPage, PHONE, startBrowser, whyNoBrowser } from './browser.ts';
import { logInOn } from './shown-app.ts';
import { showProduct } from './shown-product.ts';
import { violationsOf } from './wcag.ts';

/** One API: who is no administrator becomes one on the way. */
suite('the page of administrators', { skip: whyNoBrowser }, () => {
  const t = closedAfterAll();
  let browser: Browser;
  let own: Awaited<ReturnType<typeof showProduct>>;
  let page: Page;
  let troubles: string[];

  before(async () => {
    browser = await startBrowser(t);
    own = await showProduct(t);
    ({ page, troubles } = await openPage({ browser, t, expected: /401|403/ }, own.url));
  });

  test('asks who comes without a log-in for one, and tells who is no administrator so', async () => {
    await page.getByText('This page is for administrators, who log in first.').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    await page.getByRole('link', { name: 'Log in' }).click();
    await logInOn(page);
    await page.goto(own.url);
    await page.getByText('your account is none').waitFor();
    assert.equal(await page.locator('table').count(), 0);
    assert.deepEqual(troubles, []);
  });

  test('answers an administrator in one sentence whether people log regularly, with its numbers', async () => {
    const { status } = await own.grant(['athlete', 'administrator']);
    assert.equal(status, 200);
    await page.goto(own.appUrl);
    // The role is in the next token of the session.
    await page.context().clearCookies();
    await page.evaluate('localStorage.clear()');
    await page.goto(own.appUrl);
    await logInOn(page);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'What people do with Slipstream' }).click();
    const answer = page.locator('.answer');
    await answer.waitFor();
    const { regularNow } = (await own.get('/v1/product/funnel', 'operator')).body;
    const text = (await answer.textContent()) ?? '';
    assert.match(text, /^(Yes, people log|No, most people|It cannot be told yet)/);
    assert.ok(text.includes(`${regularNow.people} of ${regularNow.of} (`), text);
    assert.deepEqual(troubles, []);
  });

  test('shows the funnel, who stays and who is active: as a chart, as a table and as a file', async () => {
    const { steps } = (await own.get('/v1/product/funnel', 'operator')).body;
    const shown = await page.locator('[data-step] strong').allTextContents();
    assert.deepEqual(
      shown,
      steps.map(({ people }: { people: number }) => String(people)),
    );
    await page.getByRole('img', { name: /^Over 92 days: people in 30 days from/ }).waitFor();
    await page.locator('#active ~ .chart canvas').waitFor();

    const active = page.locator('section[aria-labelledby=active]');
    await active.getByText('As a table').press('Enter');
    assert.equal(await active.locator('tbody tr').count(), 92);
    const saving = page.waitForEvent('download');
    await active.getByRole('button', { name: 'Save as CSV: Active people' }).click();
    const saved = await saving;
    assert.equal(saved.suggestedFilename(), 'active-days.csv');
    const lines = (await readFile(await saved.path(), 'utf8')).split('\r\n');
    assert.equal(lines[0], 'day,daily,weekly,monthly,stickiness');
    assert.equal(lines.length, 94);

    const cohorts = page.locator('[data-cohort]');
    assert.equal(await cohorts.count(), 12);
    const first = () => cohorts.first().textContent();
    const logging = await first();
    await page.getByLabel('What counts').selectOption('active');
    await cohorts
      .first()
      .filter({ hasNotText: String(logging) })
      .waitFor();
    assert.deepEqual(troubles, []);
  });

  for (const [where, options] of [
    ['a phone, in Russian', { ...PHONE, locale: 'ru-RU' }],
    ['a desktop, in the dark', { ...DESKTOP, colorScheme: 'dark' }],
  ] as const) {
    test(`keeps WCAG AA on ${where}, and does not scroll sideways`, async () => {
      const state = await page.context().storageState();
      const context = await browser.newContext({ ...options, storageState: { ...state, origins: [] } });
      t.after(() => context.close());
      const other = await context.newPage();
      await other.goto(own.url);
      await other.locator('.answer').waitFor();
      for (const summary of await other.locator('summary').all()) await summary.click();
      assert.deepEqual(await violationsOf(other), []);
      const isWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
      assert.equal(await other.evaluate(isWide), false);
    });
  }
});
