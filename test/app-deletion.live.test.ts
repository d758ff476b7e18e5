import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { closedAfterAll } from '../runtime/closings-for-tests.ts';
import { openPage, PHONE, startBrowser, whyNoBrowser } from './browser.ts';
import { logInOn, PERSON, showApp } from './shown-app.ts';
import { violationsOf } from './wcag.ts';

suite('the deletion of an account in the application', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  const t = closedAfterAll();

  before(async () => {
    browser = await startBrowser(t);
  });

  test('takes an open part, the password and a box, by the keyboard, and leaves nothing but a receipt', async () => {
    const app = await showApp(t);
    await app.register();
    const { page, troubles } = await openPage({ browser, t, expected: /401/ }, app.url, PHONE);
    const section = page.locator('section[aria-labelledby=delete-account]');
    const password = section.getByLabel('Password as it is now');
    await logInOn(page);
    const { id } = await page.evaluate<{ id: string }, string>(
      (path) => fetch(path).then((answer) => answer.json() as Promise<{ id: string }>),
      '/v1/account',
    );
    await page.evaluate((account) => localStorage.setItem(`slipstream-form-${account}`, '{}'), id);
    await page.getByRole('link', { name: 'Settings' }).click();
    await section.locator('summary').focus();
    await page.keyboard.press('Enter');
    await section.getByText('Results of races').waitFor();
    assert.deepEqual(await violationsOf(page), []);

    await page.keyboard.press('Tab');
    await page.keyboard.type('not the one');
    await page.keyboard.press('Enter');
    const box = section.getByRole('checkbox');
    assert.equal(await section.locator('input[type=checkbox]:invalid').count(), 1);
    assert.equal((await app.get('/v1/operations/deletions', 'operator')).body.deletions.length, 0, 'without the box');
    await box.focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await section.getByRole('alert').getByText('password is wrong').waitFor();
    await password.fill(PERSON.password);
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { level: 1, name: 'Your account is deleted' }).waitFor();
    const receipt = page.getByRole('region', { name: 'Receipt' });
    await receipt.getByText('Keep it').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    const [{ id: number }] = (await app.get('/v1/operations/deletions', 'operator')).body.deletions;
    const downloading = page.waitForEvent('download');
    await receipt.getByRole('button', { name: 'Save as a file' }).click();
    const download = await downloading;
    assert.match(download.suggestedFilename(), /^slipstream-deletion-\d{4}-\d\d-\d\d\.txt$/);
    const text = await readFile(await download.path(), 'utf8');
    assert.equal(text.includes(`Number of the deletion: ${number}`), true, text);
    for (const word of [PERSON.email, id]) assert.equal(text.includes(word), false, 'the receipt names nobody');
    await page.getByRole('combobox', { name: 'Language' }).selectOption('ru');
    await page.getByRole('heading', { level: 1, name: 'Ваша учётная запись удалена' }).waitFor();
    assert.deepEqual(await violationsOf(page), []);
    const kept = await page.evaluate(() => JSON.stringify(localStorage));
    for (const word of [PERSON.email, id]) assert.equal(kept.includes(word), false, kept);

    await page.reload();
    await page.getByText('Квитанцию показывают один раз').waitFor();
    await page.getByRole('link', { name: 'В начало' }).click();
    await page.getByRole('button', { name: 'Войти' }).waitFor();
    assert.deepEqual(troubles, []);
  });
});
