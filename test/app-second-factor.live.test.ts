import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { STEP_MS } from '../api/accounts/second-factor/second-factor-for-tests.ts';
import { totpCode } from '../api/accounts/second-factor/totp.ts';
import { closedAfterAll } from '../runtime/closings-for-tests.ts';
import { openPage, PHONE, startBrowser, whyNoBrowser } from './browser.ts';
import { logInOn, PERSON, showApp } from './shown-app.ts';
import { violationsOf } from './wcag.ts';

suite('the second factor in the application', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  const t = closedAfterAll();

  before(async () => {
    browser = await startBrowser(t);
  });

  test('is set up by a picture or a secret, asked for at the next log-in, and switched off again', async () => {
    const app = await showApp(t);
    await app.register();
    const ticking = setInterval(() => void app.clock.advance(50), 50);
    t.after(() => clearInterval(ticking));
    const { page, troubles } = await openPage({ browser, t, expected: /401/ }, app.url, PHONE);
    const section = page.locator('section[aria-labelledby=second-factor]');
    await logInOn(page);
    await page.getByRole('link', { name: 'Settings' }).click();

    await section.locator('summary').click();
    await section.getByLabel('Password as it is now').fill(PERSON.password);
    await section.locator('button', { hasText: 'Set up a second factor' }).click();
    await section.getByRole('img', { name: 'QR code with the secret for your app' }).waitFor();
    const secret = (await section.locator('.secret').textContent())!.replaceAll(' ', '');
    assert.match(secret, /^[A-Z2-7]{32}$/);
    assert.deepEqual(await violationsOf(page), []);
    await section.getByLabel('Code of the app').fill(totpCode(secret, app.clock.nowMs() - 40 * STEP_MS));
    await section.getByRole('button', { name: 'Switch it on' }).click();
    await section.getByRole('alert').getByText('The code is wrong').waitFor();
    await section.getByLabel('Code of the app').fill(totpCode(secret, app.clock.nowMs()));
    await section.getByRole('button', { name: 'Switch it on' }).click();
    await section.getByRole('group', { name: 'Recovery codes' }).waitFor();
    const codes = await section.locator('.recovery-codes li').allTextContents();
    assert.equal(codes.length, 10);
    assert.deepEqual(await violationsOf(page), []);
    const saving = page.waitForEvent('download');
    await section.getByRole('button', { name: 'Save as a file' }).click();
    assert.equal((await saving).suggestedFilename(), 'slipstream-recovery-codes.txt');
    await section.getByRole('button', { name: 'I have kept them' }).click();
    await section.getByText('10 recovery codes are left.').waitFor();

    await page.getByRole('button', { name: 'Log out', exact: true }).click();
    await page.getByLabel('E-mail address').fill(PERSON.email);
    await page.getByLabel('Password', { exact: true }).fill(PERSON.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    assert.deepEqual(await violationsOf(page), []);
    await page.getByRole('button', { name: 'Begin again with the password' }).click();
    await page.getByLabel('E-mail address').fill(PERSON.email);
    await page.getByLabel('Password', { exact: true }).fill(PERSON.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByLabel('Code of the app, or a recovery code').fill(codes[0].toLowerCase());
    await page.getByRole('button', { name: 'Log in' }).click();
    await section.getByText('9 recovery codes are left.').waitFor();
    await page.getByRole('combobox', { name: 'Language' }).selectOption('ru');
    await section.getByText('Осталось 9 запасных кодов.').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    await page.getByRole('combobox', { name: 'Язык' }).selectOption('en');
    await section.getByText('Switch the second factor off').first().click();
    const open = section.locator('details[open]');
    await open.getByLabel('Password as it is now').fill(PERSON.password);
    await open.getByLabel('Code of the app, or a recovery code').fill(codes[1]);
    await open.locator('button', { hasText: 'Switch the second factor off' }).click();
    await section.getByText('The second factor is off.').waitFor();
    assert.deepEqual(troubles, []);
  });
});
