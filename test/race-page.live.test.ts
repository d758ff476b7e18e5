import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startBrowser, whyNoBrowser } from './browser.ts';
import { showRace } from './shown-race.ts';
import { violationsOf } from './wcag.ts';

const WITHIN_MS = 60_000;
const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 900 }, locale: 'en-GB' };
const PHONE: BrowserContextOptions = {
  ...{ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, locale: 'en-GB' },
};

suite('the race page', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  let shown: Awaited<ReturnType<typeof showRace>>;
  const closings: (() => unknown)[] = [];
  const t = { after: (close: () => unknown) => void closings.push(close) } as Parameters<typeof showRace>[0];

  before(async () => {
    browser = await startBrowser(t);
    shown = await showRace(t);
  });
  after(async () => {
    for (const close of closings.reverse()) await close();
  });

  async function openPage(link: string, options: BrowserContextOptions = DESKTOP) {
    const context = await browser.newContext(options);
    t.after(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(WITHIN_MS);
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(String(error)));
    page.on('console', (message) => {
      // The lost connection of one of the tests is one of these.
      if (message.type() === 'error' && !/WebSocket|ERR_CONNECTION/.test(message.text())) troubles.push(message.text());
    });
    await page.goto(link);
    return { page, troubles };
  }

  const lines = (page: Page) => page.locator('table.places').last().locator('tbody tr');
  const bibs = (page: Page) => lines(page).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-bib')));

  async function until(what: string, look: () => Promise<boolean>): Promise<void> {
    const untilMs = Date.now() + WITHIN_MS;
    while (!(await look())) assert.ok(Date.now() < untilMs, what);
  }

  test('shows the live board of the race in its order, and how old it is', async () => {
    const { page, troubles } = await openPage(shown.link);
    await lines(page).nth(49).waitFor();
    await until('the order of HTTP', async () => {
      const order = await shown.order();
      return JSON.stringify(await bibs(page)) === JSON.stringify(order);
    });
    assert.match((await page.locator('.age').textContent()) ?? '', /^data (from now|\d+ seconds? old)$/);
    assert.equal(await page.locator('.counted [role=status]').textContent(), '50 of 60 shown');
    assert.deepEqual(troubles, []);
  });

  test('finds an athlete, follows them above the board, and remembers it', async () => {
    const { page } = await openPage(shown.link);
    await page.getByRole('searchbox', { name: 'Search' }).fill('elodie ross');
    const line = page.locator('table.places tbody tr', { hasText: 'Élodie Rossi' }).first();
    await page.getByText('1 athlete found').waitFor();
    await line.getByRole('button', { name: 'Follow Élodie Rossi' }).click();
    const own = page.locator('.followed tbody tr');
    await own.first().waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await lines(page).nth(49).waitFor();
    await page.reload();
    await own.first().waitFor();
    assert.match((await own.first().textContent()) ?? '', /Élodie Rossi/);
  });

  test('speaks the language of the browser, and another when it is chosen', async () => {
    const { page } = await openPage(shown.link, { ...DESKTOP, locale: 'ru-RU' });
    await page.getByRole('heading', { name: 'Таблица' }).waitFor();
    await page.getByText('60 участников').waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'ru');
    await page.getByRole('combobox', { name: 'Язык' }).selectOption('en');
    await page.getByRole('heading', { name: 'Board' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Board' }).waitFor();
  });

  for (const [name, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`keeps WCAG AA on a ${name}, ${colorScheme}, and does not scroll sideways`, async () => {
        const { page, troubles } = await openPage(shown.link, { ...options, colorScheme });
        await lines(page).nth(49).waitFor();
        assert.deepEqual(await violationsOf(page), []);
        const [content, seen] = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
        assert.ok(content <= seen, `${content} of ${seen} px`);
        await page.getByRole('link', { name: 'All races' }).click();
        await page.locator('.list a').first().waitFor();
        assert.deepEqual(await violationsOf(page), [], 'the list');
        assert.deepEqual(troubles, []);
      });
    }
  }

  test('embedded, shows the board and no navigation', async () => {
    const { page } = await openPage(`${shown.link}?embed=1&sex=female`);
    await page.getByText('20 athletes found').waitFor();
    assert.equal(await page.getByRole('navigation').count(), 0);
  });

  test('says that it lost the server, and comes back by itself', async () => {
    const { page } = await openPage(shown.link);
    await lines(page).nth(49).waitFor();
    await shown.stopServer();
    await page.getByText('Connection lost; reconnecting').waitFor();
    const places = await lines(page).allTextContents();
    await shown.startServer();
    await page.getByText('Connection lost; reconnecting').waitFor({ state: 'detached' });
    await until('the board goes on', async () => (await lines(page).allTextContents()).join() !== places.join());
  });
});
