import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, suite, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startBrowser, whyNoBrowser } from './browser.ts';
import { showRun } from './shown-run.ts';

const WITHIN_MS = 60_000;
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

suite('the page', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  const closings: (() => unknown)[] = [];
  const t = { after: (close: () => unknown) => void closings.push(close) };

  before(async () => {
    browser = await startBrowser(t as Parameters<typeof startBrowser>[0]);
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

  /** Waits until the numbers, the charts and the map are drawn. */
  async function drawn(page: Page): Promise<void> {
    await page.getByText('Live', { exact: true }).waitFor();
    await page.locator('.map[data-drawn=true]').waitFor();
    await page.locator('figure canvas').nth(2).waitFor();
  }

  const numbers = (page: Page) => page.locator('dl.numbers').innerText();

  async function changed(page: Page, before: string): Promise<void> {
    const untilMs = Date.now() + WITHIN_MS;
    while ((await numbers(page)) === before) assert.ok(Date.now() < untilMs, 'the numbers did not change');
  }

  test('shows the live activity of the link, which leaves no token in the address', async (context) => {
    const run = await showRun(context as typeof t);
    const { page, troubles } = await openPage(run.link);
    await drawn(page);
    assert.equal(page.url(), run.url);
    assert.match(await numbers(page), /Distance\n\s*\d+\.\d\d km/);
    assert.match(await page.locator('.age').innerText(), /newest data (now|\d+ s ago)/);
    assert.equal(await page.locator('table.zones tr').count(), 6);
    assert.ok((await page.locator('table.splits tbody tr').count()) > 1);
    assert.match((await page.locator('figure [role=img]').first().getAttribute('aria-label')) ?? '', /Heart rate from/);
    assert.deepEqual(troubles, []);
    await page.reload();
    await drawn(page);
  });

  test('follows the activity while it goes on, and says when it ended', async (context) => {
    const run = await showRun(context as typeof t);
    const { page } = await openPage(run.link);
    await drawn(page);
    const before = await numbers(page);
    run.goOn(60_000);
    await changed(page, before);
    run.end();
    await page.getByText('Finished', { exact: true }).waitFor();
  });

  test('says that it lost the server, and comes back by itself', async (context) => {
    const run = await showRun(context as typeof t);
    const { page } = await openPage(run.link);
    await drawn(page);
    await run.stopServer();
    await page.getByText('Connection lost; reconnecting').waitFor();
    run.goOn(30_000);
    const before = await numbers(page);
    await run.startServer();
    await page.getByText('Connection lost; reconnecting').waitFor({ state: 'detached' });
    await changed(page, before);
  });

  test('says in words why a token will not do, and asks who comes without one', async (context) => {
    const run = await showRun(context as typeof t);
    const { page } = await openPage(`${run.url}#token=forged`);
    await page.getByText('Not allowed: Bad token.').waitFor();
    const { page: other } = await openPage(run.url);
    await other.getByLabel('The token of your device').waitFor();
    await other.keyboard.press('Tab');
    await other.keyboard.type('watch-1');
    await other.keyboard.press('Enter');
    await drawn(other);
  });

  for (const [name, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`keeps WCAG AA on a ${name}, ${colorScheme}, and does not scroll sideways`, async (context) => {
        const run = await showRun(context as typeof t);
        const { page } = await openPage(run.link, { ...options, colorScheme });
        await drawn(page);
        await page.evaluate(await readFile(AXE, 'utf8'));
        const found = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<Found> } };
          interface Found {
            violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
          }
          const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
          return violations.map(({ id, nodes }) => [
            id,
            ...nodes.map(({ html, failureSummary }) => [html, failureSummary]),
          ]);
        });
        assert.deepEqual(found, []);
        const [content, seen] = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
        assert.ok(content <= seen, `${content} of ${seen} px`);
      });
    }
  }
});
