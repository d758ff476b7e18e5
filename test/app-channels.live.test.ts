import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openReceiver } from '../api/notifications/news-for-tests.ts';
import { closedAfterAll } from '../runtime/closings-for-tests.ts';
import { DESKTOP, openPage, PHONE, startBrowser, until, whyNoBrowser } from './browser.ts';
import { logInOn, PERSON, showApp } from './shown-app.ts';
import { violationsOf } from './wcag.ts';

/** Keys of a browser that push services would know; nobody has their other halves. */
const KEYS = { p256dh: `BL${'A'.repeat(85)}`, auth: 'A'.repeat(22) };

/** One person over one API: each test goes on from where the one before has come. */
suite('webhooks, pushes and privacy in the application', { skip: whyNoBrowser }, () => {
  const t = closedAfterAll();
  let browser: Browser;
  let app: Awaited<ReturnType<typeof showApp>>;
  let page: Page;
  let troubles: string[];

  before(async () => {
    browser = await startBrowser(t);
    app = await showApp(t);
    await app.register();
    ({ page, troubles } = await openPage({ browser, t, expected: /422/ }, app.url, PHONE));
    await logInOn(page);
  });

  const goTo = async (path: string) => void (await page.goto(`${app.url}${path}`));

  test('a webhook is made, its secret shown once, tried, switched off, and removed', async () => {
    const receiver = await openReceiver(t);
    await goTo('/settings');
    const section = page.locator('section[aria-labelledby=webhooks]');
    await section.getByText('Webhooks', { exact: true }).click();
    await section.getByLabel('Its address').fill('ftp://hooks.test/');
    await section.getByRole('button', { name: 'Add a webhook' }).click();
    await section.getByRole('alert').getByText('Something in the form will not do').waitFor();
    assert.equal(await section.getByLabel('Its address').getAttribute('aria-invalid'), 'true');
    await section.getByLabel('Its address').fill(`${receiver.url}/hook`);
    await section.getByRole('button', { name: 'Add a webhook' }).click();
    const secret = (await section.locator('.secret').textContent()) ?? '';
    assert.match(secret, /^whsec_[\w-]{43}$/);

    const hook = section.locator('[data-webhook=on]');
    await hook.getByRole('button', { name: `Test ${receiver.url}/hook` }).click();
    await hook.getByText('answered well (200)').waitFor();
    assert.equal(receiver.received.length, 1);
    receiver.status = 503;
    await hook.getByText('Last messages').click();
    await hook.locator('[data-delivery=good]').waitFor();
    await hook.getByRole('button', { name: /^Test http/ }).click();
    await hook.locator('[data-delivery=bad]').getByText('a test, failed (503)').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    await hook.getByRole('button', { name: `Switch off ${receiver.url}/hook` }).click();
    const off = section.locator('[data-webhook=off]');
    await off.getByText('switched off').waitFor();
    await page.reload();
    await section.getByText('Webhooks', { exact: true }).click();
    assert.equal(await page.getByText(secret).count(), 0, 'it is not shown again');
    await off.getByRole('button', { name: `Remove ${receiver.url}/hook` }).click();
    await off.getByRole('button', { name: 'Yes, remove it' }).click();
    await off.waitFor({ state: 'detached' });
    assert.deepEqual(troubles, []);
  });

  test('a browser is asked by a click alone, says why it refuses, and shows what is pushed once it may', async () => {
    const section = page.locator('section[aria-labelledby=push]');
    await section.getByText('Push to this browser').click();
    // Headless browsers refuse without asking.
    await section.getByRole('button', { name: 'Turn it on here' }).click();
    await section.getByRole('alert').getByText('shows no notifications of this page').waitFor();
    assert.deepEqual(await violationsOf(page), []);

    const receiver = await openReceiver(t);
    await page.context().grantPermissions(['notifications']);
    await page.addInitScript(
      ([endpoint, keys]) => {
        // There is no push service here: its part is played by a program of the test.
        const manager = (globalThis as unknown as { PushManager: { prototype: object } }).PushManager;
        const unsubscribe = () => {
          Object.assign(globalThis, { letGo: ((globalThis as { letGo?: number }).letGo ?? 0) + 1 });
        };
        Object.assign(manager.prototype, {
          subscribe: async () => ({ toJSON: () => ({ endpoint, keys }) }),
          getSubscription: async () => ({ unsubscribe }),
        });
      },
      [`${receiver.url}/push`, KEYS] as const,
    );
    await page.reload();
    await section.getByText('Push to this browser').click();
    await section.getByRole('button', { name: 'Turn it on here' }).click();
    await section.locator('[data-subscriber=here]').getByText('this browser').waitFor();
    await section.getByText('News is pushed to this browser from now on.').waitFor();
    assert.equal(await section.getByRole('button', { name: 'Turn it on here' }).count(), 0);

    const shown = await pushTo(page, { id: '7', event: 'new', title: 'New record', text: '5 km: 24:10', path: '/app' });
    assert.deepEqual(shown, [{ title: 'New record', body: '5 km: 24:10', tag: 'news-7' }]);

    await section.getByRole('button', { name: 'Turn it off' }).click();
    await section.locator('[data-subscriber]').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate('globalThis.letGo'), 1, 'the browser takes none any more');
    await page.getByRole('button', { name: 'Log out', exact: true }).click();
    await until('the browser lets go of its pushes', () => page.evaluate<boolean>('globalThis.letGo === 2'));
    await logInOnAgain(page);
    assert.deepEqual(troubles, []);
  });

  test('quiet hours say by whose clock they are, and name the field that will not do', async () => {
    const section = page.locator('section[aria-labelledby=news]');
    await section.getByText('What you are told of').click();
    await section.getByText('By the clock of UTC').waitFor();
    await section.getByLabel('from').fill('22:00');
    await section.getByLabel('to', { exact: true }).fill('22:00');
    await section.getByRole('button', { name: 'Save' }).click();
    await section.getByRole('alert').getByText('Something in the form will not do').waitFor();
    assert.deepEqual(troubles, []);
  });

  test('privacy zones are made by coordinates and on the map, listed, and removed', async () => {
    await goTo('/settings');
    await page.getByRole('link', { name: 'Privacy zones, and who may see what' }).click();
    const section = page.locator('section[aria-labelledby=privacy-zones]');
    await section.getByText('None yet.').waitFor();
    await section.getByLabel('Name').fill('Дом 🏠');
    await section.getByLabel('Latitude').fill('148');
    await section.getByLabel('Longitude').fill('16,3721');
    await section.getByRole('button', { name: 'Add the zone' }).click();
    await section.getByRole('alert').getByText('Something in the form will not do').waitFor();
    assert.equal(await section.getByLabel('Latitude').getAttribute('aria-invalid'), 'true');
    assert.equal(await section.getByLabel('Longitude').getAttribute('aria-invalid'), 'false');
    await section.getByLabel('Latitude').fill('48.2085');
    await section.getByLabel('Radius').selectOption('800');
    await section.getByRole('button', { name: 'Add the zone' }).click();
    await section.getByText('The zone is kept.').waitFor();
    await section.locator('[data-privacy-zone="Дом 🏠"]').getByText('48.2085, 16.3721 · radius 800 m').waitFor();

    const map = section.locator('.map[data-drawn=true]');
    await map.click({ position: { x: 100, y: 60 } });
    await until('the place is in the form', () =>
      page.evaluate<boolean>("document.getElementsByName('latitude')[0].value !== ''"),
    );
    const latitude = Number(await section.getByLabel('Latitude').inputValue());
    assert.ok(Math.abs(latitude - 48.2085) < 0.1, `${latitude}`);
    await section.getByLabel('Name').fill('Work');
    await section.getByRole('button', { name: 'Add the zone' }).click();
    await section.locator('[data-privacy-zone=Work]').waitFor();
    await page.getByLabel('Tracks on the map').selectOption('friends');
    const visibility = page.locator('section[aria-labelledby=visibility]');
    await visibility.getByRole('button', { name: 'Save' }).click();
    await page.waitForFunction(async () => {
      const profile = (await (await fetch('/v1/profile')).json()) as { visibility: { tracks: string } };
      return profile.visibility.tracks === 'friends';
    });
    assert.deepEqual(await violationsOf(page), []);
    await section.getByRole('button', { name: 'Remove the zone Work' }).click();
    await section.getByRole('button', { name: 'Yes, remove Work' }).click();
    await section.locator('[data-privacy-zone=Work]').waitFor({ state: 'detached' });
    assert.deepEqual(troubles, []);
  });

  test('settings and privacy keep WCAG AA in Russian on a dark desktop, and do not scroll sideways', async () => {
    const { page: other, troubles: others } = await openPage({ browser, t }, `${app.url}/settings`, {
      ...DESKTOP,
      colorScheme: 'dark',
      locale: 'ru-RU',
    });
    await other.getByLabel('Адрес почты').fill('ann@example.test');
    await other.getByLabel('Пароль', { exact: true }).fill('correct horse battery');
    await other.getByRole('button', { name: 'Войти' }).click();
    await other.locator('section h2').first().waitFor();
    for (const name of ['Вебхуки', 'Уведомления в этом браузере', 'О чём вам сообщать']) {
      const summary = other.locator('summary', { hasText: name });
      if ((await summary.count()) > 0) await summary.click();
    }
    assert.deepEqual(await violationsOf(other), []);
    await other.goto(`${app.url}/privacy`);
    await other.locator('[data-privacy-zone]').waitFor();
    assert.deepEqual(await violationsOf(other), []);
    for (const one of [other, page]) {
      const isWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
      assert.equal(await one.evaluate(isWide), false);
    }
    assert.deepEqual(others, []);
  });
});

/** Who logged out of the settings comes back there. */
async function logInOnAgain(page: Page): Promise<void> {
  await page.getByLabel('E-mail address').fill(PERSON.email);
  await page.getByLabel('Password', { exact: true }).fill(PERSON.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
}

/** Pushes to the page's service worker as the browser would, and answers with what it shows then. */
async function pushTo(page: Page, news: object): Promise<unknown> {
  const browser = await page.context().newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    browser.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [one] = registrations;
      if (one !== undefined) resolve(one.registrationId);
    });
  });
  await browser.send('ServiceWorker.enable');
  const { origin } = new URL(page.url());
  const push = { origin, registrationId: await registered, data: JSON.stringify(news) };
  await browser.send('ServiceWorker.deliverPushMessage', push);
  const shown = await page.waitForFunction(async () => {
    interface Shown {
      title: string;
      body: string;
      tag: string;
    }
    const { serviceWorker } = navigator as unknown as {
      serviceWorker: { ready: Promise<{ getNotifications(): Promise<Shown[]> }> };
    };
    const all = await (await serviceWorker.ready).getNotifications();
    return all.length > 0 && all.map(({ title, body, tag }) => ({ title, body, tag }));
  });
  return shown.jsonValue();
}
