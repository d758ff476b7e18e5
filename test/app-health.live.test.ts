import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { logIn } from '../api/accounts/accounts-for-tests.ts';
import { pairDevice } from '../api/devices/devices-for-tests.ts';
import { hcRecord, hkSample } from '../files/health/health-for-tests.ts';
import { closedAfterAll, closedAfterEach } from '../runtime/closings-for-tests.ts';
import { openPage, PHONE, startBrowser, whyNoBrowser } from './browser.ts';
import { logInOn, PERSON, showApp } from './shown-app.ts';
import { violationsOf } from './wcag.ts';

const HOUR_MS = 3_600_000;

suite('devices by name and days of health data in the application', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  const all = closedAfterAll();
  const t = closedAfterEach();

  before(async () => {
    browser = await startBrowser(all);
  });

  async function open() {
    const app = await showApp(t);
    await app.register();
    const { accessToken } = await logIn(app, PERSON);
    const ticking = setInterval(() => void app.clock.advance(50), 50);
    t.after(() => clearInterval(ticking));
    return { app, accessToken, ...(await openPage({ browser, t }, app.url, PHONE)) };
  }

  test('calls a device as its owner wants, and as it calls itself again', async () => {
    const { app, accessToken, page, troubles } = await open();
    await pairDevice(app, accessToken, 'watch-7');
    await logInOn(page);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('Rename watch-7').click();
    await page.getByLabel('Name of watch-7').fill('Часы 🏃');
    assert.deepEqual(await violationsOf(page), []);
    await page.locator('[data-device=watch-7]').getByRole('button', { name: 'Save' }).click();
    const renamed = page.locator('[data-device="Часы 🏃"]');
    await renamed.getByText('Rename Часы 🏃').click();
    await renamed.getByText('Calls itself watch-7').waitFor();
    await page.getByLabel('Name of Часы 🏃').fill('');
    await renamed.getByRole('button', { name: 'Save' }).click();
    await page.locator('[data-device=watch-7]').waitFor();
    assert.deepEqual(troubles, []);
  });

  test('tells of a day which source was taken when, and why', async () => {
    const { app, accessToken, page, troubles } = await open();
    const startMs = Math.floor(app.clock.nowMs() / (24 * HOUR_MS)) * 24 * HOUR_MS - 12 * HOUR_MS;
    const iso = (minutes: number) => new Date(startMs + minutes * 60_000).toISOString();
    const samples = [hkSample('StepCount', 1_000, 'count', { startDate: iso(0), endDate: iso(60) })];
    const push = async (store: string, payload: object) => {
      const pushed = await app.ask({ method: 'POST', url: `/v1/me/health/${store}`, payload }, accessToken);
      assert.equal(pushed.status, 200, JSON.stringify(pushed.body));
    };
    await push('healthkit', { samples });
    const records = [hcRecord('StepsRecord', { count: 600, startTime: iso(30), endTime: iso(90) })];
    await push('health-connect', { records });
    await logInOn(page);
    await page.getByRole('link', { name: 'Settings' }).click();
    const section = page.locator('section[aria-labelledby=health]');
    await section.getByLabel('Day').fill(iso(0).slice(0, 10));
    await section.locator('[data-measure=steps] summary').click();
    const rows = section.locator('[data-measure=steps] tbody tr');
    await rows.nth(2).waitFor();
    const told = await rows.allInnerTexts();
    assert.match(told[0], /Ben’s Apple Watch \(Watch6,1\)\s+500\s+nobody else measured it/);
    assert.match(told[1], /ranks before/);
    assert.match(told[2], /com\.example\.run \(Google Pixel 9\)\s+300\s+nobody else measured it/);
    assert.deepEqual(await violationsOf(page), []);
    assert.deepEqual(troubles, []);
  });
});
