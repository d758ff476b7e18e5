import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { filesOfZip } from '../api/own-data/export/export-for-tests.ts';
import { closedAfterAll } from '../runtime/closings-for-tests.ts';
import { openPage, PHONE, startBrowser, whyNoBrowser } from './browser.ts';
import { logInOn, PERSON, showApp } from './shown-app.ts';
import { violationsOf } from './wcag.ts';

suite('the export of all own data in the application', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  const t = closedAfterAll();

  before(async () => {
    browser = await startBrowser(t);
  });

  test('is asked for with the password, shown while it is written, and downloaded', async () => {
    const app = await showApp(t);
    await app.register();
    const { page, troubles } = await openPage({ browser, t, expected: /401/ }, app.url, PHONE);
    const section = page.locator('section[aria-labelledby=export]');
    await logInOn(page);
    await page.getByRole('link', { name: 'Settings' }).click();
    await section.locator('summary').click();
    await section.getByLabel('Password as it is now').fill('not the one');
    await section.locator('button', { hasText: 'Ask for my data' }).click();
    await section.getByRole('alert').getByText('password is wrong').waitFor();
    await section.getByLabel('Password as it is now').fill(PERSON.password);
    await section.locator('button', { hasText: 'Ask for my data' }).click();
    await section.locator('[data-export=waiting] progress').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    await app.jobs.runAll();
    await section.locator('[data-export=ready]').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    await page.getByRole('combobox', { name: 'Language' }).selectOption('ru');
    await section.getByRole('heading', { name: 'Всё, что о вас хранится' }).waitFor();
    const downloading = page.waitForEvent('download');
    await section.getByRole('button', { name: /Скачать/ }).click();
    const download = await downloading;
    assert.match(download.suggestedFilename(), /^slipstream-\d{4}-\d\d-\d\d\.zip$/);
    const files = await filesOfZip(await readFile(await download.path()));
    assert.equal(JSON.parse(files.get('database/accounts.json')!.toString())[0].email, PERSON.email);
    assert.deepEqual(troubles, []);
  });
});
