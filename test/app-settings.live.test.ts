import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { publishFact, recordFact } from '../api/notifications/news-for-tests.ts';
import { closedAfterAll, closedAfterEach } from '../runtime/closings-for-tests.ts';
import { openPage, PHONE, startBrowser, whyNoBrowser } from './browser.ts';
import { logInOn, showApp } from './shown-app.ts';
import { violationsOf } from './wcag.ts';

suite('settings, devices and news in the application', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  const all = closedAfterAll();
  const t = closedAfterEach();

  before(async () => {
    browser = await startBrowser(all);
  });

  async function open(expected?: RegExp) {
    const app = await showApp(t);
    await app.register();
    const ticking = setInterval(() => void app.clock.advance(50), 50);
    t.after(() => clearInterval(ticking));
    const opened = await openPage({ browser, t, ...(expected && { expected }) }, app.url, PHONE);
    await logInOn(opened.page);
    return { app, ...opened };
  }

  test('keeps what an athlete says of themselves, and shows it again', async () => {
    const { page, troubles } = await open(/422/);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('About you').click();
    const section = page.locator('section[aria-labelledby=profile]');
    await section.getByLabel('Date of birth').fill('1990-02-28');
    await section.getByLabel('Sex, as formulas have it').selectOption('female');
    await section.getByLabel('Time zone').fill('Europe/Nowhere');
    await section.getByRole('button', { name: 'Save' }).click();
    await section.getByRole('alert').getByText('Something in the form will not do').waitFor();
    assert.equal(await section.getByLabel('Time zone').getAttribute('aria-invalid'), 'true');
    await section.getByLabel('Time zone').fill('Europe/Vienna');
    await section.getByRole('button', { name: 'Save' }).click();
    await section.getByText('Saved.').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    await page.reload();
    await page.getByText('About you').click();
    assert.equal(await section.getByLabel('Date of birth').inputValue(), '1990-02-28');
    assert.equal(await section.getByLabel('Time zone').inputValue(), 'Europe/Vienna');
    assert.deepEqual(troubles, []);
  });

  test('pairs a device by the code that is shown, and lets it go again', async () => {
    const { page, app, troubles } = await open();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('No device yet.').waitFor();
    await page.getByRole('button', { name: 'Pair a device' }).click();
    const code = (await page.locator('.code').textContent()) ?? '';
    const payload = { code, device: 'watch-7' };
    const paired = await app.ask({ method: 'POST', url: '/v1/devices/credentials', payload });
    assert.equal(paired.status, 201, JSON.stringify(paired.body));
    const device = page.locator('[data-device=watch-7]');
    await device.getByText('nothing came from it yet').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    const seen = { device: paired.body.device, seq: 1, battery: null, offsetMs: 0 };
    const nowMs = app.clock.nowMs();
    app.seenDevices.insert([
      { ...seen, boot: '1', firmware: 'w/1', tsMs: nowMs - 86_400_000 },
      { ...seen, boot: '2', firmware: 'w/2', tsMs: nowMs - 1_000 },
    ]);
    await device.getByText('firmware w/2').waitFor();
    await device.getByText('Firmware of watch-7').click();
    await device.getByRole('listitem').nth(1).waitFor();
    const firmwares = await device.getByRole('listitem').allTextContents();
    assert.deepEqual(
      firmwares.map((text) => text.split(',')[0]),
      ['w/2', 'w/1'],
    );
    assert.deepEqual(await violationsOf(page), []);
    await device.getByRole('button', { name: 'Remove watch-7' }).click();
    await device.getByRole('button', { name: 'Yes, remove watch-7' }).click();
    await device.waitFor({ state: 'detached' });
    assert.deepEqual(troubles, []);
  });

  test('tells of a record as soon as it is known, until it was read', async () => {
    const { page, app, troubles } = await open(/404/);
    const [{ athlete }] = await app.identity.database.selectFrom('accounts').select('athlete').execute();
    app.news.start();
    await publishFact(app, recordFact({ athlete, endMs: app.clock.nowMs() }));
    await page.getByRole('link', { name: 'News 1 new' }).click();
    await page.locator('[data-news=unread]').getByText('New record (run): 5 km: 24:10').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    await page.getByRole('button', { name: 'Mark all as read' }).click();
    await page.locator('[data-news=read]').waitFor();
    await page.getByRole('link', { name: 'News', exact: true }).waitFor();
    assert.deepEqual(troubles, []);
  });

  test('keeps what one wants to be told of, and when not', async () => {
    const { page, troubles } = await open();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('What you are told of').click();
    const section = page.locator('section[aria-labelledby=news]');
    await section.getByRole('group', { name: 'Own records' }).getByLabel('by e-mail').uncheck();
    await section.getByLabel('from').fill('22:00');
    await section.getByLabel('to', { exact: true }).fill('07:00');
    await section.getByRole('button', { name: 'Save' }).click();
    await section.getByText('Saved.').waitFor();
    await page.reload();
    await page.getByText('What you are told of').click();
    const records = section.getByRole('group', { name: 'Own records' });
    assert.equal(await records.getByLabel('by e-mail').isChecked(), false);
    assert.equal(await records.getByLabel('in the list of news').isChecked(), true);
    assert.equal(await section.getByLabel('from').inputValue(), '22:00');
    assert.deepEqual(await violationsOf(page), []);
    assert.deepEqual(troubles, []);
  });
});
