import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { closedAfterAll, closedAfterEach } from '../runtime/closings-for-tests.ts';
import { DESKTOP, openPage, PHONE, startBrowser, whyNoBrowser } from './browser.ts';
import { logInOn, PERSON, showApp } from './shown-app.ts';
import { violationsOf } from './wcag.ts';

suite('the application', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  const all = closedAfterAll();
  const t = closedAfterEach();

  before(async () => {
    browser = await startBrowser(all);
  });

  const open = (link: string, options: BrowserContextOptions = DESKTOP, expected?: RegExp) =>
    openPage({ browser, t, ...(expected && { expected }) }, link, options);

  test('signs somebody up by two fields and the link of a letter, and asks for no password again', async () => {
    const app = await showApp(t);
    const { page, troubles } = await open(app.url, PHONE);
    await page.getByRole('link', { name: 'Sign up' }).click();
    await page.getByLabel('E-mail address').fill(PERSON.email);
    await page.getByLabel('Password', { exact: true }).fill(PERSON.password);
    await page.getByLabel('I agree that my workouts').check();
    assert.deepEqual(await violationsOf(page), [], 'signing up');
    await page.getByRole('button', { name: 'Create my account' }).click();
    await page.getByText(`A letter to ${PERSON.email} holds a link.`).waitFor();
    assert.deepEqual(await violationsOf(page), [], 'waiting for the letter');
    const letter = await page.context().newPage();
    await letter.goto(await app.linkTo(PERSON.email));
    for (const one of [page, letter]) await one.getByRole('heading', { name: 'Today' }).waitFor();
    assert.equal(letter.url(), app.url, 'the code has left the address');
    assert.deepEqual(troubles, []);
  });

  test('confirms in another browser with the password, or by the code alone', async () => {
    const app = await showApp(t);
    const { page } = await open(`${app.url}/sign-up`, DESKTOP, /422/);
    await page.getByLabel('E-mail address').fill(PERSON.email);
    await page.getByLabel('Password', { exact: true }).fill(PERSON.password);
    await page.getByRole('button', { name: 'Create my account' }).click();
    await page.getByLabel('Or the code of the letter').fill('A'.repeat(43));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('alert').getByText('The code is none of ours').waitFor();
    const link = await app.linkTo(PERSON.email);
    const { page: other } = await open(link, DESKTOP, /401/);
    await other.getByLabel('E-mail address').fill(PERSON.email);
    await other.getByLabel('Password', { exact: true }).fill('a wrong one, surely');
    await other.getByRole('button', { name: 'Confirm and log in' }).click();
    await other.getByRole('alert').getByText('The address or the password is wrong').waitFor();
    await other.getByLabel('Password', { exact: true }).fill(PERSON.password);
    assert.deepEqual(await violationsOf(other), []);
    await other.getByRole('button', { name: 'Confirm and log in' }).click();
    await other.getByRole('heading', { name: 'Today' }).waitFor();
    const { page: third } = await open(`${app.origin}/account/verify`);
    await third.getByText('This address is opened by the link of a letter').waitFor();
  });

  test('logs in to where somebody wanted to go, out again, and forgets who it was', async () => {
    const app = await showApp(t);
    await app.register();
    const { page, troubles } = await open(`${app.url}/settings`, DESKTOP, /401/);
    await page.getByLabel('E-mail address').fill(PERSON.email);
    await page.getByLabel('Password', { exact: true }).fill('wrong, whatever it is');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').getByText('The address or the password is wrong').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(PERSON.password);
    await page.keyboard.press('Enter');
    await page.getByText(`Logged in as ${PERSON.email}.`).waitFor();
    const readable = await page.evaluate<string>('document.cookie + JSON.stringify(localStorage)');
    assert.doesNotMatch(readable, /ss[ar]_/, 'no script sees a token');
    await page.reload();
    await page.getByRole('button', { name: 'Log out', exact: true }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    assert.equal(await page.getByText('Your session has ended').count(), 0, 'one’s own doing is no news');
    assert.deepEqual(await page.context().cookies(), []);
    assert.deepEqual(troubles, []);
  });

  test('agrees while signing up only to what is ticked, and to more or less in the settings', async () => {
    const app = await showApp(t);
    await app.register();
    const { page, troubles } = await open(app.url);
    await logInOn(page);
    await page.getByRole('link', { name: 'Settings' }).click();
    const section = page.locator('section[aria-labelledby=consents]');
    const [health, counted] = ['I agree that my workouts', 'I agree that it is counted'].map((text) =>
      section.getByLabel(text),
    );
    await health.waitFor();
    assert.deepEqual([await health.isChecked(), await counted.isChecked()], [true, false]);
    await health.uncheck();
    await counted.check();
    await section.getByRole('button', { name: 'Save' }).click();
    await section.getByText('It is kept, with its date.').waitFor();
    await page.reload();
    await section.getByText('Agreed on').waitFor();
    assert.deepEqual([await health.isChecked(), await counted.isChecked()], [false, true]);
    assert.deepEqual(await violationsOf(page), []);
    assert.deepEqual(troubles, []);
  });

  test('refreshes the session by itself, in many requests at once and in two tabs', async () => {
    const app = await showApp(t);
    await app.register();
    const { page } = await open(app.url, DESKTOP, /401/);
    await logInOn(page);
    const second = await page.context().newPage();
    await second.goto(`${app.url}/settings`);
    await second.getByText('this browser', { exact: true }).waitFor();
    for (let round = 0; round < 2; round++) {
      // An access token is good for a quarter of an hour.
      await app.clock.advance(16 * 60_000);
      await Promise.all([page.goto(`${app.origin}/progress`), second.reload()]);
      await page.getByText('No activity yet: progress shows here once one has ended.').waitFor();
      await second.getByText('this browser', { exact: true }).waitFor();
    }
  });

  test('says plainly that a session was ended elsewhere, and lists and ends those of others', async () => {
    const app = await showApp(t);
    await app.register();
    const { page: phone } = await open(app.url, { ...PHONE, userAgent: 'Mozilla/5.0 (iPhone) Safari/1' }, /401/);
    await logInOn(phone);
    const { page } = await open(`${app.url}/settings`);
    await page.getByLabel('E-mail address').fill(PERSON.email);
    await page.getByLabel('Password', { exact: true }).fill(PERSON.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'End the session of Safari, iPhone' }).click();
    await page.getByText('It has ended, and counts for nothing').waitFor();
    await phone.getByRole('link', { name: 'Settings' }).click();
    await phone.getByText('Your session has ended: here, on another device').waitFor();
    await page.getByRole('button', { name: 'Log out everywhere' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
  });

  test('sets a forgotten password by a letter, changes it, and the address', async () => {
    const app = await showApp(t);
    await app.register();
    const { page, troubles } = await open(`${app.url}/log-in`, DESKTOP, /422/);
    await page.getByRole('link', { name: 'Forgot the password?' }).click();
    await page.getByLabel('E-mail address').fill(PERSON.email);
    await page.getByRole('button', { name: 'Send me a letter' }).click();
    await page.getByText('a letter is on its way. Its link is good for an hour.').waitFor();
    await page.goto(await app.linkTo(PERSON.email));
    await page.getByRole('textbox', { name: 'New password' }).fill('another battery of horses');
    assert.deepEqual(await violationsOf(page), []);
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.getByText('It is set: log in with it.').waitFor();
    await page.getByRole('link', { name: 'Log in' }).click();
    await logInOn(page, { email: PERSON.email, password: 'another battery of horses' });

    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('Change the password').first().click();
    const password = page.locator('section[aria-labelledby=password]');
    await password.getByLabel('Password as it is now').fill('another battery of horses');
    await password.getByLabel('New password').fill(PERSON.password);
    await password.getByRole('button').click();
    await page.getByText('The password is changed; all other sessions have ended.').waitFor();
    await page.getByText('Change the e-mail address').click();
    const email = page.locator('section[aria-labelledby=email]');
    await email.getByLabel('New e-mail address').fill('ann@new.test');
    await email.getByLabel('Password as it is now').fill(PERSON.password);
    await email.getByRole('button').click();
    await page.getByText('A letter is on its way to ann@new.test.').waitFor();
    await page.goto(await app.linkTo('ann@new.test'));
    await page.getByRole('button', { name: 'Make it my address' }).click();
    await page.getByText('It is the address of your account now.').waitFor();
    await page.goto(`${app.url}/settings`);
    await page.getByText('Logged in as ann@new.test.').waitFor();
    assert.deepEqual(troubles, []);
  });

  test('speaks Russian to who does, and is used by keyboard alone', async () => {
    const app = await showApp(t);
    await app.register();
    const { page, troubles } = await open(app.url, { ...DESKTOP, locale: 'ru-RU' });
    await page.getByRole('heading', { name: 'Войти' }).waitFor();
    await page.getByLabel('Адрес почты').focus();
    await page.keyboard.type(PERSON.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(PERSON.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Сегодня' }).waitFor();
    await page.getByRole('link', { name: 'Настройки' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(`Вы вошли как ${PERSON.email}.`).waitFor();
    const focused = await page.evaluate<string>('document.activeElement.textContent');
    assert.equal(focused, 'Настройки', 'one goes on reading at the head');
    await page.getByRole('combobox', { name: 'Язык' }).selectOption('en');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    assert.deepEqual(troubles, []);
  });

  test('can be installed, and opens without a network', async () => {
    const app = await showApp(t);
    await app.register();
    const { page } = await open(app.url, PHONE, /ERR_INTERNET_DISCONNECTED|Failed to load/);
    await logInOn(page);
    const session = await page.context().newCDPSession(page);
    const { errors } = (await session.send('Page.getAppManifest')) as { errors: unknown[] };
    assert.deepEqual(errors, []);
    const { installabilityErrors } = (await session.send(
      'Page.getInstallabilityErrors' as 'Page.enable',
    )) as unknown as {
      installabilityErrors: { errorId: string }[];
    };
    const others = installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito');
    assert.deepEqual(others, []);
    await page.evaluate('navigator.serviceWorker.ready.then(() => 0)');
    await page.context().setOffline(true);
    await page.goto(`${app.url}/settings`);
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.getByText('No network: what you see came before.').waitFor();
  });

  for (const [name, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`keeps WCAG AA on a ${name}, ${colorScheme}, and does not scroll sideways`, async () => {
        const app = await showApp(t);
        await app.register();
        const { page, troubles } = await open(app.url, { ...options, colorScheme });
        const check = async (where: string) => {
          assert.deepEqual(await violationsOf(page), [], where);
          const [content, seen] = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
          assert.ok(content <= seen, `${where}: ${content} of ${seen} px`);
        };
        await page.getByRole('heading', { name: 'Log in' }).waitFor();
        await check('log in');
        await logInOn(page);
        await check('today');
        await page.getByRole('link', { name: 'Settings' }).click();
        await page.getByText('this browser', { exact: true }).waitFor();
        await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
        await check('settings');
        assert.deepEqual(troubles, []);
      });
    }
  }
});
